import {
  slackBot,
  slackTeam,
  type SlackChannel,
  type SlackPost,
  type SlackWorkspace,
} from './slack-workspace.ts';

type Input = Readonly<Record<string, string>>;
type Answer = Record<string, unknown>;
export type SlackMethod = (input: Input) => Answer;

/** What a method answers with `ok: false`. */
export class SlackRefusal extends Error {
  override readonly name = 'SlackRefusal';
}

/** The part of Slack's Web API we use, on a workspace in memory. */
export function slackMethods(
  workspace: SlackWorkspace,
  windows: Map<string, Record<string, unknown>>,
): Readonly<Record<string, SlackMethod>> {
  const { channels } = workspace;
  const channelIn = ({ channel = '' }: Input): SlackChannel => {
    const found = channels.get(channel);
    if (!found) throw new SlackRefusal('channel_not_found');
    return found;
  };
  const memberOf = (input: Input): SlackChannel => {
    const channel = channelIn(input);
    if (!channel.members.has(slackBot.user)) throw new SlackRefusal('not_in_channel');
    return channel;
  };
  const listed = (input: Input, isOurs: boolean): Answer => {
    const types = (input['types'] ?? 'public_channel').split(',');
    const all = Array.from(channels.values()).filter(
      (channel) =>
        types.includes(typeOf(channel)) &&
        (channel.members.has(slackBot.user) || (!isOurs && !channel.isPrivate)),
    );
    const { items, next } = pageOf(all, input);
    return { channels: items.map(described), response_metadata: { next_cursor: next } };
  };

  return {
    'auth.test': () => ({ team_id: slackTeam, user_id: slackBot.user, bot_id: slackBot.id }),
    'users.info': ({ user = '' }) => {
      const name = workspace.users.get(user);
      if (name === undefined) throw new SlackRefusal('user_not_found');
      return { user: { id: user, name, profile: { display_name: name } } };
    },
    'users.conversations': (input) => listed(input, true),
    'conversations.list': (input) => listed(input, false),
    'conversations.join': (input) => {
      const channel = channelIn(input);
      if (channel.isPrivate) throw new SlackRefusal('channel_not_found');
      channel.members.add(slackBot.user);
      return { channel: described(channel) };
    },
    'conversations.leave': (input) => {
      channelIn(input).members.delete(slackBot.user);
      return {};
    },
    'conversations.open': ({ users = '' }) => {
      if (!workspace.users.has(users)) throw new SlackRefusal('user_not_found');
      return { channel: { id: workspace.direct(users) } };
    },
    'conversations.history': (input) => {
      memberOf(input);
      const posts = workspace.shown(input['channel'] ?? '').toReversed();
      return history(posts, input, memberOf(input));
    },
    'conversations.replies': (input) => {
      const { posts } = memberOf(input);
      const thread = posts.filter((post) => post.ts === input['ts'] || isReply(post, input['ts']));
      return history(thread, input, memberOf(input));
    },
    'chat.postMessage': (input) => post(workspace, memberOf(input), input),
    'chat.update': (input) => update(memberOf(input), input),
    'views.open': ({ trigger_id: trigger = '', view = '' }) => {
      if (windows.has(trigger)) throw new SlackRefusal('exchanged_trigger_id');
      windows.set(trigger, JSON.parse(view) as Record<string, unknown>);
      return { view: { id: `V${trigger}` } };
    },
  };
}

const typeOf = ({ directTo, isPrivate }: SlackChannel): string => {
  if (directTo !== null) return 'im';
  return isPrivate ? 'private_channel' : 'public_channel';
};

const described = ({ id, name, isPrivate, directTo }: SlackChannel) =>
  directTo === null ? { id, name, is_private: isPrivate } : { id, user: directTo, is_im: true };

const isReply = ({ ts, thread_ts }: SlackPost, parent: string | undefined): boolean =>
  thread_ts === parent && ts !== parent;

function history(posts: readonly SlackPost[], input: Input, { posts: all }: SlackChannel): Answer {
  const since = Number(input['oldest'] ?? '0');
  const { items, next } = pageOf(
    posts.filter(({ ts, thread_ts }) => Number(ts) > since || thread_ts === ts),
    input,
  );
  const threads = Map.groupBy(all, ({ ts, thread_ts }) => (thread_ts === ts ? '' : thread_ts));
  const messages = items.map((post) => {
    const replies = threads.get(post.ts) ?? [];
    return replies.length === 0
      ? post
      : { ...post, reply_count: replies.length, latest_reply: replies.at(-1)?.ts };
  });
  return { messages, has_more: next !== '', response_metadata: { next_cursor: next } };
}

function pageOf<Item>(all: readonly Item[], { limit = '100', cursor = '' }: Input) {
  const from = Number(cursor || '0');
  const to = from + Math.min(Number(limit), 999);
  return { items: all.slice(from, to), next: to < all.length ? String(to) : '' };
}

function post(workspace: SlackWorkspace, { id, posts }: SlackChannel, input: Input): Answer {
  const ts = workspace.nextTs();
  posts.push({ type: 'message', ts, user: slackBot.user, team: slackTeam, ...faceOf(input) });
  return { channel: id, ts };
}

function update({ id, posts }: SlackChannel, input: Input): Answer {
  const found = posts.find(({ ts }) => ts === input['ts']);
  if (!found) throw new SlackRefusal('message_not_found');
  if (found.bot_id !== slackBot.id) throw new SlackRefusal('cant_update_message');
  Object.assign(found, faceOf(input));
  return { channel: id, ts: found.ts };
}

function faceOf({ text = '', blocks, metadata }: Input) {
  if (text === '' && blocks === undefined) throw new SlackRefusal('no_text');
  if (text.length > 40_000) throw new SlackRefusal('msg_too_long');
  const parsed = blocks === undefined ? undefined : (JSON.parse(blocks) as SlackPost['blocks']);
  if (parsed?.some(({ text }) => (text?.text.length ?? 1) > 3_000 || text?.text === ''))
    throw new SlackRefusal('invalid_blocks');
  return {
    text,
    bot_id: slackBot.id,
    ...(parsed ? { blocks: parsed } : {}),
    ...(metadata ? { metadata: JSON.parse(metadata) as NonNullable<SlackPost['metadata']> } : {}),
  };
}
