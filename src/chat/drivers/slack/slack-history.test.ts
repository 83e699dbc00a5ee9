import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { slackRig, type SlackRig } from '../../../../test/support/slack-rig.ts';
import { listening, until, type Listening } from '../../network.contract.ts';
import type { SlackNetwork } from './slack-network.ts';
import type { SlackMark } from './slack-settings.ts';

let rig: SlackRig;
let listener: Listening;
let kept: string | null;
const mark: SlackMark = {
  read: async () => kept,
  async write(text) {
    kept = text;
  },
};
const texts = (): string[] => listener.messages.map(({ text }) => text);
const begin = async (network: SlackNetwork): Promise<void> => {
  network.start(listener);
  await until('we are here', () => listener.states.at(-1)?.state === 'here');
  await network.enter(['#shop']);
};
beforeEach(async () => {
  kept = null;
  rig = await slackRig('socket', { mark });
  listener = listening();
});
afterEach(() => rig.close());

test('what was said in a room, a thread and to us alone while the socket was cut is heard once, in order', async () => {
  await begin(rig.network);
  const { server, ann, bob, shop } = rig;
  const parent = await server.says(ann, shop, 'the train is here');
  await server.says(bob, server.direct(bob), 'hello');
  await until('both are heard', () => texts().length === 2);
  server.cut();
  await until('we are away', () => listener.states.at(-1)?.state === 'away');
  await server.says(ann, shop, '!bad cart');
  await server.says(bob, shop, '!good', { thread_ts: parent.event.ts });
  await server.says(ann, shop, '!good');
  await server.says(bob, server.direct(bob), '!mine');
  server.mend();
  await until('all is heard', () => texts().length >= 6);
  assert.deepEqual(texts(), ['the train is here', 'hello', '!bad cart', '!good', '!good', '!mine']);
  await server.says(ann, shop, 'live again');
  await until('it is live', () => texts().at(-1) === 'live again');
  assert.equal(texts().length, 7);
});

test('another controller hears what was said while none was there, and nothing that is older', async () => {
  const { server, ann, bob, shop } = rig;
  await server.says(bob, shop, 'long ago', {
    ts: `${Math.floor(Date.now() / 1_000) - 3_600}.000100`,
  });
  await begin(rig.network);
  await server.says(ann, shop, 'first');
  await until('it is heard', () => texts().length === 1);
  await rig.network.stop();
  const markBefore = kept;
  await server.says(bob, shop, '!good');
  const ids = new Set(listener.messages.map(({ id }) => id));
  await begin(rig.another());
  await until('the vote is heard', () => texts().includes('!good'));
  const fresh = listener.messages.filter(({ id }, at) => at > 0 && !ids.has(id));
  assert.deepEqual(
    fresh.map(({ text }) => text),
    ['!good'],
  );
  assert.equal(texts().includes('long ago'), false);
  await until('the mark moves', () => kept !== markBefore);
});

test('the mark waits for what was not written down', async () => {
  await begin(rig.network);
  const { server, ann, bob, shop } = rig;
  await until('there is a mark', () => kept !== null);
  await server.says(ann, shop, 'first');
  await until('the mark is there', () => kept === server.channel(shop).posts.at(-1)?.ts);
  const before = kept;
  let isBroken = true;
  listener.onHeard = async ({ text }) => {
    if (text === '!bad cart' && isBroken) throw new Error('the database is away');
  };
  await server.says(ann, shop, '!bad cart');
  await server.says(bob, shop, 'weather');
  await until('the other is heard', () => texts().includes('weather'));
  assert.equal(kept, before);
  isBroken = false;
  await until('it is heard', () => texts().includes('!bad cart'));
  await until('the mark moves', () => kept === server.channel(shop).posts.at(-1)?.ts);
  assert.equal(texts().filter((text) => text === '!bad cart').length, 1);
});

test('10,000 messages said while we were away are heard once each, in order, also when Slack asks for pauses', async () => {
  await begin(rig.network);
  const { server, ann, bob, shop } = rig;
  server.cut();
  await until('we are away', () => listener.states.at(-1)?.state === 'away');
  const all = Array.from({ length: 10_000 }, (_, at) => `word ${at}`);
  for (const [at, word] of all.entries()) await server.says(at % 2 ? ann : bob, shop, word);
  server.limitNext('conversations.history', 2, 0);
  server.mend();
  await until('all are heard', () => texts().length >= all.length);
  assert.deepEqual(texts(), all);
  assert.equal(new Set(listener.messages.map(({ id }) => id)).size, all.length);
});

test('10,000 messages at once are heard once each, in order', async () => {
  await rig.close();
  // While so many wait for their turn, Slack would not send each of them several times more; and a machine that is slow
  // with them is no reason to hang up, with which their acknowledgements would be lost.
  const pauses = { firstRetryMs: 20, longestRetryMs: 200, patienceMs: 600_000 };
  rig = await slackRig('socket', { mark, redeliverMs: 600_000, pauses });
  await begin(rig.network);
  const all = Array.from({ length: 10_000 }, (_, at) => `word ${at}`);
  for (const word of all) await rig.server.says(rig.ann, rig.shop, word);
  await until('all are heard', () => texts().length >= all.length);
  await until('all are acknowledged', () => rig.server.envelopes.open.size === 0);
  assert.deepEqual(texts(), all);
});

test('a room entered later is heard from then on', async () => {
  await begin(rig.network);
  const till = Array.from(rig.server.channels.values()).find(({ name }) => name === 'till');
  assert.ok(till);
  await rig.server.says(rig.ann, till.id, '!good');
  await rig.network.enter(['#shop', '#till']);
  await rig.server.says(rig.ann, till.id, 'now');
  await until('it is heard', () => texts().includes('now'));
  assert.deepEqual(texts(), ['now']);
});

test('what was said in a room while we had left it is not heard when we come back', async () => {
  await begin(rig.network);
  await rig.network.enter([]);
  await rig.server.says(rig.ann, rig.shop, '!good');
  await rig.network.enter(['#shop']);
  await rig.server.says(rig.ann, rig.shop, 'now');
  await until('it is heard', () => texts().includes('now'));
  assert.deepEqual(texts(), ['now']);
});

test('a channel whose history we may not read is heard live, and holds nothing up', async () => {
  rig.server.refuseNext('conversations.history', 'missing_scope', 1_000);
  await begin(rig.network);
  await rig.server.says(rig.ann, rig.shop, '!good');
  await until('it is heard', () => texts().includes('!good'));
  const { posts } = rig.server.channel(rig.shop);
  await rig.server.says(rig.ann, rig.shop, '!bad');
  await until('the mark moves', () => kept === posts.at(-1)?.ts);
  assert.match(rig.notes.join(), /lacks a scope/);
});
