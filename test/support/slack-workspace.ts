import assert from 'node:assert/strict';

/** A message as Slack keeps it. */
export interface SlackPost {
  ts: string;
  text: string;
  user: string;
  team: string;
  type: 'message';
  subtype?: string;
  bot_id?: string;
  thread_ts?: string;
  blocks?: SlackBlock[];
  metadata?: { event_type: string; event_payload: Record<string, unknown> };
}

export interface SlackBlock {
  type: string;
  text?: { type: string; text: string };
  elements?: { action_id: string; value: string; text: { text: string } }[];
}

export interface SlackChannel {
  id: string;
  name: string;
  isPrivate: boolean;
  /** Whose conversation with the bot it is; null: a channel of many. */
  directTo: string | null;
  members: Set<string>;
  posts: SlackPost[];
}

export const slackTeam = 'T0000SHOP';
export const slackBot = { user: 'U0000BOT0', id: 'B0000BOT0' };

/** Who is in a workspace, and what was said there. */
export function slackWorkspace() {
  const users = new Map<string, string>();
  const channels = new Map<string, SlackChannel>();
  let lastMicroseconds = 0;

  const channel = (id: string): SlackChannel => {
    const found = channels.get(id);
    assert.ok(found, `no channel ${id}`);
    return found;
  };
  const open = (given: Pick<SlackChannel, 'name' | 'isPrivate' | 'directTo'>): string => {
    const id = `${given.directTo === null ? 'C' : 'D'}0000${1000 + channels.size}`;
    channels.set(id, { id, ...given, members: new Set(), posts: [] });
    return id;
  };

  return {
    users,
    channels,
    channel,
    addUser(name: string): string {
      const id = `U0000${1000 + users.size}`;
      users.set(id, name);
      return id;
    },
    addChannel: (name: string, isPrivate = false): string =>
      open({ name, isPrivate, directTo: null }),
    /** The conversation of this user with the bot. */
    direct(user: string): string {
      const known = Array.from(channels.values()).find(({ directTo }) => directTo === user);
      const id = known?.id ?? open({ name: '', isPrivate: true, directTo: user });
      channel(id).members.add(slackBot.user);
      return id;
    },
    /** Slack's times are unique in a channel, and grow. */
    nextTs(): string {
      lastMicroseconds = Math.max(lastMicroseconds + 1, Date.now() * 1_000);
      return `${Math.floor(lastMicroseconds / 1e6)}.${String(lastMicroseconds % 1e6).padStart(6, '0')}`;
    },
    /** What a channel shows, threads left out. */
    shown: (id: string): SlackPost[] =>
      channel(id).posts.filter(({ ts, thread_ts }) => thread_ts === undefined || thread_ts === ts),
  };
}

export type SlackWorkspace = ReturnType<typeof slackWorkspace>;
