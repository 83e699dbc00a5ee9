import type { Database } from '../db/pool.ts';
import type { Clock } from '../kernel/clock.ts';
import { traffic, type TrafficStep } from './traffic-tables.ts';
import { trafficTally, type TrafficSum, type TrafficTally } from './traffic-tally.ts';

/** What an environment's versions did lately, as the gateway saw it. */
export interface ShownTraffic {
  from: Date;
  to: Date;
  stepSeconds: number;
  /** All ticks that were ever lost because nobody read them, if the last was missed in this time; else 0. */
  lostTicks: number;
  versions: VersionTraffic[];
}

export interface VersionTraffic extends TrafficSum {
  service: string;
  /** The deploy's id; '' for the gateway's own answers. */
  version: string;
  commit: string | null;
  instances: (TrafficSum & { instance: string })[];
  /** Oldest first; steps without traffic are left out. */
  series: SeriesStep[];
}

type SeriesStep = { at: Date } & Pick<
  TrafficSum,
  'requests' | 'bad' | 'badUsers' | 'firstByte' | 'total'
>;

interface Needs {
  db: Database;
  clock: Clock;
}

/** So much is fetched at a time, so that a long look back holds up nobody. */
const stepsAtOnce = 30;

/** The last so many minutes of one environment, service by service, the newest version first. */
export async function trafficOf(
  { db, clock }: Needs,
  { environment, minutes }: { environment: string; minutes: number },
): Promise<ShownTraffic> {
  const now = clock.now();
  const stepSeconds = stepOf(minutes);
  const stepMs = stepSeconds * 1000;
  const to = new Date(Math.floor(now.getTime() / stepMs + 1) * stepMs);
  const from = new Date(to.getTime() - Math.ceil((minutes * 60_000) / stepMs) * stepMs);
  const lines = await traffic.linesOf(db, environment);
  const views = viewsOf(lines);
  for (let at = from; at < to; at = new Date(at.getTime() + stepsAtOnce * stepMs)) {
    const end = new Date(Math.min(to.getTime(), at.getTime() + stepsAtOnce * stepMs));
    const slice = { lines: lines.map(({ id }) => id), from: at, to: end, stepSeconds };
    addSlice(views, await traffic.steps(db, slice));
  }
  const cursor = await traffic.cursor(db);
  const seconds = (now.getTime() - from.getTime()) / 1000;
  return {
    from,
    to,
    stepSeconds,
    lostTicks: cursor.lostAt && cursor.lostAt >= from ? cursor.lost : 0,
    versions: [...new Set(views.values())]
      .filter(({ series }) => series.length > 0)
      .map((view) => shown(view, seconds)),
  };
}

/** So that a chart has a few hundred points at most. */
function stepOf(minutes: number): number {
  if (minutes <= 60) return 10;
  return minutes <= 600 ? 60 : 1800;
}

type Line = Awaited<ReturnType<typeof traffic.linesOf>>[number];

interface VersionView {
  about: Line;
  tally: TrafficTally;
  instances: Map<string, TrafficTally>;
  instanceOf: Map<number, string>;
  series: SeriesStep[];
}

/** One per service and version, under the id of each of its lines. */
function viewsOf(lines: readonly Line[]): Map<number, VersionView> {
  const views = new Map<number, VersionView>();
  for (const some of Map.groupBy(lines, (line) => `${line.service} ${line.version}`).values()) {
    const view: VersionView = {
      about: some[0]!,
      tally: trafficTally(),
      instances: new Map(),
      instanceOf: new Map(some.map(({ id, instance }) => [id, instance])),
      series: [],
    };
    for (const { id } of some) views.set(id, view);
  }
  return views;
}

/** Slices hold whole steps, so the series are done with them. */
function addSlice(views: Map<number, VersionView>, steps: readonly TrafficStep[]): void {
  for (const [view, its] of Map.groupBy(steps, ({ line }) => views.get(line)!)) {
    for (const [time, now] of Map.groupBy(its, ({ at }) => at.getTime())) {
      const moment = trafficTally();
      for (const step of now) {
        moment.add(step);
        view.tally.add(step);
        instanceTally(view, step.line).add(step);
      }
      const { requests, bad, badUsers, firstByte, total } = moment.sum(1);
      view.series.push({ at: new Date(time), requests, bad, badUsers, firstByte, total });
    }
  }
}

function instanceTally({ instances, instanceOf }: VersionView, line: number): TrafficTally {
  const instance = instanceOf.get(line) ?? '';
  const tally = instances.get(instance) ?? trafficTally();
  instances.set(instance, tally);
  return tally;
}

function shown({ about, tally, instances, series }: VersionView, seconds: number): VersionTraffic {
  const { service, version, commit } = about;
  return {
    service,
    version,
    commit,
    ...tally.sum(seconds),
    instances: [...instances]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([instance, its]) => ({ instance, ...its.sum(seconds) })),
    series,
  };
}
