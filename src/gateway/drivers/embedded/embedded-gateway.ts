import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SignalboxError } from '../../../kernel/signalbox-error.ts';
import type { About } from '../../data-plane/control-contract.ts';
import { lockHolder } from '../../data-plane/gateway-lock.ts';
import type { Gateway } from '../../gateway.ts';
import type { Activity, Route } from '../../route.ts';
import { control, GatewayGone, GatewaySilent } from './control-client.ts';
import { type GatewayPlace, startGateway } from './start-gateway.ts';

export interface EmbeddedGateway extends Gateway {
  /**
   * The gateway process lives when it resolves; 'restarted' when it did not before. Cheap enough for every
   * second, and needed only to bring a dead gateway back before the next call would.
   */
  tend(): Promise<'alive' | 'restarted'>;
}

const answerMs = 10_000;
const startMs = 20_000;

/**
 * The gateway of this directory listens when it resolves: one that lives is adopted, however it was started,
 * else one is started that outlives this process. Where it listens elsewhere it is replaced. Repeatable, also
 * by several controllers at once. Refuses with `gateway/port-taken`, `gateway/cannot-listen`,
 * `gateway/bad-listen-address`, `gateway/did-not-start` and `gateway/not-answering`.
 */
export async function embeddedGateway(place: GatewayPlace): Promise<EmbeddedGateway> {
  const here = { ...place, directory: resolve(place.directory) };
  await ensureRunning(here);
  if ((await about(here)).listen !== here.listen) await restartGateway(here);
  return driver(here);
}

/**
 * Another process, of the code on disk now, serves the directory when it resolves. The old one answers what
 * it has open; for some milliseconds between the two, new connections are refused.
 */
export async function restartGateway(place: GatewayPlace): Promise<void> {
  const here = { ...place, directory: resolve(place.directory) };
  await refuseTrouble(here, true);
  await ensureRunning(here);
}

function driver(place: GatewayPlace): EmbeddedGateway {
  const ask = async (call: string, body?: unknown, timeoutMs = answerMs): Promise<unknown> => {
    const asked = { directory: place.directory, call, body, timeoutMs };
    try {
      return await askOnce(asked);
    } catch (error) {
      // Every call may be repeated, so one that a dying gateway may or may not have heard is made again.
      if (!(error instanceof GatewayGone)) throw error;
      await ensureRunning(place);
      return askOnce(asked);
    }
  };

  return {
    async apply(changes, fence) {
      await ask('POST /apply', { changes, fence });
    },

    async routes() {
      return (await ask('GET /routes')) as Route[];
    },

    async drain(instances, limitMs) {
      const body = { instances, limitMs };
      return (await ask('POST /drain', body, limitMs + answerMs)) as { cutOff: number };
    },

    async activity() {
      const lines = (await ask('GET /activity')) as (Activity & { lastRequestAt: string | null })[];
      return lines.map((line) => ({
        ...line,
        lastRequestAt: line.lastRequestAt === null ? null : new Date(line.lastRequestAt),
      }));
    },

    async entrance() {
      const { port } = (await ask('GET /about')) as About;
      return { scheme: 'http', port };
    },

    async tend() {
      return (await isRunning(place)) ? 'alive' : ensureRunning(place);
    },
  };
}

async function ensureRunning(place: GatewayPlace): Promise<'restarted'> {
  const deadline = Date.now() + startMs;
  while (!(await isRunning(place))) {
    if (Date.now() > deadline) throw didNotStart(place);
    // One that has the lock but no socket yet is starting, by another's hand.
    if (lockHolder(place.directory) === null) await refuseTrouble(place, false);
    else await pause(50);
  }
  return 'restarted';
}

async function refuseTrouble(place: GatewayPlace, replace: boolean): Promise<void> {
  const report = await startGateway(place, replace);
  if (report === null) throw didNotStart(place);
  if (report.kind === 'trouble') throw new SignalboxError(report.trouble);
}

async function isRunning(place: GatewayPlace): Promise<boolean> {
  try {
    await about(place);
    return true;
  } catch (error) {
    if (error instanceof GatewayGone) return false;
    throw error;
  }
}

async function about({ directory }: GatewayPlace): Promise<About> {
  return (await askOnce({ directory, call: 'GET /about', timeoutMs: answerMs })) as About;
}

async function askOnce(call: Parameters<typeof control>[0]): Promise<unknown> {
  try {
    return await control(call);
  } catch (error) {
    throw error instanceof GatewaySilent ? notAnswering(call.directory, error) : error;
  }
}

function didNotStart({ directory }: GatewayPlace): SignalboxError {
  return new SignalboxError({
    code: 'gateway/did-not-start',
    what: 'The gateway process did not start.',
    fix: [`Read the end of its log: tail ${directory}/gateway.log`],
  });
}

function notAnswering(directory: string, cause: Error): SignalboxError {
  const pid = lockHolder(directory)?.pid;
  return new SignalboxError({
    code: 'gateway/not-answering',
    what: 'The gateway process lives, but does not answer.',
    why: cause.message,
    fix: [
      pid === undefined ? 'Try again.' : `End it, and it is started anew: kill -9 ${pid}`,
      `Read the end of its log: tail ${directory}/gateway.log`,
    ],
    cause,
  });
}
