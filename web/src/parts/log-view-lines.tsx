import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { LogViewFeed } from './log-view-feed.ts';
import type { LogViewRows } from './log-view-rows.ts';
import { cutAtFinds, rowOfText } from './log-view-text.ts';

interface LinesProps {
  feed: LogViewFeed;
  rows: LogViewRows;
  /** All that has come is in the rows. */
  isWhole: boolean;
  name: string;
  search: RegExp | null;
  columns: number;
  /** Told how many characters there is room for, without the names. */
  setCells: (cells: number) => void;
  /** The match that was gone to; another object is another going. */
  current: { number: number } | null;
  /** What is at the top, kept there whatever is dropped above it or shown differently. */
  top: RefObject<{ number: number; part: number }>;
  isFollowing: boolean;
  follow: (isWanted: boolean) => void;
}

const rowPixels = 18;
const paddingPixels = 20;
/** Rows beyond the edges, for who scrolls faster than we draw. */
const spare = 12;

/** The rows that can be seen, of however many there are. */
export function LogViewLines(props: LinesProps) {
  const { feed, rows, name, current, isFollowing } = props;
  const box = useRef<HTMLDivElement>(null);
  const height = useSize(box, props.setCells);
  const scroll = useScroll(box, props);
  const count = rows.end - rows.first;
  const seen = Math.ceil(height / rowPixels);
  const begin = isFollowing ? count - seen : Math.floor(scroll.top / rowPixels);
  const places = seen + 2 * spare;
  const from = rows.first + Math.max(0, begin - spare);
  const to = Math.min(rows.end, from + places);
  const { text } = feed.store.widest;
  const width = props.columns === Infinity ? text + nameCells(feed) : 0;
  return (
    <div
      ref={box}
      class="log-box"
      role="log"
      aria-live="off"
      aria-label={`Log of ${name}`}
      tabIndex={0}
      onScroll={scroll.moved}
      onKeyDown={findInLog}
    >
      <span class="log-ruler" aria-hidden="true" />
      {count === 0 && <p class="log-empty">{emptyWords(props)}</p>}
      <div
        class="log-all"
        style={{ height: `${count * rowPixels}px`, width: `calc(${width}ch + ${paddingPixels}px)` }}
      >
        {Array.from({ length: Math.max(0, to - from) }, (_, at) => {
          const row = from + at;
          // Elements are used again for what comes into sight: that is quicker than new ones.
          return (
            <Row key={row % places} row={row} {...props} isCurrent={isAt(rows, row, current)} />
          );
        })}
      </div>
    </div>
  );
}

const isAt = (rows: LogViewRows, row: number, current: LinesProps['current']): boolean =>
  current !== null && rows.at(row).number === current.number;

/** Names take this much room beside the lines, with the gap after them. */
export const nameCells = ({ store }: LogViewFeed): number =>
  store.widest.from === 0 ? 0 : Math.min(16, store.widest.from) + 2;

function emptyWords({ feed, search }: LinesProps): string {
  if (search !== null && feed.store.end > 0) return 'No line has what you search for.';
  return feed.state.value === 'live' ? 'Nothing has been printed yet.' : '';
}

type RowProps = Pick<LinesProps, 'feed' | 'rows' | 'search' | 'columns'> & {
  row: number;
  isCurrent: boolean;
};

function Row({ feed, rows, search, columns, row, isCurrent }: RowProps) {
  const { number, part } = rows.at(row);
  const { from, text, isNote } = feed.store.line(number);
  const cells = nameCells(feed);
  const pieces = cutAtFinds(rowOfText(text, part, columns), search);
  return (
    <div
      class={`log-row${isNote ? ' note' : ''}${isCurrent ? ' current' : ''}`}
      style={{ top: `${(row - rows.first) * rowPixels}px` }}
    >
      {cells > 0 && (
        <span class="log-from" style={{ width: `${cells}ch` }}>
          {part === 0 && from}
        </span>
      )}
      {pieces.map((piece, at) => (at % 2 === 1 ? <mark key={at}>{piece}</mark> : piece))}
    </div>
  );
}

/** What the browser itself would find is only what can be seen. */
function findInLog(event: KeyboardEvent): void {
  if (event.key.toLowerCase() !== 'f' || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  const log = (event.currentTarget as HTMLElement).closest('.log');
  log?.querySelector<HTMLInputElement>('.log-search')?.focus();
}

/** The height of the box, kept up to date like the characters that fit into its width. */
function useSize(box: RefObject<HTMLDivElement | null>, setCells: (cells: number) => void): number {
  const [height, setHeight] = useState(600);
  useLayoutEffect(() => {
    const { current } = box;
    if (!current) return undefined;
    const measure = (): void => {
      const cellPixels = current.querySelector<HTMLElement>('.log-ruler')!.offsetWidth / 100;
      setHeight(current.clientHeight);
      setCells(Math.max(30, Math.floor((current.clientWidth - paddingPixels) / cellPixels)));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  return height;
}

/** Stays at the end while the log is followed; else where it was, when lines go or are shown differently. */
function useScroll(box: RefObject<HTMLDivElement | null>, props: LinesProps) {
  const { rows, isWhole, isFollowing, follow, current, top: at } = props;
  const [top, setTop] = useState(0);
  // Rows that are still being made say nothing of where somebody was in those before them.
  const made = useRef<LogViewRows | null>(null);
  if (isWhole) made.current = rows;
  const isMade = made.current === rows;
  const before = useRef({ first: rows.first, isMade, current });
  const scrollTo = (row: number): void => {
    const element = box.current!;
    element.scrollTop = (row - rows.first) * rowPixels;
    setTop(element.scrollTop);
  };
  useLayoutEffect(() => {
    const old = before.current;
    before.current = { first: rows.first, isMade, current };
    if (isFollowing) box.current!.scrollTop = box.current!.scrollHeight;
    else if (current !== null && current !== old.current) {
      const row = Math.max(rows.first, rows.rowOf(current.number) - rowsAbove);
      at.current = rows.at(row);
      scrollTo(row);
      showMark(box.current!);
    } else if (rows.first !== old.first || !old.isMade)
      scrollTo(rows.rowOf(at.current.number) + at.current.part);
  });
  const moved = (event: Event): void => {
    const { scrollTop, clientHeight, scrollHeight } = event.currentTarget as HTMLElement;
    setTop(scrollTop);
    if (!isMade) return;
    at.current = rows.at(rows.first + Math.floor(scrollTop / rowPixels));
    follow(scrollTop + clientHeight >= scrollHeight - rowPixels / 2);
  };
  return { top, moved };
}

/** A match is seen with some of what came before it. */
const rowsAbove = 8;

/** The place in the line, once that is drawn. */
function showMark(box: HTMLElement): void {
  requestAnimationFrame(() =>
    box.querySelector('.current mark')?.scrollIntoView({ block: 'nearest', inline: 'nearest' }),
  );
}
