import { setTimeout as pause } from 'node:timers/promises';
import { growingPause } from './slack-pace.ts';
import type { SlackPauses } from './slack-settings.ts';
import { slackTrouble } from './slack-web.ts';

export interface StayEnds {
  pauses: SlackPauses;
  signal: AbortSignal;
  /** From the beginning of a connection to its end; throws when there is none. */
  connection(): Promise<void>;
  away(why: string): void;
}

/** Connects again and again, with growing pauses, until it is stopped. Never rejects. */
export async function stayConnected({ pauses, signal, ...ends }: StayEnds): Promise<void> {
  const { firstRetryMs: firstMs, longestRetryMs: longestMs } = pauses;
  let failures = 0;
  while (!signal.aborted) {
    const begun = performance.now();
    const why = await ends.connection().then(() => 'Slack closed the connection', slackTrouble);
    if (signal.aborted) return;
    ends.away(why);
    // Slack moves its connections every few hours: that is no failure.
    if (performance.now() - begun > longestMs) failures = 0;
    await growingPause({ firstMs, longestMs }, failures, signal);
    failures += 1;
  }
}

/** Where Slack calls us, there is a connection as long as it knows us. */
export async function knownAsLong(
  look: () => Promise<unknown>,
  lookMs: number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await pause(lookMs, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) await look();
  }
}
