import { setTimeout as pause } from 'node:timers/promises';
import { SocketModeReceiver } from '@slack/bolt';
import type { SlackDispatch } from './slack-dispatch.ts';
import type { SlackPauses, SlackSettings } from './slack-settings.ts';
import { clientOptions, silent } from './slack-web.ts';

export interface SocketEnds {
  settings: SlackSettings;
  appToken: string;
  pauses: SlackPauses;
  dispatch: SlackDispatch;
  signal: AbortSignal;
  /** Slack has said hello. */
  here(): void;
}

interface Envelope {
  body: Record<string, unknown>;
  ack: () => Promise<void>;
}

/**
 * One connection of Socket Mode, from its beginning to its end; throws when it never came to be. The library's own
 * reconnecting is off: it lets the process die of a failure Slack answers with.
 */
export async function slackSocket(ends: SocketEnds): Promise<void> {
  const { settings, appToken, pauses, signal } = ends;
  const { client } = new SocketModeReceiver({
    appToken,
    logger: silent,
    autoReconnectEnabled: false,
    // A controller that is busy for some seconds is still here.
    clientPingTimeout: pauses.patienceMs,
    installerOptions: { clientOptions: clientOptions(settings) },
  });
  client.on('slack_event', (envelope: Envelope) => void obey(envelope, ends.dispatch));
  const ended = Promise.withResolvers<void>();
  client.on('disconnected', () => ended.resolve());
  const stop = (): void => ended.resolve();
  signal.addEventListener('abort', stop);
  try {
    const started = client.start();
    // It may fail when nobody waits for it any more.
    started.catch(() => undefined);
    await inTime(started, pauses.patienceMs, signal);
    ends.here();
    await ended.promise;
  } finally {
    signal.removeEventListener('abort', stop);
    await close(client);
  }
}

/** Slack delivers again what is not acknowledged. */
async function obey({ body, ack }: Envelope, dispatch: SlackDispatch): Promise<void> {
  try {
    await dispatch(body);
    await ack();
  } catch {
    // Not heard, or the connection is gone: it comes again, and its id tells.
  }
}

async function inTime(started: Promise<unknown>, patienceMs: number, signal: AbortSignal) {
  const over = new AbortController();
  const late = pause(patienceMs, undefined, {
    signal: AbortSignal.any([over.signal, signal]),
  }).then(() => {
    throw new Error(`Slack did not say hello within ${patienceMs / 1_000} s`);
  });
  try {
    await Promise.race([started, late]);
  } finally {
    late.catch(() => undefined);
    over.abort();
  }
}

/** Asked twice, the library does not wait half a minute for Slack's goodbye. */
async function close(client: SocketModeReceiver['client']): Promise<void> {
  client.removeAllListeners('slack_event');
  const gone = client.disconnect();
  gone.catch(() => undefined);
  await Promise.race([gone, pause(goodbyeMs)]);
  client.disconnect().catch(() => undefined);
}

const goodbyeMs = 200;
