import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { slackRig, type SlackMode, type SlackRig } from '../../../../test/support/slack-rig.ts';
import { listening, until, type Listening } from '../../network.contract.ts';
import type { Card } from '../../network.ts';

const card: Card = {
  key: 'train 214',
  line: 'shop #214',
  lines: ['shop #214', 'ann: cart'],
  buttons: [
    { label: 'Good', command: '!good 214', asksReason: false },
    { label: 'Bad…', command: '!bad 214', asksReason: true },
  ],
};

for (const mode of ['socket', 'http'] as const satisfies SlackMode[])
  describe(`Slack by ${mode}`, () => {
    let rig: SlackRig;
    let listener: Listening;
    const texts = (): string[] => listener.messages.map(({ text }) => text);
    beforeEach(async () => {
      rig = await slackRig(mode);
      listener = listening();
      rig.network.start(listener);
      await until('we are here', () => listener.states.at(-1)?.state === 'here');
      await rig.network.enter(['#shop']);
    });
    afterEach(() => rig.close());
    /** All that was said before this was heard, if it ever will be. */
    const marker = async (): Promise<void> => {
      await rig.server.says(rig.bob, rig.shop, 'marker');
      await until('the marker is heard', () => texts().at(-1) === 'marker');
    };
    const showCard = async () => {
      await rig.network.show('#shop', card, null);
      const post = rig.server.shown(rig.shop).at(-1);
      assert.ok(post);
      return post;
    };

    test('each press of a button is heard as its command from whoever pressed it', async () => {
      const post = await showCard();
      await rig.server.press(rig.ann, post, rig.shop, 'Good');
      await rig.server.press(rig.ann, post, rig.shop, 'Good');
      await until('both are heard', () => texts().length === 2);
      assert.deepEqual(texts(), ['!good 214', '!good 214']);
      const [first, second] = listener.messages;
      assert.deepEqual(
        [first?.room, first?.from],
        ['#shop', { account: `T0000SHOP:${rig.ann}`, nick: 'ann' }],
      );
      assert.notEqual(first?.id, second?.id);
    });

    test('a button that asks for a reason is heard with it, and only once it was given', async () => {
      const post = await showCard();
      const { trigger_id: trigger } = await rig.server.press(rig.bob, post, rig.shop, 'Bad…');
      await until('a window is open', () => rig.server.windows.has(trigger));
      assert.deepEqual(texts(), []);
      await rig.server.submit(rig.bob, trigger, 'cart 500s\non an empty basket');
      await rig.server.submit(rig.bob, trigger, 'cart 500s\non an empty basket');
      await marker();
      assert.deepEqual(texts(), ['!bad 214 cart 500s on an empty basket', 'marker']);
      assert.equal(listener.messages[0]?.room, '#shop');
    });

    test('a slash command is heard as a command', async () => {
      await rig.server.commands(rig.ann, rig.shop, 'good 214');
      await rig.server.commands(rig.ann, rig.shop, '!who staging');
      await rig.server.commands(rig.ann, rig.server.direct(rig.ann), '');
      await until('all are heard', () => texts().length === 3);
      assert.deepEqual(texts(), ['!good 214', '!who staging', '!help']);
      assert.equal(listener.messages[2]?.room, null);
    });

    test('programs, edits and other rooms are not heard', async () => {
      await rig.server.says(rig.ann, rig.shop, '!good', { bot_id: 'B1' });
      await rig.server.says(rig.ann, rig.shop, '!good', { subtype: 'message_changed' });
      const till = Array.from(rig.server.channels.values()).find(({ name }) => name === 'till');
      assert.ok(till);
      till.members.add('U0000BOT0');
      await rig.server.says(rig.ann, till.id, '!good');
      await marker();
      assert.deepEqual(texts(), ['marker']);
    });

    test('our name before a command, and a mention within it', async () => {
      await rig.server.says(rig.ann, rig.shop, `<@U0000BOT0> !good for <@${rig.bob}> &amp; me`);
      await until('it is heard', () => texts().length === 1);
      assert.deepEqual(texts(), [`!good for @T0000SHOP:${rig.bob} & me`]);
    });

    test('while it is being written down it may come again, and is heard once', async () => {
      const gate = Promise.withResolvers<void>();
      let begun = 0;
      listener.onHeard = async () => {
        begun += 1;
        await gate.promise;
      };
      const saying = rig.server.says(rig.ann, rig.shop, '!good');
      await until('it is being heard', () => begun === 1);
      if (mode === 'socket') {
        const { delivered, acknowledged } = rig.server.envelopes;
        await until('it came again', () => delivered.length >= 2);
        assert.deepEqual(acknowledged, []);
      }
      gate.resolve();
      await saying;
      listener.onHeard = async () => undefined;
      await marker();
      assert.deepEqual(texts(), ['!good', 'marker']);
    });
  });

test('an envelope and a press that come again after they were acknowledged are heard once', async (t) => {
  const rig = await slackRig('socket');
  t.after(() => rig.close());
  const listener = listening();
  rig.network.start(listener);
  await until('we are here', () => listener.states.at(-1)?.state === 'here');
  await rig.network.enter(['#shop']);
  const { server, ann, shop } = rig;
  const said = await server.says(ann, shop, '!good');
  await rig.network.show('#shop', card, null);
  const post = server.shown(shop).at(-1);
  assert.ok(post);
  const pressed = await server.press(ann, post, shop, 'Good');
  const { envelopes } = server;
  await until('both are acknowledged', () => envelopes.acknowledged.length === 2);
  for (const again of ['first', 'second']) {
    envelopes.repeat('events_api', said, `said-${again}`);
    envelopes.repeat('interactive', pressed, `pressed-${again}`);
  }
  await until('all are acknowledged', () => envelopes.acknowledged.length === 6);
  assert.deepEqual(
    listener.messages.map(({ text }) => text),
    ['!good', '!good 214'],
  );
});
