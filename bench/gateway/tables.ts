import Table from 'cli-table3';
import type { Measurement } from './measure.ts';
import { median } from './median.ts';
import type { PeerName } from './peers/peer.ts';
import type { SideBySideResult } from './side-by-side.ts';

/**
 * A case as a table of medians. A ratio is the median of the rounds' own ratios: both sides of each were
 * measured seconds apart, so the machine's moods weigh less than in a ratio of two medians.
 */
export function sideBySideTable(result: SideBySideResult): string {
  const base = result.case.goal.against;
  const bases: PeerName[] = [...new Set<PeerName>(['haproxy', base])];
  const table = new Table({
    style: { head: [], border: [] },
    head: [
      result.case.title,
      'requests/s',
      ...bases.map((name) => `× ${name}`),
      'p50 ms',
      'p99 ms',
      `p99 × ${base}`,
      'CPU µs/request (user / system)',
      'core busy',
      'MB',
      'failed',
    ],
  });
  for (const [name, all] of result.measurements)
    table.push([
      name,
      round(medianOf(all, (one) => one.requestsPerSecond)),
      ...bases.map((other) => times(ratio(result, name, other, requestsPerSecond))),
      medianOf(all, (one) => one.p50Ms).toFixed(2),
      medianOf(all, p99).toFixed(2),
      times(ratio(result, name, base, p99)),
      processorOf(all),
      `${medianOf(all, (one) => one.busyPercent).toFixed(0)} %`,
      (medianOf(all, (one) => one.residentBytes) / 1e6).toFixed(0),
      failuresOf(all),
    ]);
  return [table.toString(), ...result.absent, ...verdicts(result)].join('\n');
}

const requestsPerSecond = (one: Measurement): number => one.requestsPerSecond;
const p99 = (one: Measurement): number => one.p99Ms;

/** Processor time of a request in microseconds. */
export function processorOf(all: readonly Measurement[]): string {
  const user = medianOf(all, (one) => one.userMicroseconds);
  const system = medianOf(all, (one) => one.systemMicroseconds);
  return `${(user + system).toFixed(1)} (${user.toFixed(1)} / ${system.toFixed(1)})`;
}

function failuresOf(all: readonly Measurement[]): string {
  const failed = all.reduce((sum, one) => sum + one.failed, 0);
  const kinds = new Set(all.flatMap(({ failures }) => (failures === '' ? [] : [failures])));
  return [failed, ...kinds].join('; ');
}

/** Whether ours reaches what it should, and whether the figures can be trusted. */
function verdicts(result: SideBySideResult): string[] {
  return [...goalVerdict(result), ...busyVerdict(result), ...aloneVerdict(result)];
}

const busyEnoughPercent = 85;

/** A gateway that waits for the load, or shares its core with strangers, shows the machine and not itself. */
function busyVerdict({ measurements }: SideBySideResult): string[] {
  const idle = [...measurements]
    .filter(([, all]) => medianOf(all, (one) => one.busyPercent) < busyEnoughPercent)
    .map(([name]) => name);
  if (idle.length === 0) return [];
  return [`below ${busyEnoughPercent} % of its core, so not at its limit: ${idle.join(', ')}`];
}

function goalVerdict(result: SideBySideResult): string[] {
  const { against, ratio: wanted, p99Ratio } = result.case.goal;
  const reached = ratio(result, 'signalbox', against, requestsPerSecond);
  if (Number.isNaN(reached)) return [];
  const lines = [
    `goal ≥ ${wanted.toFixed(2)} × ${against}: ${times(reached)}, ${met(reached >= wanted)}`,
  ];
  if (p99Ratio === null) return lines;
  const late = ratio(result, 'signalbox', against, p99);
  return [
    ...lines,
    `goal p99 ≤ ${p99Ratio.toFixed(2)} × ${against}: ${times(late)}, ${met(late <= p99Ratio)}`,
  ];
}

function aloneVerdict({ alone, measurements }: SideBySideResult): string[] {
  if (alone === null) return [];
  const fastest = Math.max(
    ...[...measurements.values()].map((all) => medianOf(all, requestsPerSecond)),
  );
  const lead = alone.requestsPerSecond / fastest;
  const told = `the upstream alone: ${round(alone.requestsPerSecond)} requests/s, ${times(lead)} × the fastest gateway`;
  return [lead >= 2 ? told : `${told}: LESS THAN TWICE, trust no row whose core was not busy`];
}

const met = (yes: boolean): string => (yes ? 'met' : 'NOT MET');

function ratio(
  { measurements }: SideBySideResult,
  name: PeerName,
  other: PeerName,
  pick: (one: Measurement) => number,
): number {
  const [own, base] = [measurements.get(name) ?? [], measurements.get(other) ?? []];
  return median(
    own.flatMap((one, index) => {
      const its = base[index];
      return its === undefined ? [] : [pick(one) / pick(its)];
    }),
  );
}

const medianOf = (all: readonly Measurement[], pick: (one: Measurement) => number): number =>
  median(all.map(pick));

const round = (number: number): string => Math.round(number).toLocaleString('en-GB');

const times = (number: number): string => (Number.isNaN(number) ? '–' : number.toFixed(2));
