import { createHash, randomUUID } from 'node:crypto';
import type { Heard } from '../../network.ts';
import { accountName, type Identities } from './identities.ts';
import type { IrcMessage } from './irc-client.ts';
import type { KeptRooms } from './kept-rooms.ts';
import type { Members } from './members.ts';
import { plainText } from './plain-text.ts';

export interface Ears {
  isMe(nick: string): boolean;
  fold(nick: string): string;
  hasCap(name: string): boolean;
  rooms: KeptRooms;
  members: Members;
  identities: Identities;
}

/** From PRIVMSGs to messages. Notices are not heard: no machine may answer them (RFC 2812 3.3.2). */
export function hearing(ears: Ears) {
  const connection = randomUUID();
  const replays = new Set<string>();
  let count = 0;

  /** The server's own id (IRCv3 msgid), else one that no other message will ever have. */
  function idOf({ tags }: IrcMessage): string {
    count += 1;
    const id = ears.hasCap('message-tags') ? tags['msgid'] : undefined;
    if (!id) return `${connection}-${count}`;
    return id.length <= 200 ? id : createHash('sha256').update(id).digest('hex');
  }

  function accountOf(message: IrcMessage): Promise<string | null> {
    if (ears.hasCap('account-tag')) {
      const { account } = message.tags;
      return Promise.resolve(account ? accountName(account) : null);
    }
    // Out of our sight the nick may change hands between the message and the answer, and a replay is long ago.
    const isInSight = ears.members.has(ears.fold(message.nick)) && !isReplay(message);
    return isInSight ? ears.identities.accountOf(message) : Promise.resolve(null);
  }

  const isReplay = ({ tags: { batch } }: IrcMessage): boolean =>
    batch !== undefined && replays.has(batch);

  /** Where it was said: null to us alone, undefined: nowhere that concerns us. */
  function roomOf(target: string): string | null | undefined {
    if (ears.isMe(target)) return null;
    // `@#room` is said to some of a room only (STATUSMSG).
    return (
      ears.rooms.nameOf(target) ?? ears.rooms.nameOf(target.replace(/^[~&@%+]+/, '')) ?? undefined
    );
  }

  return {
    batch(id: string, type: string): void {
      if (/chathistory|playback/.test(type)) replays.add(id);
    },
    /** null: not for us. */
    hear(message: IrcMessage): Promise<Heard> | null {
      const [target = ''] = message.params;
      const raw = message.params.at(-1) ?? '';
      const room = roomOf(target);
      const text = plainText(raw);
      const isOurs = message.nick === '' || ears.isMe(message.nick);
      if (room === undefined || isOurs || raw.startsWith('\x01') || text === '') return null;
      // Played back without an id we could not tell what we have heard already.
      if (isReplay(message) && !message.tags['msgid']) return null;
      const id = idOf(message);
      const nick = plainText(message.nick);
      return accountOf(message).then((account) => ({ id, room, from: { account, nick }, text }));
    },
  };
}
