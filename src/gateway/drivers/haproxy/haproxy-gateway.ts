import { resolve } from 'node:path';
import type { Gateway, SignedVisit } from '../../gateway.ts';
import type { Activity, Route } from '../../route.ts';
import type { Ticks, TrafficCount } from '../../traffic.ts';
import { GatewayGone } from '../embedded/control-client.ts';
import { abilities } from './abilities.ts';
import { aboutKeeper, askKeeper, ensureKept, ensureSettings, isKept } from './ensure-kept.ts';
import type { HaproxyPlace } from './start-keeper.ts';

export interface HaproxyGateway extends Gateway {
  /**
   * HAProxy and its keeper live when it resolves; 'restarted' when the keeper did not before. Cheap enough for
   * every second: the keeper itself brings a dead HAProxy back.
   */
  tend(): Promise<'alive' | 'restarted'>;
}

/** Beyond a drain's own limit. */
const graceMs = 10_000;
const mostAttempts = 3;

/**
 * A HAProxy of this directory's own serves when it resolves, with a keeper beside it that counts, changes and
 * mends; both outlive this process. Those that live are adopted, with other settings another keeper takes over.
 * Repeatable, also by several controllers at once. Refuses with `gateway/no-haproxy`, `gateway/old-haproxy`,
 * `gateway/port-taken`, `gateway/cannot-listen`, `gateway/bad-listen-address`, `gateway/bad-trust`,
 * `gateway/out-of-reach`, `gateway/did-not-start` and `gateway/not-answering`.
 */
export async function haproxyGateway(place: HaproxyPlace): Promise<HaproxyGateway> {
  const here = { ...place, directory: resolve(place.directory) };
  await ensureKept(here);
  await ensureSettings(here);
  return driver(here);
}

function driver(place: HaproxyPlace): HaproxyGateway {
  const ask = async (call: string, body?: unknown, timeoutMs?: number): Promise<unknown> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await askKeeper(place.directory, call, { body, timeoutMs });
      } catch (error) {
        // Every call may be repeated, so one that a dying keeper may or may not have heard is made again.
        if (!(error instanceof GatewayGone) || attempt === mostAttempts) throw error;
        await ensureKept(place);
      }
    }
  };

  return {
    abilities,

    async apply(changes, fence) {
      await ask('POST /apply', { changes, fence });
    },

    async routes() {
      return (await ask('GET /routes')) as Route[];
    },

    async drain(instances, limit) {
      const body = { instances, ...limit };
      return (await ask('POST /drain', body, limit.limitMs + graceMs)) as { cutOff: number };
    },

    async signedVisit(to, forMs) {
      const visit = (await ask('POST /signed-visit', { to, forMs })) as SignedVisit;
      return { ...visit, expiresAt: new Date(visit.expiresAt) };
    },

    async setCertificates(all) {
      await ask('PUT /certificates', all);
    },

    async activity() {
      const lines = (await ask('GET /activity')) as (Activity & { lastRequestAt: string | null })[];
      return lines.map((line) => ({
        ...line,
        lastRequestAt: line.lastRequestAt === null ? null : new Date(line.lastRequestAt),
      }));
    },

    async ticks(after) {
      return (await ask('POST /ticks', { after })) as Ticks;
    },

    async totals() {
      return (await ask('GET /totals')) as TrafficCount[];
    },

    async entrance() {
      const { port, portTls } = await aboutKeeper(place);
      return portTls === null ? { scheme: 'http', port } : { scheme: 'https', port: portTls };
    },

    async tend() {
      return (await isKept(place)) ? 'alive' : ensureKept(place);
    },
  };
}
