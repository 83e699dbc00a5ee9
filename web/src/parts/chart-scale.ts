/** Values of a chart, one for each moment; null and NaN: none was measured. */
export type Values = ArrayLike<number | null>;

/** What a chart shows: from and to on its value axis, and where the axis is labelled. */
export interface Scale {
  from: number;
  to: number;
  ticks: number[];
}

/** The smallest and the largest of all values that are there; Infinity and -Infinity where none is. */
export function extent(lines: readonly Values[]): [least: number, most: number] {
  let least = Infinity;
  let most = -Infinity;
  for (const values of lines)
    for (let at = 0; at < values.length; at += 1) {
      const value = values[at] ?? NaN;
      if (value < least) least = value;
      if (value > most) most = value;
    }
  return [least, most];
}

/** From 0 to a round number that nothing is above, labelled at about four round numbers. */
export function linearScale(most: number): Scale {
  const rough = (most > 0 && most < Infinity ? most : 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough * 0.999) ?? 10);
  const count = Math.max(1, Math.ceil((rough * 4) / step - 1e-9));
  return { from: 0, to: count * step, ticks: upTo(count, (at) => at * step) };
}

/** Whole powers of ten around values that are common logarithms; of 10⁰ and at most six others, all as far apart. */
export function powerScale(least: number, most: number): Scale {
  const low = Math.floor(Math.min(least, 0));
  const high = Math.ceil(Math.max(most, low + 1, 0));
  const step = Math.ceil((high - low) / 5);
  const from = Math.floor(low / step) * step;
  const count = Math.ceil((high - from) / step);
  return { from, to: from + count * step, ticks: upTo(count, (at) => from + at * step) };
}

const upTo = (count: number, make: (at: number) => number): number[] =>
  Array.from({ length: count + 1 }, (_, at) => make(at));

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const spans = [1, 2, 5, 10, 15, 30, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute];
const steps = [...spans, 30 * minute, hour, 2 * hour, 6 * hour, 12 * hour, day, 7 * day];

/** Round moments in seconds since 1970, at most `most`; `offset`: what local time is ahead of UTC by, in seconds. */
export function timeTicks(
  { from, to }: { from: number; to: number },
  most: number,
  offset = 0,
): number[] {
  const wanted = (to - from) / Math.max(1, most);
  const step = steps.find((size) => size >= wanted) ?? Math.ceil(wanted / day) * day;
  const first = Math.ceil((from + offset) / step) * step - offset;
  return first > to ? [] : upTo(Math.floor((to - first) / step), (at) => first + at * step);
}

/** Where the value nearest to a moment is, in moments that only grow; -1: there is none. */
export function nearest(moments: ArrayLike<number>, wanted: number): number {
  let low = 0;
  let high = moments.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (moments[middle]! <= wanted) low = middle;
    else high = middle;
  }
  if (high < 0) return -1;
  return wanted - moments[low]! <= moments[high]! - wanted ? low : high;
}

const raised = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** `10³`, `10⁻²`. */
export const powerOfTen = (exponent: number): string =>
  `10${exponent < 0 ? '⁻' : ''}${Array.from(String(Math.abs(exponent)), (digit) => raised[Number(digit)]).join('')}`;

/** At most `most` places of `count`, evenly spread, with the last one. */
export function thinned(count: number, most: number): number[] {
  const step = Math.ceil(count / most);
  return step === 0
    ? []
    : upTo(Math.floor((count - 1) / step), (at) => count - 1 - at * step).reverse();
}

/** What happened since the moment before, for each; the last one has all that came after it as well. */
export const byRow = (
  markers: readonly { at: number; label: string }[],
  moments: readonly number[],
): string[] => {
  const rows: string[][] = moments.map(() => []);
  for (const { at, label } of markers)
    rows.at(moments.findIndex((moment) => at <= moment))?.push(label);
  return rows.map((row) => row.join('; '));
};

/** A value in words; a dash where there is none. */
export const said = (value: number | null | undefined, format: (value: number) => string): string =>
  Number.isNaN(value ?? NaN) ? '–' : format(value!);
