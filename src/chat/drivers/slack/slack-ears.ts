import type { Heard } from '../../network.ts';
import type { Hearing, Pressed } from './slack-dispatch.ts';
import type { SlackInbox } from './slack-inbox.ts';
import {
  accountOf,
  homeOf,
  isSpoken,
  wordsOf,
  type Ourselves,
  type SlackMessage,
} from './slack-message.ts';
import type { SlackRooms } from './slack-rooms.ts';

export interface EarsEnds {
  rooms: SlackRooms;
  inbox: SlackInbox;
  ourselves(): Ourselves;
  nickOf(user: string): Promise<string>;
  /** Resolves once we know our rooms. */
  roomsAreKnown: Promise<void>;
  /** Resolves once what was said there earlier is heard. */
  isCaughtUp(channel: string): Promise<void>;
}

export interface SlackEars extends Hearing {
  /** As a message that comes now, without waiting for what was said earlier. */
  take(channel: string, message: SlackMessage): Promise<void>;
}

export function slackEars(ends: EarsEnds): SlackEars {
  const { rooms, inbox } = ends;
  let arrivals: Promise<void> = Promise.resolve();
  /** Whoever came earlier goes first, also when their channel takes longer to read. */
  const inTurn = (channel: string | null): Promise<void> => {
    const read = channel === null || !listensIn(channel) ? undefined : ends.isCaughtUp(channel);
    return (arrivals = arrivals.then(() => read));
  };
  const listensIn = (channel: string): boolean =>
    isDirect(channel) || rooms.roomOf(channel) !== null;

  const take = async (channel: string, message: SlackMessage): Promise<void> => {
    if (!isHuman(message, ends.ourselves()) || !listensIn(channel)) return;
    const id = `${channel}:${message.ts}`;
    await inbox.take({ id, ts: message.ts, read: () => readMessage(ends, id, channel, message) });
  };

  return {
    take,
    async message(channel, message) {
      if (!isHuman(message, ends.ourselves())) return;
      await (isDirect(channel) ? undefined : ends.roomsAreKnown);
      if (!listensIn(channel)) return;
      await inTurn(channel);
      await take(channel, message);
    },
    async pressed(pressed) {
      const { id, channel } = pressed;
      await (channel === null || isDirect(channel) ? undefined : ends.roomsAreKnown);
      await inTurn(channel);
      await inbox.take({ id, ts: null, read: () => readPress(ends, pressed) });
    },
  };
}

/** Slack calls the conversation of one person with us D…. */
const isDirect = (channel: string): boolean => channel.startsWith('D');

const isHuman = (message: SlackMessage, ourselves: Ourselves): boolean =>
  isSpoken(message) && message.user !== ourselves.user && (message.text ?? '').trim() !== '';

async function readMessage(
  { rooms, ourselves, nickOf }: EarsEnds,
  id: string,
  channel: string,
  message: SlackMessage,
): Promise<Heard> {
  const us = ourselves();
  const { user = '', text = '' } = message;
  const account = accountOf(homeOf(message, us.team), user);
  const from = { account, nick: await nickOf(user) };
  return { id, room: rooms.roomOf(channel), from, text: wordsOf(text, us) };
}

/** Pressed where we do not listen any more, it is answered to whoever pressed it. */
async function readPress({ rooms, ourselves, nickOf }: EarsEnds, pressed: Pressed): Promise<Heard> {
  const { id, channel, team, user, command } = pressed;
  const account = accountOf(team ?? ourselves().team, user);
  return {
    id,
    room: channel === null ? null : rooms.roomOf(channel),
    from: { account, nick: await nickOf(user) },
    text: command.replaceAll(/\p{Cc}+/gu, ' ').trim(),
  };
}
