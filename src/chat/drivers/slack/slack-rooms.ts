import type { SlackWeb } from './slack-web.ts';
import { slackTrouble } from './slack-web.ts';

/** A room is written as people do, `#deploys`, or as Slack does, `C0123456789`; it is heard as it was written. */
export interface SlackRooms {
  /** What we are to be in; nothing is asked of Slack yet. */
  want(rooms: readonly string[]): void;
  /** We are in the wanted channels, and in no others we can leave. Answers in words what did not work; null: nobody has said yet. */
  settle(): Promise<string[] | null>;
  /** Throws in words. */
  channelOf(room: string): Promise<string>;
  /** null: we do not listen there. */
  roomOf(channel: string): string | null;
  channels(): string[];
}

interface Channel {
  id: string;
  name: string;
  isPrivate: boolean;
}

export function slackRooms(web: SlackWeb): SlackRooms {
  let wanted: readonly string[] | null = null;
  const found = new Map<string, string>();

  return {
    want(rooms) {
      wanted = [...rooms];
    },
    async settle() {
      if (wanted === null) return null;
      const troubles: string[] = [];
      const ours = await channelsOf(web, 'users.conversations');
      for (const room of wanted) {
        try {
          const channel = await find(room, ours);
          if (!ours.some(({ id }) => id === channel)) await join(channel);
        } catch (error) {
          troubles.push(`${room}: ${slackTrouble(error)}`);
        }
      }
      await leaveOthers(ours);
      return troubles;
    },
    channelOf: (room) => find(room, null),
    roomOf: (channel) => wanted?.find((room) => found.get(room) === channel) ?? null,
    channels: () => known(),
  };

  function known(): string[] {
    return (wanted ?? []).flatMap((room) => found.get(room) ?? []);
  }

  async function find(room: string, ours: readonly Channel[] | null): Promise<string> {
    const channel =
      (isId(room) ? room : found.get(room)) ??
      idOf(room, ours ?? []) ??
      idOf(room, await channelsOf(web, 'users.conversations')) ??
      idOf(room, await channelsOf(web, 'conversations.list'));
    if (channel === undefined)
      throw new Error(
        'no such channel, or a private one we are not in; invite the app there with /invite',
      );
    found.set(room, channel);
    return channel;
  }

  async function join(channel: string): Promise<void> {
    await web.patiently(() => web.client.conversations.join({ channel }));
  }

  /** Nobody could let us into a private channel again but its members: there we only stop listening. */
  async function leaveOthers(ours: readonly Channel[]): Promise<void> {
    const stay = new Set(known());
    for (const { id: channel, isPrivate } of ours) {
      if (stay.has(channel) || isPrivate) continue;
      // Without the scope for it we stay, and do not listen.
      await web.patiently(() => web.client.conversations.leave({ channel })).catch(() => undefined);
    }
  }
}

const isId = (room: string): boolean => /^[CG][A-Z0-9]{7,}$/.test(room);

const idOf = (room: string, channels: readonly Channel[]): string | undefined =>
  channels.find(({ name }) => name === room.replace(/^#/, '').toLowerCase())?.id;

async function channelsOf(
  web: SlackWeb,
  method: 'users.conversations' | 'conversations.list',
): Promise<Channel[]> {
  const channels: Channel[] = [];
  let cursor: string | undefined;
  do {
    const page = await listPage(web, method, 'public_channel,private_channel', cursor);
    channels.push(...page.channels);
    cursor = page.next;
  } while (cursor);
  return channels;
}

/** Conversations of one person with us. */
export async function directChannels(web: SlackWeb): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listPage(web, 'users.conversations', 'im', cursor);
    ids.push(...page.channels.map(({ id }) => id));
    cursor = page.next;
  } while (cursor);
  return ids;
}

async function listPage(
  { client, patiently }: SlackWeb,
  method: 'users.conversations' | 'conversations.list',
  types: string,
  cursor: string | undefined,
): Promise<{ channels: Channel[]; next: string | undefined }> {
  const input = { types, exclude_archived: true, limit: 999, ...(cursor ? { cursor } : {}) };
  const answer = await patiently(() =>
    method === 'users.conversations'
      ? client.users.conversations(input)
      : client.conversations.list(input),
  );
  const channels = (answer.channels ?? []).flatMap(({ id, name, is_private }) =>
    id === undefined ? [] : [{ id, name: name ?? '', isPrivate: is_private ?? false }],
  );
  return { channels, next: answer.response_metadata?.next_cursor || undefined };
}
