/** Something that has a height in a column. */
interface Box {
  height: number;
}

export interface Placed<Item> {
  item: Item;
  x: number;
  y: number;
  height: number;
}

export interface Layout<Item> {
  places: Placed<Item>[];
  /** Paths of SVG, from each node to each of the next column. */
  edges: { path: string; to: Item }[];
  width: number;
  height: number;
}

export const nodeWidth = 188;
const columnGap = 36;
const rowGap = 12;
/** Where lines arrive: at the height of the title. */
const titleY = 22;

/** Columns from left to right, each from the top down. */
export function layOut<Item extends Box>(columns: readonly (readonly Item[])[]): Layout<Item> {
  const placed = columns.map((column, index) => placedIn(column, index * (nodeWidth + columnGap)));
  const edges = placed.flatMap((column, index) =>
    column.flatMap((to) => (placed[index - 1] ?? []).map((from) => edge(from, to))),
  );
  const places = placed.flat();
  return {
    places,
    edges,
    width: Math.max(0, ...places.map(({ x }) => x + nodeWidth)),
    height: Math.max(0, ...places.map(({ y, height }) => y + height)),
  };
}

function placedIn<Item extends Box>(column: readonly Item[], x: number): Placed<Item>[] {
  let y = 0;
  return column.map((item) => {
    const place = { item, x, y, height: item.height };
    y += item.height + rowGap;
    return place;
  });
}

function edge<Item>(from: Placed<Item>, to: Placed<Item>): { path: string; to: Item } {
  const [x, y, endX, endY] = [from.x + nodeWidth, from.y + titleY, to.x, to.y + titleY];
  const middle = (x + endX) / 2;
  const path =
    y === endY
      ? `M${x} ${y}H${endX}`
      : `M${x} ${y}C${middle} ${y} ${middle} ${endY} ${endX} ${endY}`;
  return { path, to: to.item };
}

export const mostLines = 6;
const lettersInLine = 26;

/** What a node takes whose title and state are one line each; of a long reason its beginning is shown. */
export function heightOf({
  why,
  lines,
}: {
  why: string | null;
  lines: readonly unknown[];
}): number {
  const whyLines = why === null ? 0 : Math.min(4, Math.ceil(why.length / lettersInLine));
  const shown = Math.min(lines.length, mostLines + 1);
  return 66 + whyLines * 18 + shown * 21;
}

/** The node that an arrow key goes to from another, by their places in reading order; itself: there is none. */
export function nextNode(sizes: readonly number[], at: number, key: string): number {
  const starts = sizes.map((_, index) => sizes.slice(0, index).reduce((sum, one) => sum + one, 0));
  const column = starts.findLastIndex((start) => start <= at);
  const row = at - (starts[column] ?? 0);
  const goTo = (column: number, row: number): number => {
    const size = sizes[column];
    return size === undefined ? at : starts[column]! + Math.max(0, Math.min(row, size - 1));
  };
  switch (key) {
    case 'ArrowRight':
      return goTo(column + 1, row);
    case 'ArrowLeft':
      return goTo(column - 1, row);
    case 'ArrowDown':
      return goTo(column, row + 1);
    case 'ArrowUp':
      return goTo(column, row - 1);
    default:
      return at;
  }
}
