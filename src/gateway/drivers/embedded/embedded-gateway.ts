import { resolve } from 'node:path';
import type { About } from '../../data-plane/control-contract.ts';
import type { Gateway, SignedVisit } from '../../gateway.ts';
import type { Activity, Route } from '../../route.ts';
import type { Ticks, TrafficCount } from '../../traffic.ts';
import { GatewayGone } from './control-client.ts';
import {
  askOnce,
  ensureRunning,
  ensureSettings,
  isRunning,
  restartGateway as restart,
} from './keep-running.ts';
import type { GatewayPlace } from './start-gateway.ts';

export interface EmbeddedGateway extends Gateway {
  /**
   * The gateway process lives when it resolves; 'restarted' when it did not before. Cheap enough for every
   * second, and needed only to bring a dead gateway back before the next call would.
   */
  tend(): Promise<'alive' | 'restarted'>;
}

/**
 * The gateway of this directory listens when it resolves: one that lives is adopted, however it was started,
 * else one is started that outlives this process. Where it has other settings it is replaced. Repeatable,
 * also by several controllers at once. Refuses with `gateway/port-taken`, `gateway/cannot-listen`,
 * `gateway/bad-listen-address`, `gateway/bad-trust`, `gateway/out-of-reach`, `gateway/did-not-start` and
 * `gateway/not-answering`.
 */
export async function embeddedGateway(place: GatewayPlace): Promise<EmbeddedGateway> {
  const here = { ...place, directory: resolve(place.directory) };
  await ensureRunning(here);
  await ensureSettings(here);
  return driver(here);
}

/** As `restartGateway` in keep-running.ts, for any path of the directory. */
export async function restartGateway(place: GatewayPlace): Promise<void> {
  await restart({ ...place, directory: resolve(place.directory) });
}

/** A gateway may hand over or die while it is asked; one that always dies of the question is a bug. */
const mostAttempts = 4;
/** Beyond a drain's own limit. */
const graceMs = 10_000;

type Ask = (call: string, body?: unknown, timeoutMs?: number) => Promise<unknown>;

function asking(place: GatewayPlace): Ask {
  return async (call, body, timeoutMs) => {
    const { directory } = place;
    const asked = { directory, call, body, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await askOnce(asked);
      } catch (error) {
        // Every call may be repeated, so one that a dying gateway may or may not have heard is made again.
        if (!(error instanceof GatewayGone) || attempt === mostAttempts) throw error;
        await ensureRunning(place);
      }
    }
  };
}

function driver(place: GatewayPlace): EmbeddedGateway {
  const ask = asking(place);
  return {
    abilities: { mirror: true, cannot: [] },

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
      const { port, portTls } = (await ask('GET /about')) as About;
      return portTls === null || portTls === undefined
        ? { scheme: 'http', port }
        : { scheme: 'https', port: portTls };
    },

    async tend() {
      return (await isRunning(place)) ? 'alive' : ensureRunning(place);
    },
  };
}
