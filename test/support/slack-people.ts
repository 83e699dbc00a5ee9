import assert from 'node:assert/strict';
import type { EnvelopeType } from './slack-deliveries.ts';
import { slackBot, slackTeam, type SlackPost, type SlackWorkspace } from './slack-workspace.ts';

interface Ends {
  workspace: SlackWorkspace;
  windows: Map<string, Record<string, unknown>>;
  deliver(type: EnvelopeType, payload: Record<string, unknown>): Promise<void>;
}

/** What people do in the workspace; Slack has sent it when it resolves. */
export function slackPeople({ workspace, windows, deliver }: Ends) {
  const { channel, nextTs } = workspace;
  let count = 0;
  const person = (id: string) => ({ id, team_id: slackTeam, username: workspace.users.get(id) });

  return {
    async says(user: string, into: string, text: string, more: Partial<SlackPost> = {}) {
      const post = { ...newPost(nextTs(), user, text), ...more };
      const { posts, members, directTo } = channel(into);
      posts.push(post);
      const event = {
        ...post,
        channel: into,
        event_ts: post.ts,
        channel_type: directTo === null ? 'channel' : 'im',
      };
      const payload = { type: 'event_callback', team_id: slackTeam, event };
      if (members.has(slackBot.user)) await deliver('events_api', payload);
      return payload;
    },
    async press(user: string, at: SlackPost, inChannel: string, label: string) {
      count += 1;
      const payload = {
        type: 'block_actions',
        user: person(user),
        team: { id: slackTeam },
        channel: { id: inChannel },
        message: at,
        trigger_id: `trigger-${count}`,
        actions: [{ type: 'button', ...buttonOf(at, label), action_ts: nextTs() }],
      };
      await deliver('interactive', payload);
      return payload;
    },
    /** The window that a press opened is sent off. */
    async submit(user: string, trigger: string, reason: string) {
      const view = windows.get(trigger);
      assert.ok(view, `no window was opened by ${trigger}`);
      const values = { reason: { reason: { type: 'plain_text_input', value: reason } } };
      const payload = {
        type: 'view_submission',
        user: person(user),
        team: { id: slackTeam },
        view: { ...view, id: `V${trigger}`, state: { values } },
      };
      await deliver('interactive', payload);
      return payload;
    },
    async commands(user: string, inChannel: string, text: string) {
      count += 1;
      const payload = {
        command: '/signalbox',
        text,
        user_id: user,
        team_id: slackTeam,
        channel_id: inChannel,
        trigger_id: `trigger-${count}`,
      };
      await deliver('slash_commands', payload);
      return payload;
    },
  };
}

const newPost = (ts: string, user: string, text: string): SlackPost => ({
  type: 'message',
  ts,
  user,
  team: slackTeam,
  text,
});

function buttonOf({ blocks = [] }: SlackPost, label: string) {
  const buttons = blocks.flatMap(({ elements }) => elements ?? []);
  const found = buttons.find(({ text }) => text.text === label);
  assert.ok(found, `no button ${label}`);
  return found;
}
