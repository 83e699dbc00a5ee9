import type { Tone } from '../words/tone-of.ts';
import type { Values } from './chart-scale.ts';

/** A line of a chart, or the upper edge of what is allowed. */
export interface Line {
  label: string;
  values: Values;
  tone: Tone;
}

/** A value that something begins at. */
export interface Threshold {
  at: number;
  label: string;
  tone: Tone;
}

/** A moment at which something happened. */
export interface Marker {
  /** In seconds since 1970. */
  at: number;
  /** All of it, for who looks at that moment. */
  label: string;
  /** A word or two beside the line. */
  short?: string;
  /** It happened elsewhere. */
  faint?: boolean;
}

export interface ChartProps {
  title: string;
  /** What one sees, where the title does not say it all. */
  caption?: string;
  /** What follows from it, for who cannot see it. */
  says?: string | undefined;
  /** Moments in seconds since 1970, growing. */
  x: ArrayLike<number>;
  /** One to four; each has a value, null or NaN for each moment. */
  series: readonly Line[];
  /** A value in words, with its unit. Of a `log` chart the value is the logarithm. */
  format: (value: number) => string;
  /** What is allowed: from 0 up to this. */
  band?: { label: string; upper: Values } | undefined;
  thresholds?: readonly Threshold[];
  markers?: readonly Marker[];
  /** The values are common logarithms. */
  log?: boolean;
  /** Values beyond it leave the chart. */
  range?: readonly [from: number, to: number];
  /** The value axis reaches at least so far. */
  least?: number;
  /** From when to when, in seconds since 1970; absent: as long as there are values. */
  span?: readonly [since: number, until: number] | undefined;
  /** Charts of one group show the same moment. */
  group?: string;
}
