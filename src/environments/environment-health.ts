import type { Queryable } from '../db/pool.ts';
import type { Clock } from '../kernel/clock.ts';
import { bucketMiddle } from '../gateway/merge-buckets.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import { eachBucket } from './bucket-bytes.ts';
import { stageEnvironments, type RecentTraffic, type StageRow } from './stage-tables.ts';

/** How an environment is, in a word, and why that word. */
export interface Health {
  /** unknown: nobody asked it. */
  word: 'fine' | 'trouble' | 'unknown';
  text: string;
  /** Of the last five minutes. */
  requests: number;
  bad: number;
  perSecond: number;
  p95Ms: number | null;
}

interface Needs {
  db: Queryable;
  clock: Clock;
  runtime: Pick<Runtime, 'instance'>;
}

const lookedAtMs = 300_000;
const badShareOfTrouble = 0.01;
/** Of fewer one bad answer would be trouble. */
const leastRequests = 20;

/** By its id; one query for all of them. Reads only. */
export async function healthOf(
  { db, clock, runtime }: Needs,
  stages: readonly StageRow[],
): Promise<Map<string, Health>> {
  const before = clock.now();
  const from = new Date(before.getTime() - lookedAtMs);
  const traffic = await stageEnvironments.traffic(db, {
    environments: stages.map(({ id }) => id),
    from,
    before,
  });
  const told = stages.map(async (stage) => {
    const sums = traffic.find(({ environment }) => environment === stage.id);
    return [stage.id, judged(await whyNotReady(runtime, stage), sums)] as const;
  });
  return new Map(await Promise.all(told));
}

/** null: what serves can be asked. */
async function whyNotReady(
  runtime: Needs['runtime'],
  { state, reason, instances }: StageRow,
): Promise<string | null> {
  if (state === 'failed')
    return `Its first deploy failed, so nothing serves${reason === null ? '.' : `: ${reason}`}`;
  if (state !== 'live') return null;
  const states = await Promise.all(
    instances.map(async ({ id, service }) => {
      const found = await runtime.instance(id).catch(() => null);
      return { service, state: found?.state ?? 'missing' };
    }),
  );
  const web = states.filter(({ service }) => service === 'web');
  if (web.length > 0 && web.every(({ state }) => state !== 'running'))
    return 'No instance of web is ready.';
  const bad = states.find(({ state }) => state !== 'running');
  if (states.length === 0) return 'Nothing of it runs.';
  return bad === undefined
    ? null
    : `An instance of ${bad.service} ${bad.state === 'crashing' ? 'crashes again and again' : `is ${bad.state}`}.`;
}

function judged(trouble: string | null, traffic: RecentTraffic | undefined): Health {
  const { requests = 0, bad = 0, totals } = traffic ?? {};
  const p95Ms = totals === undefined ? null : p95Of(totals);
  const sums = { requests, bad, perSecond: requests / (lookedAtMs / 1000), p95Ms };
  if (trouble !== null) return { word: 'trouble', text: trouble, ...sums };
  // A request may end in another second than it began.
  const asked = Math.max(requests, bad);
  if (asked === 0)
    return { word: 'unknown', text: 'Nobody has asked it for anything for five minutes.', ...sums };
  const text = `${bad} of ${asked} requests were bad in the last five minutes.`;
  const isTrouble = asked >= leastRequests && bad / asked > badShareOfTrouble;
  return { word: isTrouble ? 'trouble' : 'fine', text, ...sums };
}

/** Right to 1 %. null: nothing was answered. */
function p95Of(totals: Uint8Array): number | null {
  const counts = new Map<number, number>();
  let all = 0;
  eachBucket(totals, (bucket, count) => {
    counts.set(bucket, (counts.get(bucket) ?? 0) + count);
    all += count;
  });
  let left = Math.ceil(0.95 * all);
  for (const [bucket, count] of [...counts].sort(([one], [other]) => one - other)) {
    left -= count;
    if (left <= 0) return Number((bucketMiddle(bucket) / 1000).toPrecision(4));
  }
  return null;
}
