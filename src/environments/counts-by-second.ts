import type { Queryable } from '../db/pool.ts';
import type { LatencyBuckets } from '../gateway/traffic.ts';
import { bucketsOf } from './bucket-bytes.ts';
import { traffic } from './traffic-tables.ts';

/** What one instance of one deploy was asked in one second, as the gateway saw it. */
export interface SecondCounts {
  /** Since 1970; of what is older than an hour or so: the first of its minute. */
  second: number;
  deploy: string;
  instance: string;
  /**
   * That ended in it. Those that began in it are others: a slow one would be counted among the bad of a second in which
   * nobody came.
   */
  requests: number;
  /** Answers of 5xx and failures; several of one user count once. */
  bad: number;
  /** Requests of users for whom the weights alone chose. */
  newcomers: number;
  /** Until the first byte of the answer. */
  latency: LatencyBuckets;
}

/** The second (since 1970) in which each instance of a deploy was first asked anything. */
export async function firstSeconds(
  db: Queryable,
  of: { environment: string; service: string; deploy: string },
): Promise<Map<string, number>> {
  const { environment, service, deploy: version } = of;
  const found = await traffic.firstAsked(db, { environment, service, version });
  return new Map(found.map(({ instance, at }) => [instance, Math.floor(at.getTime() / 1000)]));
}

/** From the second `from` to the one before `before`, oldest first; only what had any requests. */
export async function countsBySecond(
  db: Queryable,
  of: { environment: string; service: string; from: number; before: number },
): Promise<SecondCounts[]> {
  const { environment, service, from, before } = of;
  const found = await traffic.between(db, {
    environment,
    service,
    from: new Date(from * 1000),
    before: new Date(before * 1000),
  });
  return found.map(({ at, version, instance, answered, bad, badUsers, newcomers, firstByte }) => ({
    second: Math.floor(at.getTime() / 1000),
    deploy: version,
    instance,
    // One that broke off after its head has no answer.
    requests: Math.max(answered, Math.min(bad, badUsers)),
    bad: Math.min(bad, badUsers),
    newcomers,
    latency: bucketsOf(firstByte),
  }));
}
