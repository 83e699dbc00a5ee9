import type { Abilities, Gateway, SignedVisit } from '../../gateway.ts';
import type { Activity, Route } from '../../route.ts';
import type { Ticks, TrafficCount } from '../../traffic.ts';
import { GatewayGone } from './control-client.ts';

export interface ControlledProcess {
  abilities: Abilities;
  /** Rejects with GatewayGone where it does not live. */
  ask(call: string, body: unknown, timeoutMs: number | undefined): Promise<unknown>;
  /** It lives when this resolves. */
  revive(): Promise<unknown>;
}

/** A gateway may hand over or die while it is asked; one that always dies of the question is a bug. */
const mostAttempts = 4;
/** Beyond a drain's own limit. */
const graceMs = 10_000;

/** The port to a gateway that is another process with a control socket; one that has died is brought back. */
export function gatewayOverControl({
  abilities,
  ask: askOnce,
  revive,
}: ControlledProcess): Gateway {
  const ask = async (call: string, body?: unknown, timeoutMs?: number): Promise<unknown> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await askOnce(call, body, timeoutMs);
      } catch (error) {
        // Every call may be repeated, so one that a dying gateway may or may not have heard is made again.
        if (!(error instanceof GatewayGone) || attempt === mostAttempts) throw error;
        await revive();
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
      const { port, portTls } = (await ask('GET /about')) as Entrances;
      return portTls === null || portTls === undefined
        ? { scheme: 'http', port }
        : { scheme: 'https', port: portTls };
    },
  };
}

/** One of an older version says nothing of TLS. */
interface Entrances {
  port: number;
  portTls?: number | null;
}
