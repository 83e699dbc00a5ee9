import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { slackRig, type SlackRig } from '../../../../test/support/slack-rig.ts';
import { listening, until, type Listening } from '../../network.contract.ts';
import type { Card } from '../../network.ts';

let rig: SlackRig;
let listener: Listening;
beforeEach(async () => {
  rig = await slackRig('socket');
  listener = listening();
  rig.network.start(listener);
  await until('we are here', () => listener.states.at(-1)?.state === 'here');
  await rig.network.enter(['#shop']);
});
afterEach(() => rig.close());

const card = (title: string, buttons: Card['buttons'] = good): Card => ({
  key: 'train 214',
  line: title,
  lines: [title, 'see https://shop.example/x?a=1&b=2.', '<!channel> *@here*'],
  buttons,
});
const good: Card['buttons'] = [{ label: 'Good', command: '!good 214', asksReason: false }];
const posts = () => rig.server.shown(rig.shop);

test('one card is edited in place and has no buttons any more once it is decided', async () => {
  const first = await rig.network.show('#shop', card('asked'), null);
  assert.equal(posts()[0]?.blocks?.at(-1)?.type, 'actions');
  const second = await rig.network.show('#shop', card('gone', []), first);
  assert.equal(second, first);
  assert.equal(first, `${rig.shop}:${posts()[0]?.ts}`);
  assert.equal(posts().length, 1);
  assert.equal(
    posts()[0]?.blocks?.some(({ type }) => type === 'actions'),
    false,
  );
});

test('what stands on a card wakes nobody, and its links are links', async () => {
  await rig.network.show('#shop', card('<@U1> & co'), null);
  const [title, section] = posts()[0]?.blocks ?? [];
  assert.deepEqual(title?.text, { type: 'plain_text', text: '<@U1> & co', emoji: false });
  assert.equal(
    section?.text?.text,
    'see <https://shop.example/x?a=1&amp;b=2>.\n&lt;!channel&gt; *@here*',
  );
  assert.equal(posts()[0]?.text, '&lt;@U1&gt; &amp; co');
});

test('a card somebody deleted is posted anew', async () => {
  const first = await rig.network.show('#shop', card('asked'), null);
  rig.server.channel(rig.shop).posts.length = 0;
  const second = await rig.network.show('#shop', card('still asked'), first);
  assert.notEqual(second, first);
  assert.equal(posts().length, 1);
});

test('a card whose id was lost is one card, for another controller too', async () => {
  const first = await rig.network.show('#shop', card('asked'), null);
  assert.equal(await rig.network.show('#shop', card('asked'), null), first);
  const other = rig.another();
  const theirs = listening();
  other.start(theirs);
  await until('they are here', () => theirs.states.at(-1)?.state === 'here');
  assert.equal(await other.show('#shop', card('asked'), null), first);
  assert.equal(posts().length, 1);
});

test('a very long card is taken', async () => {
  const lines = [
    'x'.repeat(400),
    ...Array.from({ length: 5_000 }, (_, at) => `line ${at} & <more>`),
  ];
  await rig.network.show('#shop', { ...card('asked'), lines }, null);
  const blocks = posts()[0]?.blocks ?? [];
  assert.ok(blocks.length <= 50);
  assert.equal(blocks.at(-1)?.type, 'actions');
});

test('long words are several messages in order, also from several speakers and when Slack asks for pauses', async () => {
  rig.server.limitNext('chat.postMessage', 3, 0);
  const linesOf = (who: string) => Array.from({ length: 100 }, (_, at) => `${who} ${at} <&>`);
  await Promise.all(['ann', 'bob'].map((who) => rig.network.say('#shop', linesOf(who))));
  const said = posts().flatMap(({ text }) => text.split('\n'));
  assert.deepEqual(
    said,
    ['ann', 'bob'].flatMap(linesOf).map((line) => line.replace('<&>', '&lt;&amp;&gt;')),
  );
  assert.ok(posts().every(({ text }) => text.split('\n').length <= 40));
});

test('when Slack refuses, the words say why and what to do', async () => {
  await assert.rejects(rig.network.say('#nowhere', ['hello']), /invite the app there/);
  rig.server.refuseNext('chat.postMessage', 'is_archived');
  await assert.rejects(rig.network.say('#shop', ['hello']), /the channel is archived/);
  await rig.network.enter(['#shop', '#nowhere']);
  assert.match(rig.notes.join('\n'), /We are not in #nowhere/);
});

test('a token Slack does not take is told, and tried again until it is', async () => {
  rig.server.refuseNext('auth.test', 'invalid_auth', 3);
  const other = rig.another();
  const theirs = listening();
  other.start(theirs);
  await until('they are here', () => theirs.states.at(-1)?.state === 'here');
  const whys = theirs.states.flatMap((one) => (one.state === 'away' ? [one.why] : []));
  assert.equal(whys.filter((why) => /invalid_auth.*new token/.test(why)).length, 3);
});

test('Slack moving the connection is no loss', async () => {
  for (const socket of rig.server.envelopes.sockets)
    socket.send(JSON.stringify({ type: 'disconnect', reason: 'refresh_requested' }));
  await until('we were away', () =>
    listener.states.some(({ state }, at) => at > 1 && state === 'away'),
  );
  await rig.server.says(rig.ann, rig.shop, '!good');
  await until('it is heard', () => listener.messages.length > 0);
  assert.deepEqual(
    listener.messages.map(({ text }) => text),
    ['!good'],
  );
});
