import { mergeCounts } from './merge-counts.ts';
import type { KeptTick } from './segment-files.ts';

const minute = 60;

/**
 * Ticks as minutes, nothing lost. What a reader has (`received`) is left out, and what it may just be storing
 * (up to `handedOut`) is not merged with what comes after: it could not go on in the middle of a tick.
 */
export function mergeTicks(
  ticks: Iterable<KeptTick>,
  { received, handedOut }: { received: number; handedOut: number },
): KeptTick[] {
  const merged: KeptTick[] = [];
  let group: KeptTick[] = [];
  const close = (): void => {
    if (group.length > 0) merged.push(oneOf(group));
    group = [];
  };
  for (const tick of ticks) {
    if (tick.number <= received) continue;
    const before = group.at(-1);
    const goesOn =
      before !== undefined &&
      minuteOf(before) === minuteOf(tick) &&
      before.number <= handedOut === tick.number <= handedOut;
    if (!goesOn) close();
    group.push(tick);
  }
  close();
  return merged;
}

const minuteOf = ({ second }: KeptTick): number => Math.floor(second / minute);

function oneOf(group: readonly KeptTick[]): KeptTick {
  const [first, last] = [group[0]!, group.at(-1)!];
  if (group.length === 1) return first;
  return {
    number: last.number,
    previous: first.previous,
    second: minuteOf(first) * minute,
    seconds: minute,
    counts: mergeCounts(group.map(({ counts }) => counts)),
  };
}
