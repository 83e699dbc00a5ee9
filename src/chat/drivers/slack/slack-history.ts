import { earlier, type SlackMessage } from './slack-message.ts';
import type { SlackWeb } from './slack-web.ts';

/** What was said in a channel since then, in threads too, oldest first. Threads that began a day earlier count. */
export async function slackHistory(
  web: SlackWeb,
  channel: string,
  since: string,
): Promise<SlackMessage[]> {
  const said: SlackMessage[] = [];
  const oldest = earlier(since, threadsLiveSeconds);
  for await (const message of pages((cursor) => historyPage(web, { channel, oldest, cursor }))) {
    if (isAfter(message.ts, since)) said.push(message);
    if (!message.reply_count || !isAfter(message.latest_reply ?? '0', since)) continue;
    const thread = { channel, ts: message.ts, oldest: since };
    for await (const reply of pages((cursor) => threadPage(web, { ...thread, cursor })))
      // The message a thread hangs on comes with every page.
      if (reply.ts !== message.ts && isAfter(reply.ts, since)) said.push(reply);
  }
  return said.sort((one, other) => Number(one.ts) - Number(other.ts));
}

/** Slack's time of the last message there. */
export async function newestIn({ client, patiently }: SlackWeb, channel: string): Promise<string> {
  const { messages } = await patiently(() => client.conversations.history({ channel, limit: 1 }));
  return messages?.[0]?.ts ?? '0';
}

const threadsLiveSeconds = 24 * 3_600;
const isAfter = (ts: string, since: string): boolean => Number(ts) > Number(since);

interface Page {
  messages: SlackMessage[];
  next: string | undefined;
}

async function* pages(
  page: (cursor: string | undefined) => Promise<Page>,
): AsyncGenerator<SlackMessage> {
  let cursor: string | undefined;
  do {
    const { messages, next } = await page(cursor);
    yield* messages;
    cursor = next;
  } while (cursor);
}

interface Asked {
  channel: string;
  oldest: string;
  cursor: string | undefined;
}

const most = 999;

async function historyPage({ client, patiently }: SlackWeb, asked: Asked): Promise<Page> {
  const input = pageInput(asked);
  return pageOf(await patiently(() => client.conversations.history(input)));
}

async function threadPage(
  { client, patiently }: SlackWeb,
  { ts, ...asked }: Asked & { ts: string },
): Promise<Page> {
  const input = { ...pageInput(asked), ts };
  return pageOf(await patiently(() => client.conversations.replies(input)));
}

const pageInput = ({ channel, oldest, cursor }: Asked) => ({
  channel,
  oldest,
  limit: most,
  ...(cursor ? { cursor } : {}),
});

const pageOf = (answer: {
  messages?: unknown[];
  response_metadata?: { next_cursor?: string };
}): Page => ({
  messages: (answer.messages ?? []) as SlackMessage[],
  next: answer.response_metadata?.next_cursor || undefined,
});
