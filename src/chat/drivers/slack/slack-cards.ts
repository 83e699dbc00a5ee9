import type { Card } from '../../network.ts';
import { cardEvent, slackCard } from './slack-card.ts';
import type { SlackPace } from './slack-pace.ts';
import { slackRefusal, type SlackWeb } from './slack-web.ts';

/** The channel has the card, edited in place where it was there; answers `channel:ts`. */
export type ShowCard = (channel: string, card: Card, message: string | null) => Promise<string>;

export function slackCards(web: SlackWeb, pace: SlackPace): ShowCard {
  /** What we showed last, so that a card whose id was not kept is still one card. */
  const shown = new Map<string, string>();

  return async (channel, card, message) => {
    const name = `${channel} ${card.key}`;
    const [answer] = await pace(channel, [
      async () => showIn(web, channel, card, message ?? shown.get(name) ?? null),
    ]);
    if (answer === undefined) throw new Error(`The card ${card.key} was not shown.`);
    // A decided one is not shown again without its id, except by chance.
    if (card.buttons.length === 0) shown.delete(name);
    else shown.set(name, answer);
    return answer;
  };
}

async function showIn(
  web: SlackWeb,
  channel: string,
  card: Card,
  message: string | null,
): Promise<string> {
  const known = message ?? (await cardIn(web, channel, card.key));
  const ts = known?.startsWith(`${channel}:`) ? known.slice(channel.length + 1) : null;
  if (ts !== null && (await edit(web, channel, ts, card))) return `${channel}:${ts}`;
  return `${channel}:${await post(web, channel, card)}`;
}

/** false: the message is gone. */
async function edit(
  { client, patiently }: SlackWeb,
  channel: string,
  ts: string,
  card: Card,
): Promise<boolean> {
  try {
    await patiently(() => client.chat.update({ channel, ts, ...slackCard(card) }));
    return true;
  } catch (error) {
    if (gone.has(slackRefusal(error) ?? '')) return false;
    throw error;
  }
}

const gone = new Set(['message_not_found', 'cant_update_message', 'edit_window_closed']);

async function post({ client, patiently }: SlackWeb, channel: string, card: Card): Promise<string> {
  const quiet = { channel, unfurl_links: false, unfurl_media: false };
  const { ts } = await patiently(() => client.chat.postMessage({ ...quiet, ...slackCard(card) }));
  if (ts === undefined) throw new Error('Slack took the card and did not say which one it is.');
  return ts;
}

/** We may have died between posting it and writing down its id. */
async function cardIn(
  { client, patiently }: SlackWeb,
  channel: string,
  key: string,
): Promise<string | null> {
  const { messages } = await patiently(() =>
    client.conversations.history({ channel, limit: 200, include_all_metadata: true }),
  );
  const ours = messages?.find(
    ({ bot_id, metadata }) =>
      bot_id !== undefined &&
      metadata?.event_type === cardEvent &&
      (metadata.event_payload as Readonly<Record<string, unknown>>)['key'] === key,
  );
  return ours?.ts === undefined ? null : `${channel}:${ours.ts}`;
}
