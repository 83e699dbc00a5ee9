import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { sql } from '../db/pool.ts';
import { publish } from '../events/publish.ts';
import { people } from '../people/person.ts';
import { speakerOf } from '../people/speaker.ts';
import { castVote } from '../train/cast-vote.ts';
import { freezeApp } from '../train/freeze.ts';
import { chatRig, startedAt, type ChatRig } from './chat-rig.test-data.ts';
import { addRoom, wishLine } from './networks.ts';

let chat: ChatRig;

beforeEach(async () => {
  chat = await chatRig();
});
afterEach(() => chat.close());

const say = (kind: string, text: string, data: Record<string, unknown> = {}) =>
  publish(chat.rig.world.db, { kind, text, app: 'shop', push: 'p1', data });

async function voteByApi(name: string, answer: 'good' | 'bad', reason: string | null = null) {
  const person = await people.byName(chat.rig.world.db, name);
  assert.ok(person);
  const order = { app: chat.app, speaker: speakerOf(person), answer, reason };
  await castVote(chat.rig.world, { ...order, via: 'api', message: null });
}

const asked = { to: ['ann', 'bob'], until: '2026-11-23T13:45:00.000Z', onBoard: '#1, #2' };

test('what happens is said in order; those asked are named in the room and told alone', async () => {
  await chat.arrive();
  await say('train-departed', 'train 1 of shop leaves with abc: 2 changes of 2 authors');
  await say('environment-live', 'nobody need know');
  await say('train-asks', 'train 1 of shop asks ann (#1), bob (#2)', asked);
  await say('train-waits', 'train 1 of shop asks: waits for ann, bob', { state: 'asking' });
  await say('train-arrived', 'train 1 of shop has arrived in production');
  await chat.until('it has arrived', () => /arrived/.test(chat.said()));
  const lines = chat.irc.said.map(({ line }) => line);
  assert.deepEqual(
    lines.filter((line) => /^(Train|ann, bob|✔)/.test(line)),
    [
      'Train 1 of shop leaves with abc: 2 changes of 2 authors',
      'ann, bob: Train 1 of shop asks ann (#1), bob (#2), until Mon 2026-11-23 13:45 UTC.',
      '✔ train 1 of shop has arrived in production',
    ],
  );
  for (const account of ['ann', 'bob'])
    assert.ok(chat.irc.told.some((one) => one.account === account && /!good/.test(one.line)));
});

test('outside of the hours in which trains leave, nobody is told alone', async () => {
  await sql`update trains set settings = jsonb_set(settings, '{windows}',
    '{"open": ["Tue 09:00-10:00"], "timezone": "UTC"}'::jsonb)`.execute(chat.rig.world.db);
  await chat.arrive();
  await say('train-asks', 'train 1 of shop asks ann', asked);
  await say('train-arrived', 'done');
  await chat.until('both are said', () => /done/i.test(chat.said()));
  assert.match(chat.said(), /ann, bob: Train 1 of shop asks/);
  assert.deepEqual(chat.irc.told, []);
});

test('after a restart nothing is said again, and nothing that happened meanwhile is missing', async () => {
  const first = await chat.arrive();
  await say('train-held', 'one');
  await chat.until('one is said', () => /One/i.test(chat.said()));
  await first.stop();
  await say('train-held', 'two');
  await chat.arrive();
  await say('train-held', 'three');
  await chat.until('three is said', () => /three/.test(chat.said()));
  const held = chat.irc.said.map(({ line }) => line).filter((line) => line.startsWith('⏸'));
  assert.deepEqual(held, ['⏸ one', '⏸ two', '⏸ three']);
});

test('while the network is away its cursor waits', async () => {
  await chat.arrive();
  chat.irc.cut();
  for (const word of ['one', 'two', 'three']) await say('train-held', word);
  chat.irc.mend();
  await chat.until('three is said', () => /three/.test(chat.said()));
  assert.equal(chat.said().match(/⏸/g)?.length, 3);
});

test('a vote by the API shows in the room; one that was said there has its answer and no more', async () => {
  await chat.arrive();
  await voteByApi('bob', 'good');
  await chat.until('it shows', () => /✔ bob said good\. Waits for ann\./.test(chat.said()));
  await chat.ask('ann', '!good');
  await say('train-held', 'the end');
  await chat.until('the end is said', () => /the end/.test(chat.said()));
  assert.equal(/ann said good/.test(chat.said()), false);
  assert.match(chat.said(), /Counted for ann/);
});

test('a no says by whom and what the options are, with the change it is about', async () => {
  await chat.arrive();
  await chat.ask('bob', '!bad #2 cart 500s on an empty basket');
  await chat.until('the options are said', () => /Options:/.test(chat.said()));
  assert.match(chat.said(), /✖ bob said bad: cart 500s on an empty basket/);
  assert.match(chat.said(), /!eject #2 .* !revert #2 .* !good \(bob: lifts the no\)/);
});

test('a freeze by somebody else is said', async () => {
  await chat.arrive();
  const until = new Date(startedAt.getTime() + 3_600_000);
  await freezeApp(chat.rig.world, { app: chat.app, by: 'rita', until, reason: 'sale' });
  await chat.until('it is said', () =>
    /❄ .* goes to production until .*, says rita: sale/.test(chat.said()),
  );
});

test('a failed train names the authors of what was on board, by name and not by address', async () => {
  await chat.arrive();
  const data = { to: ['bob@example.com', 'who@else.example'], fix: ['signalbox train next shop'] };
  await say('train-failed', 'train 1 of shop failed: canary', data);
  await chat.until('it is said', () => /canary/.test(chat.said()));
  assert.match(chat.said(), /bob, who: ✖ train 1 of shop failed: canary/);
  assert.match(chat.said(), /→ !next/);
  assert.equal(chat.said().includes('else.example'), false);
});

test('one card a train is edited in place, with buttons for its commit, until it is decided', async () => {
  await chat.arrive();
  const cards = () => [...(chat.irc.cards.get('#shop')?.values() ?? [])];
  await chat.until('it is there', () => cards().length === 1);
  const commit = chat.head.slice(0, 7);
  assert.match(
    cards()[0]?.line ?? '',
    new RegExp(`^shop #1 ${commit} · ann … bob … · leaves when`),
  );
  assert.deepEqual(
    cards()[0]?.buttons.map(({ command }) => command),
    [`!good shop ${chat.head}`, `!bad shop ${chat.head}`, '!hold shop 30m'],
  );
  await chat.ask('ann', `!good shop ${chat.head}`);
  await chat.until('it shows ann', () => /ann ✔ bob …/.test(cards()[0]?.line ?? ''));
  await sql`update trains set state = 'arrived', ended_at = now()`.execute(chat.rig.world.db);
  await say('train-arrived', 'done');
  await chat.until('nothing can be pressed', () => cards()[0]?.buttons.length === 0);
  assert.equal(cards().length, 1);
});

test('a button of a card for another commit does not count', async () => {
  await chat.arrive();
  const lines = await chat.ask('ann', '!good shop 1234567');
  assert.match(lines.join('\n'), /This word is about 1234567[^]*→ .*!train/);
  assert.deepEqual(await chat.votes(), []);
});

test('an old commit in short does not count either; a number before a reason is one', async () => {
  await chat.arrive();
  const old = chat.head.startsWith('12ab') ? '34cd' : '12ab';
  const lines = await chat.ask('ann', `!good ${old}`);
  assert.match(lines.join('\n'), new RegExp(`This word is about ${old}`));
  assert.deepEqual(await chat.votes(), []);
  await chat.ask('bob', '!bad 500 errors since noon');
  assert.match(chat.said(), /bob said no: 500 errors since noon/);
});

const lying = 'x\r✔ all is well\r\n✔ really\u2028✔ yes';
const told = 'x ✔ all is well ✔ really ✔ yes';

test('what somebody wrote neither begins a line of its own nor hides what stands before it', async () => {
  await chat.arrive();
  await say('train-forced', `rita forces train 1 of shop: ${lying}`);
  await say('train-failed', 'train 1 of shop failed', { to: ['eve\u202e\u0003@example.com'] });
  await wishLine(chat.rig.world, { network: 'irc', room: '#shop', text: lying, by: 'vic' });
  await chat.until('all is said', () =>
    /shop failed[^]*vic:|vic:[^]*shop failed/.test(chat.said()),
  );
  const lines = chat.irc.said.map(({ line }) => line);
  assert.ok(lines.includes(`⚠ FORCED: rita forces train 1 of shop: ${told}`));
  assert.ok(lines.some((line) => line.startsWith('eve: ✖')));
  assert.ok(lines.includes(`vic: ${told}`));
  const until = new Date(startedAt.getTime() + 3_600_000);
  await freezeApp(chat.rig.world, { app: chat.app, by: 'rita', until, reason: lying });
  const [answer = '', ...more] = await chat.ask('rita', '!unfreeze');
  assert.ok(answer.endsWith(`It was frozen by rita: ${told}`), answer);
  assert.deepEqual(more, []);
});

test('after an absence it says from when until when nothing was heard', async () => {
  const first = await chat.arrive();
  await chat.ask('ann', '!help');
  await first.stop();
  chat.rig.setNow(new Date(startedAt.getTime() + 600_000));
  await chat.arrive();
  await chat.until('it says so', () =>
    /away from 2026-11-23 13:00 until 2026-11-23 13:10 UTC/.test(chat.said()),
  );
});

/** Rooms from which nothing is taken. */
function closing(of: ChatRig): Set<string> {
  const closed = new Set<string>();
  const { network } = of.irc;
  const { say } = network;
  network.say = async (room, lines) => {
    if (closed.has(room)) throw new Error(`${room} is closed to us`);
    return say(room, lines);
  };
  return closed;
}

test('a room that takes nothing keeps no other one waiting, and is told when it opens', async () => {
  const closed = closing(chat);
  await addRoom(chat.rig.world.db, { network: 'irc', room: '#all', app: 'shop' });
  closed.add('#all');
  await chat.arrive();
  await say('train-held', 'one');
  await chat.until('#shop is told', () => /⏸ one/i.test(chat.said()));
  await chat.ask('ann', '!good', { room: '#all' });
  await chat.ask('bob', '!good');
  assert.match(chat.said(), /Counted for bob/);
  assert.equal((await chat.votes()).length, 2);
  closed.clear();
  await chat.until('#all is told', () =>
    chat.irc.said.some(({ room, line }) => room === '#all' && line === '⏸ one'),
  );
});
