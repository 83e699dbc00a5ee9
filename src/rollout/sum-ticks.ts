import type { ArmCounts } from './analysis/judged-tick.ts';
import type { ShownTick } from './tick-tables.ts';

/** Neighbouring judged seconds of one step. */
export interface SummedTicks extends ShownTick {
  seconds: number;
}

/** How many neighbours make one, so that there are at most so many; never fewer than one for each step. */
export function widthFor(steps: readonly { ticks: number }[], points: number): number {
  const most = Math.max(1, ...steps.map(({ ticks }) => ticks));
  const all = steps.reduce((sum, { ticks }) => sum + ticks, 0);
  const made = (width: number): number =>
    steps.reduce((sum, { ticks }) => sum + Math.ceil(ticks / width), 0);
  let width = Math.max(1, Math.ceil(all / points));
  while (made(width) > points && width < most) width += 1;
  return width;
}

/** With one more tick, in place: into the last sum if it has room and is of the same step. */
export function addTick(sums: SummedTicks[], tick: ShownTick, width: number): void {
  const last = sums.at(-1);
  if (!last || last.step !== tick.step || last.seconds >= width) {
    sums.push({ ...tick, seconds: 1 });
    return;
  }
  sums[sums.length - 1] = {
    ...tick,
    second: last.second,
    seconds: last.seconds + 1,
    candidate: added(last.candidate, tick.candidate),
    stable: added(last.stable, tick.stable),
  };
}

function added(one: ArmCounts, other: ArmCounts): ArmCounts {
  return {
    requests: one.requests + other.requests,
    bad: one.bad + other.bad,
    // Where latency was not looked at for a second, the slow ones of the others are a share of nobody knows what.
    slower:
      one.slower.length === other.slower.length
        ? one.slower.map((count, at) => count + other.slower[at]!)
        : [],
  };
}
