import type { Wire } from '../../data/call.ts';
import type { EvidenceTick, RolloutEvidence } from '../../../../src/api/contract/evidence.ts';

export type Evidence = Wire<RolloutEvidence>;
type Tick = Wire<EvidenceTick>;
type Arm = 'candidate' | 'stable';

/** Shares are those of so many seconds: of one alone they would jump. */
export const smoothSeconds = 10;
/** Without requests for longer, lines are broken. */
const quietSeconds = 5;

/** One value per moment; NaN where there is none. */
export interface Compared {
  candidate: Float64Array;
  stable: Float64Array;
  /** Up to here the new release counts as no worse. */
  allowed: Float64Array;
}

export interface EvidenceSeries {
  /** In seconds since 1970. */
  x: Float64Array;
  errors: Compared;
  /** Requests slower than the cut point; null: none was compared yet. */
  slow: Compared | null;
  requests: Pick<Compared, Arm>;
  /** Common logarithms of the e-values. */
  metrics: { metric: string; values: Float64Array }[];
}

/** What the judge counted, as lines. `cut`: which of the cut points. Pure. */
export function evidenceSeries({ ticks, margin, metrics }: Evidence, cut: number): EvidenceSeries {
  const places = withGaps(ticks);
  const along = (valueAt: (place: number) => number): Float64Array =>
    Float64Array.from(places, (place) => (Number.isInteger(place) ? valueAt(place) : NaN));
  const compared = (bad: (tick: Tick, arm: Arm) => number | undefined): Compared => {
    const candidate = along(smoothed(ticks, (tick) => [bad(tick, 'candidate'), tick.candidate]));
    const stable = along(smoothed(ticks, (tick) => [bad(tick, 'stable'), tick.stable]));
    return { candidate, stable, allowed: stable.map((share) => allowedShare(share, margin)) };
  };
  return {
    x: Float64Array.from(places, (place) =>
      Number.isInteger(place) ? start(ticks[place]!) : end(ticks[Math.floor(place)]!),
    ),
    errors: compared((tick, arm) => tick[arm].bad),
    slow: ticks.some(({ candidate }) => candidate.slower.length > 0)
      ? compared((tick, arm) => tick[arm].slower[cut])
      : null,
    requests: {
      candidate: along((place) => ticks[place]!.candidate.requests / ticks[place]!.seconds),
      stable: along((place) => ticks[place]!.stable.requests / ticks[place]!.seconds),
    },
    metrics: metrics.map(({ metric }) => ({
      metric,
      values: along((place) => ticks[place]!.e[metric] ?? NaN),
    })),
  };
}

/** The share whose odds are `margin` times those of another share. */
export function allowedShare(share: number, margin: number): number {
  const odds = (margin * share) / (1 - share);
  return share === 1 ? 1 : odds / (1 + odds);
}

const start = ({ at }: Tick): number => Date.parse(at) / 1000;
const end = (tick: Tick): number => start(tick) + tick.seconds;

/** The place of each tick; between two that are far from each other a half one. */
function withGaps(ticks: readonly Tick[]): number[] {
  return ticks.flatMap((tick, place) => {
    const before = ticks[place - 1];
    return before && start(tick) - end(before) > quietSeconds ? [place - 0.5, place] : [place];
  });
}

/** Bad ones of all in the seconds before; NaN where a tick has no such number, or there were no requests. */
function smoothed(
  ticks: readonly Tick[],
  count: (tick: Tick) => [bad: number | undefined, of: { requests: number }],
): (place: number) => number {
  let first = 0;
  let [bad, all] = [0, 0];
  const add = (tick: Tick, sign: number): void => {
    const [some, { requests }] = count(tick);
    if (some === undefined) return;
    bad += sign * some;
    all += sign * requests;
  };
  const shares = ticks.map((tick) => {
    add(tick, 1);
    while (start(ticks[first]!) <= start(tick) - smoothSeconds) {
      add(ticks[first]!, -1);
      first += 1;
    }
    return count(tick)[0] === undefined || all === 0 ? NaN : bad / all;
  });
  return (place) => shares[place]!;
}
