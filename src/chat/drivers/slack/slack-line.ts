import type { NetworkListener } from '../../network.ts';
import { slackCatchUp, type SlackCatchUp } from './slack-catch-up.ts';
import { slackDispatch, type SlackDispatch } from './slack-dispatch.ts';
import { slackEars } from './slack-ears.ts';
import { slackInbox } from './slack-inbox.ts';
import type { Ourselves } from './slack-message.ts';
import { slackNicks } from './slack-nicks.ts';
import { slackProgress } from './slack-progress.ts';
import { answerSlack, type SlackAnswer, type SlackRequest } from './slack-requests.ts';
import type { SlackRooms } from './slack-rooms.ts';
import type { SlackPauses, SlackSettings } from './slack-settings.ts';
import { slackSocket } from './slack-socket.ts';
import { knownAsLong } from './slack-stay.ts';
import type { SlackWeb } from './slack-web.ts';

interface LineParts {
  settings: SlackSettings;
  web: SlackWeb;
  pauses: SlackPauses;
  rooms: SlackRooms;
  note(text: string): void;
}

/** What brings us messages, by socket or by request, once somebody listens. */
export interface SlackLine {
  /** From the beginning of a connection to its end; throws when there is none. */
  connection(listener: NetworkListener, here: () => void): Promise<void>;
  /** We are in the rooms we want. */
  entered(): void;
  receive(request: SlackRequest): Promise<SlackAnswer>;
  /** Nothing is heard any more when it resolves; leave first. */
  close(): Promise<void>;
}

export function slackLine(parts: LineParts): SlackLine {
  const { settings, web, pauses } = parts;
  const { delivery, clock } = settings;
  const roomsAreKnown = Promise.withResolvers<void>();
  let ourselves: Ourselves | null = null;
  let open: OpenLine | null = null;

  const identify = async (): Promise<void> => {
    const { team_id: team = '', user_id: user = '' } = await web.client.auth.test();
    ourselves = { team, user };
  };
  const known = (): Ourselves => ourselves ?? { team: '', user: '' };

  return {
    async connection(listener, here) {
      const { catchUp, dispatch } = (open ??= openLine(parts, listener, {
        ourselves: known,
        roomsAreKnown: roomsAreKnown.promise,
      }));
      await identify();
      const begin = (): void => {
        here();
        catchUp.begin();
      };
      if (delivery.kind === 'socket') {
        const { appToken } = delivery;
        const { signal } = web;
        return slackSocket({ settings, pauses, appToken, dispatch, signal, here: begin });
      }
      begin();
      return knownAsLong(identify, pauses.lookMs, web.signal);
    },
    entered() {
      roomsAreKnown.resolve();
      open?.catchUp.entered();
    },
    async receive(request) {
      if (delivery.kind !== 'http') return { status: 404, headers: {}, body: '' };
      const { signingSecret } = delivery;
      const isListening = ourselves !== null && !web.signal.aborted;
      const dispatch = isListening ? (open?.dispatch ?? null) : null;
      return answerSlack({ signingSecret, clock, dispatch }, request);
    },
    async close() {
      // What waits for our rooms waits no longer, and is refused.
      roomsAreKnown.resolve();
      await open?.inbox.close();
      await open?.catchUp.stop();
      await open?.progress.written();
    },
  };
}

type OpenLine = ReturnType<typeof openLine>;

function openLine(
  parts: LineParts,
  listener: NetworkListener,
  ours: { ourselves(): Ourselves; roomsAreKnown: Promise<void> },
) {
  const { settings, web, rooms, note } = parts;
  const progress = slackProgress(settings.clock, settings.mark, note);
  // The two need each other: a failure is read again, what is read again is taken.
  const late: { catchUp?: SlackCatchUp } = {};
  const inbox = slackInbox({
    heard: (message) => listener.heard(message),
    isDown: (ts) => progress.isDown(ts),
    hasFailed(ts) {
      if (ts !== null) late.catchUp?.again();
    },
  });
  const ears = slackEars({
    ...ours,
    rooms,
    inbox,
    nickOf: slackNicks(web),
    isCaughtUp: async (channel) => late.catchUp?.of(channel),
  });
  const catchUp = slackCatchUp({ ...parts, progress, take: ears.take });
  late.catchUp = catchUp;
  const dispatch: SlackDispatch = slackDispatch(settings, web, ears);
  return { inbox, catchUp, progress, dispatch };
}
