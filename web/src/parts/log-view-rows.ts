import type { LineStore } from './line-store.ts';

interface RowsWish {
  /** Characters in a row; Infinity: each line has one row. */
  columns: number;
  /** What is searched; null: nothing. */
  search: RegExp | null;
  onlyMatches: boolean;
}

/**
 * In which rows of one height a log is shown: a line has as many as it needs. Rows are numbered like lines: their
 * numbers stay when the oldest are dropped.
 */
export interface LogViewRows {
  readonly first: number;
  readonly end: number;
  /** The lines in which it was found, in their order. */
  readonly matches: readonly number[];
  /** Takes in what the store has gained and dropped. false: there is more, but time is up. */
  advance(mayGoOn: () => boolean): boolean;
  /** The line of a row, and the how many-eth of its rows it is, from 0. */
  at(row: number): { number: number; part: number };
  /** Where a line begins; where it is not shown, the next one that is. */
  rowOf(number: number): number;
}

/** It is looked at the clock after so many lines. */
const stride = 500;

export function logViewRows(
  store: LineStore,
  { columns, search, onlyMatches }: RowsWish,
): LogViewRows {
  const shown: number[] = [];
  /** Where each shown line ends. */
  const ends: number[] = [];
  const matches: number[] = [];
  let first = 0;
  let seen = store.first;
  const forget = (): void => {
    seen = Math.max(seen, store.first);
    matches.splice(
      0,
      firstThat(matches.length, (at) => matches[at]! >= store.first),
    );
    const gone = firstThat(shown.length, (at) => shown[at]! >= store.first);
    first = ends[gone - 1] ?? first;
    shown.splice(0, gone);
    ends.splice(0, gone);
  };
  const take = (number: number): void => {
    const { text, isNote } = store.line(number);
    const isMatch = search !== null && !isNote && search.test(text);
    if (isMatch) matches.push(number);
    if (onlyMatches && !isMatch && search !== null) return;
    shown.push(number);
    ends.push((ends.at(-1) ?? first) + Math.max(1, Math.ceil(text.length / columns)));
  };
  const startOf = (at: number): number => ends[at - 1] ?? first;
  return {
    get first() {
      return first;
    },
    get end() {
      return ends.at(-1) ?? first;
    },
    matches,
    advance(mayGoOn) {
      forget();
      for (; seen < store.end; seen += 1) {
        if (seen % stride === 0 && !mayGoOn()) return false;
        take(seen);
      }
      return true;
    },
    at(row) {
      const at = firstThat(shown.length, (one) => ends[one]! > row);
      return { number: shown[at] ?? store.end, part: row - startOf(at) };
    },
    rowOf: (number) => startOf(firstThat(shown.length, (one) => shown[one]! >= number)),
  };
}

/** The first of so many for which it is true, where it is true for all after it; their count: for none. */
export function firstThat(count: number, isTrue: (at: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isTrue(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Which match is the next one after a line, or the one before it; around the end it begins anew. -1: there is none. */
export function matchBeside(
  matches: readonly number[],
  { from, step }: { from: number; step: 1 | -1 },
): number {
  const { length } = matches;
  const after = firstThat(length, (at) => matches[at]! > from);
  if (length === 0) return -1;
  if (step === 1) return after % length;
  const here = firstThat(length, (at) => matches[at]! >= from);
  return (here - 1 + length) % length;
}
