import { setTimeout as pause } from 'node:timers/promises';
import { SignalboxError } from '../../../kernel/signalbox-error.ts';
import { lockHolder } from '../../data-plane/gateway-lock.ts';
import { askControl } from '../control/ask-control.ts';
import { GatewayGone } from '../control/control-client.ts';
import { haproxyFlags } from './haproxy-settings.ts';
import type { AboutKeeper } from './run-keeper.ts';
import { type HaproxyPlace, settingsOf, startKeeper } from './start-keeper.ts';

const answerMs = 15_000;
const startMs = 30_000;

/** The keeper answers when it resolves. Repeatable, also by several controllers at once. */
export async function ensureKept(place: HaproxyPlace): Promise<'restarted'> {
  const deadline = Date.now() + startMs;
  while (!(await isKept(place))) {
    if (Date.now() > deadline) throw didNotStart(place);
    // One that has the lock but no socket yet is starting, by another's hand.
    if (lockHolder(place.directory) === null) await start(place, false);
    else await pause(50);
  }
  return 'restarted';
}

/** A keeper with these settings answers when it resolves. HAProxy serves on meanwhile. */
export async function ensureSettings(place: HaproxyPlace): Promise<void> {
  const { flags } = await aboutKeeper(place);
  if (flags.join('\n') === haproxyFlags(settingsOf(place)).join('\n')) return;
  await start(place, true);
  await ensureKept(place);
}

export async function isKept(place: HaproxyPlace): Promise<boolean> {
  try {
    await aboutKeeper(place);
    return true;
  } catch (error) {
    if (error instanceof GatewayGone) return false;
    throw error;
  }
}

export async function aboutKeeper({ directory }: HaproxyPlace): Promise<AboutKeeper> {
  return (await askKeeper(directory, 'GET /about')) as AboutKeeper;
}

/** Rejects with GatewayGone where no keeper lives, and with the SignalboxError that it refused with. */
export async function askKeeper(
  directory: string,
  call: string,
  { body, timeoutMs = answerMs }: { body?: unknown; timeoutMs?: number | undefined } = {},
): Promise<unknown> {
  return askControl({ directory, call, body, timeoutMs }, 'The keeper of HAProxy');
}

async function start(place: HaproxyPlace, replace: boolean): Promise<void> {
  const report = await startKeeper(place, replace);
  if (report === null) throw didNotStart(place);
  if (report.kind === 'trouble') throw new SignalboxError(report.trouble);
}

function didNotStart({ directory }: HaproxyPlace): SignalboxError {
  return new SignalboxError({
    code: 'gateway/did-not-start',
    what: 'HAProxy or its keeper did not start.',
    fix: [
      `Read the end of its log: tail ${directory}/gateway.log`,
      `Read what HAProxy says: tail ${directory}/haproxy.log`,
    ],
  });
}
