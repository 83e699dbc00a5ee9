import { setTimeout as pause } from 'node:timers/promises';
import type { Fence } from '../../../kernel/fence.ts';
import { SignalboxError } from '../../../kernel/signalbox-error.ts';
import type { CertificatePair } from '../../certificate.ts';
import { trafficCounters } from '../../data-plane/count/traffic-counters.ts';
import { log } from '../../data-plane/log.ts';
import { placeKey } from '../../data-plane/place-key.ts';
import { secretKey } from '../../data-plane/secret-key.ts';
import { trafficRecord } from '../../data-plane/traffic-record.ts';
import type { DrainLimit, SignedVisit, VisitTarget } from '../../gateway.ts';
import type { Activity, Route, RouteChange } from '../../route.ts';
import type { Ticks, TrafficCount } from '../../traffic.ts';
import { requestCount } from './count-requests.ts';
import { drainServers } from './drain-servers.ts';
import type { HaproxySettings } from './haproxy-settings.ts';
import type { KeptHaproxy } from './kept-haproxy.ts';
import { knownNames } from './known-names.ts';
import { placeActivity } from './place-activity.ts';
import { countReader } from './read-counts.ts';
import { trimOutput } from './running-haproxy.ts';
import { servedRoutes } from './served-routes.ts';
import { signVisit } from './sign-visit.ts';

/** What stands between the controllers and HAProxy. All of it is as the port says. */
export interface Keeper {
  apply(changes: readonly RouteChange[], fence: Fence | undefined): Promise<void>;
  routes(): Route[];
  drain(instances: readonly string[], limit: DrainLimit): Promise<{ cutOff: number }>;
  signedVisit(to: VisitTarget, forMs: number): SignedVisit;
  setCertificates(all: readonly CertificatePair[]): Promise<void>;
  activity(): Promise<Activity[]>;
  ticks(after: number | null): Ticks;
  totals(): TrafficCount[];
  /** Nothing is counted or mended any more, all counts are on disk. HAProxy serves on. */
  close(): Promise<void>;
}

const tickMs = 1_000;
const lookMs = 100;
const keepEveryMs = 5_000;
/** HAProxy looks for us every second. */
const backlogMs = 5_000;
/** Between two attempts to start a HAProxy that does not start. */
const againMs = 1_000;

/** HAProxy serves the saved routes when it resolves, and is started again should it end. */
export async function keeper(haproxy: KeptHaproxy, settings: HaproxySettings): Promise<Keeper> {
  const key = secretKey();
  const names = knownNames();
  const counters = trafficCounters();
  const record = trafficRecord();
  const count = requestCount(names, counters);
  const { sync, close: closeReader } = await countReader((request) => count.note(request));
  const sinceMs = Date.now();
  const inTurn = turns();
  const routes = servedRoutes({ haproxy, settings, key, names, sync });
  // What was counted while nobody read goes with a worker that is reloaded.
  if (haproxy.isAlive()) await sync(backlogMs);
  await routes.reload();

  const activity = placeActivity({
    names,
    places: () => count.places(),
    routes: { all: routes.all, has: (place) => routes.state().placed.has(placeKey(place)) },
    sync,
  });
  const tick = () => {
    record.note(counters.take());
    record.tick(Math.floor(Date.now() / 1000));
  };
  const mend = () => (haproxy.isAlive() ? undefined : inTurn(routes.reload).catch(despair));
  const duties = [
    every(tickMs, 'counting', tick),
    every(lookMs, 'mending', mend),
    every(tickMs, 'tidying', () => inTurn(routes.tidy)),
    every(keepEveryMs, 'keeping activity', activity.keep),
    every(keepEveryMs, 'trimming output', trimOutput),
  ];

  return {
    apply: (changes, fence) => inTurn(() => routes.change(changes, fence)),
    routes: routes.all,
    drain: (instances, limit) => drainServers({ names, count, sync, sinceMs }, instances, limit),
    signedVisit: (to, forMs) =>
      signVisit(key, { to, placed: routes.state().placed.get(placeKey(to)), forMs }),
    setCertificates: (all) => inTurn(() => routes.setCertificates(all)),
    activity: activity.read,
    ticks: record.read,
    totals: record.totals,
    async close() {
      for (const duty of duties) duty.stop();
      await activity.keep().catch((error: unknown) => log('activity was not written', error));
      closeReader();
      tick();
      record.close();
    },
  };
}

/**
 * Without root's rights any more we may not be able to bind the address of a HAProxy that we had only adopted;
 * who tends us starts another keeper, which has them.
 */
async function despair(error: unknown): Promise<never> {
  if (error instanceof SignalboxError) {
    log('HAProxy is dead and cannot be started from here', error);
    process.exit(1);
  }
  await pause(againMs);
  throw error;
}

/** One after the other, in the order of the calls. */
function turns(): <Result>(act: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (act) => {
    const done = last.then(act);
    last = done.catch(() => {});
    return done;
  };
}

/** Again and again, never twice at once; trouble is said and the next time comes all the same. */
function every(ms: number, what: string, act: () => unknown): { stop(): void } {
  let isBusy = false;
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    void (async () => act())()
      .catch((error: unknown) => log(`${what} did not work`, error))
      .finally(() => (isBusy = false));
  }, ms);
  return { stop: () => clearInterval(timer) };
}
