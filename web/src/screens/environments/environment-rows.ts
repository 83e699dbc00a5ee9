import type { Answer } from '../../data/call.ts';

export type EnvironmentRow = Answer<'listEnvironments'>['environments'][number];
export type Column = 'name' | 'state' | 'age' | 'idle' | 'errors' | 'left';

/** What the reader of the table wants to see of it. */
export interface Wish {
  /** Each of its words is in a row. */
  q: string;
  /** ''. any. */
  state: string;
  sort: Column;
  isDown: boolean;
}

const columns: Readonly<Record<Column, (row: EnvironmentRow) => string | number>> = {
  name: nameOf,
  state: ({ state }) => state,
  age: ({ createdAt }) => -Date.parse(createdAt),
  idle: (row) => -usedAt(row),
  errors: ({ lately }) => lately.bad,
  left: ({ destroyAt }) => (destroyAt === null ? Infinity : Date.parse(destroyAt)),
};

/** What the wish is in an address: `?q=…&state=failed&sort=-age`; the usual one is nothing. */
export function wishIn(search: string): Wish {
  const given = new URLSearchParams(search);
  const sort = given.get('sort') ?? 'idle';
  const column = sort.replace(/^-/, '');
  const isKnown = Object.hasOwn(columns, column);
  return {
    q: given.get('q') ?? '',
    state: given.get('state') ?? '',
    sort: isKnown ? (column as Column) : 'idle',
    isDown: isKnown && sort.startsWith('-'),
  };
}

export function searchOf({ q, state, sort, isDown }: Wish): string {
  const wanted = { q, state, sort: isDown ? `-${sort}` : sort === 'idle' ? '' : sort };
  const search = new URLSearchParams(Object.entries(wanted).filter(([, value]) => value !== ''));
  return search.size === 0 ? '' : `?${search.toString()}`;
}

/** Previews are known by their branch. */
export function nameOf({ kind, branch, name }: Pick<EnvironmentRow, 'kind' | 'branch' | 'name'>) {
  return kind === 'preview' ? branch : name;
}

/** When somebody used it last, in ms since 1970: by a request or a push. */
export const usedAt = ({ requestedAt, pushedAt }: EnvironmentRow): number =>
  Math.max(requestedAt === null ? 0 : Date.parse(requestedAt), Date.parse(pushedAt));

const texts = new WeakMap<EnvironmentRow, string>();

/** Whether each word is in what the row says, in any case of letters. */
export function hasWords(row: EnvironmentRow, words: readonly string[]): boolean {
  let text = texts.get(row);
  if (text === undefined) {
    const { name, host, state, reason, commit, data } = row;
    text = [name, host, state, reason, commit, data].join('\n').toLowerCase();
    texts.set(row, text);
  }
  return words.every((word) => text.includes(word));
}

export const wordsOf = (q: string): string[] => q.toLowerCase().split(/\s+/).filter(Boolean);

/** In the wished order; where that says nothing, by name. */
export function inOrder(
  rows: readonly EnvironmentRow[],
  { sort, isDown }: Pick<Wish, 'sort' | 'isDown'>,
): EnvironmentRow[] {
  const value = columns[sort];
  const way = isDown ? -1 : 1;
  return rows
    .map((row) => ({ row, value: value(row) }))
    .sort((one, other) => compare(one.value, other.value) * way || byName(one.row, other.row))
    .map(({ row }) => row);
}

const compare = (one: string | number, other: string | number): number =>
  one < other ? -1 : one > other ? 1 : 0;

const byName = (one: EnvironmentRow, other: EnvironmentRow): number =>
  compare(one.name, other.name);

/** The fresh rows; one that says the same as before is the same object, so that nothing is drawn anew for it. */
export function steadied(
  before: readonly EnvironmentRow[],
  fresh: readonly EnvironmentRow[],
): readonly EnvironmentRow[] {
  const known = new Map(before.map((row) => [row.id, row]));
  return fresh.map((row) => {
    const old = known.get(row.id);
    return old && said(old) === said(row) ? old : row;
  });
}

/** How long it is idle changes with the clock; since when does not. */
const said = (row: EnvironmentRow): string => JSON.stringify({ ...row, idleMs: 0 });

/** How many there are of each state. */
export function statesOf(rows: readonly EnvironmentRow[]): [state: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { state } of rows) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one);
}
