import type { Contender } from './contenders.ts';
import { randomFrom } from './random.ts';
import { type Moment, simulateTick } from './world.ts';

export interface World {
  name: string;
  ticks: number;
  at(tick: number): Moment;
}

export interface Finish {
  contender: string;
  hours: number;
  /** How many requests the candidate had served each time the judge acted, in rising order. */
  requests: readonly number[];
}

/** The same hours, drawn from the seed, for every contender. */
export function race(
  world: World,
  contenders: readonly Contender[],
  { hours, slowHours, seed }: { hours: number; slowHours: number; seed: number },
): Finish[] {
  const finishes = contenders.map(({ name, isSlow }) => ({
    contender: name,
    hours: isSlow === true ? slowHours : hours,
    requests: [] as number[],
  }));
  for (let hour = 0; hour < hours; hour += 1) {
    const random = randomFrom(seed * 1_000_003 + hour);
    const ticks = Array.from({ length: world.ticks }, (_, tick) =>
      simulateTick(random, world.at(tick)),
    );
    contenders.forEach((contender, index) => {
      if (hour >= finishes[index]!.hours) return;
      const after = contender.actsAfter(ticks);
      if (after === null) return;
      const served = ticks.slice(0, after).reduce((sum, tick) => sum + tick.candidate.requests, 0);
      finishes[index]!.requests.push(served);
    });
  }
  for (const { requests } of finishes) requests.sort((one, other) => one - other);
  return finishes;
}

/** How often it acted, in percent, with half of the 95 % interval. */
export function often({ requests, hours }: Finish): string {
  const share = requests.length / hours;
  const error = 196 * Math.sqrt((share * (1 - share)) / hours);
  return `${(share * 100).toFixed(1)} % ± ${error.toFixed(1)}`;
}

/** Median and p90 of the candidate's requests, counting hours in which it did not act as longer than any. */
export function delay({ requests, hours }: Finish): string {
  const at = (share: number): string =>
    (requests[Math.ceil(share * hours) - 1] ?? Infinity).toLocaleString('en-US');
  return requests.length < hours / 2
    ? `${((requests.length / hours) * 100).toFixed(0)} % found`
    : `${at(0.5)} (${at(0.9)})`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
