import { newestIn, slackHistory } from './slack-history.ts';
import { later, type SlackMessage } from './slack-message.ts';
import { growingPause } from './slack-pace.ts';
import type { SlackProgress } from './slack-progress.ts';
import { directChannels, type SlackRooms } from './slack-rooms.ts';
import type { SlackPauses } from './slack-settings.ts';
import { slackRefusal, slackTrouble, type SlackWeb } from './slack-web.ts';

export interface SlackCatchUp {
  /** We are connected (again): what was said since the mark is heard, until nothing is missing. */
  begin(): void;
  /** As `begin`, for rooms we have just entered. */
  entered(): void;
  /** What was said earlier in this channel has been heard when it resolves, or could not be read. Never rejects. */
  of(channel: string): Promise<void>;
  /** Something was not written down: its history is read again. */
  again(): void;
  stop(): Promise<void>;
}

export interface CatchUpEnds {
  web: SlackWeb;
  rooms: SlackRooms;
  progress: SlackProgress;
  pauses: SlackPauses;
  /** As a live one would be taken, without waiting for the channel. */
  take(channel: string, message: SlackMessage): Promise<void>;
  note(text: string): void;
}

/** History is read channel by channel; whoever says something there now waits only for that one. */
export function slackCatchUp(ends: CatchUpEnds): SlackCatchUp {
  const { web, rooms, progress, pauses } = ends;
  const begins = roomBeginnings();
  let read = new Map<string, Promise<boolean>>();
  let running: Promise<void> | null = null;
  let isWanted = false;
  let waitsFirst = false;

  const want = (): void => {
    isWanted = true;
    progress.isBehind();
    running ??= untilComplete();
  };

  return {
    begin() {
      read = new Map();
      want();
    },
    entered() {
      begins.entered(rooms.channels());
      want();
    },
    of: (channel) => readOnce(channel).then(() => undefined),
    again() {
      waitsFirst = true;
      want();
    },
    async stop() {
      isWanted = false;
      await running;
    },
  };

  async function untilComplete(): Promise<void> {
    for (let failures = 0; isWanted && !web.signal.aborted; failures += 1) {
      isWanted = false;
      const { firstRetryMs: firstMs, longestRetryMs: longestMs } = pauses;
      if (waitsFirst) {
        await growingPause({ firstMs, longestMs }, failures, web.signal);
        read = new Map();
        waitsFirst = false;
      }
      if (await pass()) continue;
      isWanted = waitsFirst = true;
    }
    running = null;
  }

  /** Whether nothing is missing. */
  async function pass(): Promise<boolean> {
    const direct = await directIn(ends);
    let isComplete = direct !== null;
    for (const channel of [...rooms.channels(), ...(direct ?? [])])
      isComplete = (await readOnce(channel)) && isComplete;
    if (!isComplete || waitsFirst) return false;
    // Before we know our rooms, something is missing.
    if (begins.areKnown()) progress.isComplete();
    return true;
  }

  function readOnce(channel: string): Promise<boolean> {
    const before = read.get(channel);
    if (before) return before;
    const reading = hearHistory(ends, begins, channel);
    read.set(channel, reading);
    return reading;
  }
}

/** Nobody spoke to us in a room before we were in it; only the first ones we may have left by stopping. */
function roomBeginnings() {
  const beginnings = new Map<string, string | null>();
  let isFirst = true;
  return {
    areKnown: (): boolean => !isFirst,
    entered(channels: readonly string[]): void {
      for (const channel of beginnings.keys())
        if (!channels.includes(channel)) beginnings.delete(channel);
      for (const channel of channels)
        if (!beginnings.has(channel)) beginnings.set(channel, isFirst ? '0' : null);
      isFirst = false;
    },
    /** By Slack's time; null: it begins with the first look. */
    of(channel: string): string | null {
      const known = beginnings.get(channel);
      return known === undefined ? '0' : known;
    },
    set: (channel: string, ts: string): void => void beginnings.set(channel, ts),
  };
}

/** What we could not read later either: waiting for it would hold the mark for ever. */
const neverRead = new Set(['missing_scope', 'not_in_channel', 'channel_not_found']);

/** Whether all of it was heard. Never rejects. */
async function hearHistory(
  { web, progress, take, note }: CatchUpEnds,
  begins: ReturnType<typeof roomBeginnings>,
  channel: string,
): Promise<boolean> {
  try {
    const beginning = begins.of(channel);
    if (beginning === null) {
      begins.set(channel, await newestIn(web, channel));
      return true;
    }
    const since = later(await progress.since(), beginning);
    for (const message of await slackHistory(web, channel, since)) await take(channel, message);
    return true;
  } catch (error) {
    if (!web.signal.aborted)
      note(`The history of ${channel} was not heard: ${slackTrouble(error)}`);
    return neverRead.has(slackRefusal(error) ?? '');
  }
}

/** null: it is not known now. */
async function directIn({ web, note }: CatchUpEnds): Promise<string[] | null> {
  try {
    return await directChannels(web);
  } catch (error) {
    if (!web.signal.aborted)
      note(`What was said to us alone could not be looked up: ${slackTrouble(error)}`);
    return neverRead.has(slackRefusal(error) ?? '') ? [] : null;
  }
}
