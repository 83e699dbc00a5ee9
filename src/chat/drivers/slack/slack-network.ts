import type { ChatNetwork, Connection, NetworkListener } from '../../network.ts';
import { slackLine } from './slack-line.ts';
import { slackMouth } from './slack-mouth.ts';
import { slackPace } from './slack-pace.ts';
import type { SlackAnswer, SlackRequest } from './slack-requests.ts';
import { slackRooms } from './slack-rooms.ts';
import { usualPauses, type SlackSettings } from './slack-settings.ts';
import { slackSettling } from './slack-settle.ts';
import { stayConnected } from './slack-stay.ts';
import { slackTrouble, slackWeb } from './slack-web.ts';

export interface SlackNetwork extends ChatNetwork {
  /** Answers what Slack sent to our door; 404 where it is not asked to. The same request twice is heard once. */
  receive(request: SlackRequest): Promise<SlackAnswer>;
}

/**
 * Slack, by its bot. An account is `TEAM:USER` in Slack's own ids; a message is its channel and time, a pressed button
 * its time too, so what Slack delivers again is known. It is acknowledged once it is written down: where that takes
 * longer than Slack's three seconds, a message comes again and is heard once all the same, and whoever pressed a button
 * sees a warning though it counts. Histories of rooms, their threads and direct messages are read after each new
 * connection; buttons pressed meanwhile are in none of them, and Slack tells whoever pressed them.
 */
export function slackNetwork(settings: SlackSettings): SlackNetwork {
  const left = new AbortController();
  const { signal } = left;
  const web = slackWeb(settings, signal);
  const pauses = { ...usualPauses, ...settings.pauses };
  const note = withoutRepeats(settings.note);
  const rooms = slackRooms(web);
  const mouth = slackMouth(web, slackPace(pauses.messageMs, signal));
  const line = slackLine({ settings, web, pauses, rooms, note });
  const settle = slackSettling({ web, pauses, rooms, note, entered: line.entered });
  let running: Promise<void> | null = null;
  let now: Connection = { state: 'away', why: 'it was not started' };

  const change = (listener: NetworkListener, next: Connection): void => {
    now = next;
    listener.connection(next);
  };
  const ensureHere = (): void => {
    if (now.state === 'away') throw new Error(`Slack is away: ${now.why}.`);
  };

  return {
    start(listener) {
      if (running || signal.aborted) throw new Error('Slack was started before.');
      change(listener, { state: 'away', why: 'connecting' });
      running = stayConnected({
        pauses,
        signal,
        away: (why) => change(listener, { state: 'away', why }),
        connection: () =>
          line.connection(listener, () => {
            if (signal.aborted) return;
            change(listener, { state: 'here' });
            void settle();
          }),
      });
    },
    async say(room, lines) {
      ensureHere();
      await inWords(async () => mouth.say(await rooms.channelOf(room), lines));
    },
    async tell(account, lines) {
      ensureHere();
      const user = /^[A-Z0-9]+:([A-Z0-9]+)$/.exec(account)?.[1];
      if (user === undefined) return false;
      const channel = await inWords(() => mouth.directTo(user));
      if (channel === null) return false;
      await inWords(() => mouth.say(channel, lines));
      return true;
    },
    async show(room, card, message) {
      ensureHere();
      return inWords(async () => mouth.show(await rooms.channelOf(room), card, message));
    },
    async enter(wanted) {
      rooms.want(wanted);
      if (now.state === 'here') await settle();
    },
    receive: (request) => line.receive(request),
    async stop() {
      left.abort();
      now = { state: 'away', why: 'we have left' };
      await running;
      await line.close();
    },
  };
}

/** What goes wrong again and again is told once. */
function withoutRepeats(note: SlackSettings['note']): (text: string) => void {
  let last = '';
  return (text) => {
    if (text !== last) note?.(text);
    last = text;
  };
}

async function inWords<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    throw new Error(`Slack did not take it: ${slackTrouble(error)}.`, { cause: error });
  }
}
