import { slackCards, type ShowCard } from './slack-cards.ts';
import type { SlackPace } from './slack-pace.ts';
import { escaped, inMessages } from './slack-text.ts';
import { slackRefusal, type SlackWeb } from './slack-web.ts';

export interface SlackMouth {
  say(channel: string, lines: readonly string[]): Promise<void>;
  /** The channel for this user alone; null: Slack lets nobody reach them. */
  directTo(user: string): Promise<string | null>;
  show: ShowCard;
}

export function slackMouth(web: SlackWeb, pace: SlackPace): SlackMouth {
  const { client, patiently } = web;
  return {
    async say(channel, lines) {
      const texts = inMessages(lines.map(escaped)).filter((text) => text.trim() !== '');
      // Slack takes no empty message, and what is no markup needs no preview.
      const quiet = { channel, mrkdwn: false, unfurl_links: false, unfurl_media: false };
      await pace(
        channel,
        texts.map((text) => () => patiently(() => client.chat.postMessage({ ...quiet, text }))),
      );
    },
    async directTo(users) {
      try {
        const { channel } = await patiently(() => client.conversations.open({ users }));
        return channel?.id ?? null;
      } catch (error) {
        if (unreachable.has(slackRefusal(error) ?? '')) return null;
        throw error;
      }
    },
    show: slackCards(web, pace),
  };
}

const unreachable = new Set([
  'user_not_found',
  'users_not_found',
  'user_disabled',
  'user_not_visible',
  'cannot_dm_bot',
  'channel_not_found',
  'invalid_user_combination',
]);
