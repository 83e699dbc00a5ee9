import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { row, rows, sql } from '../db/pool.ts';
import { makeCode } from '../people/make-code.ts';
import { people } from '../people/person.ts';
import { speakerOf } from '../people/speaker.ts';
import { castVote } from '../train/cast-vote.ts';
import { chatRig, type ChatRig } from './chat-rig.test-data.ts';

let chat: ChatRig;

beforeEach(async () => {
  chat = await chatRig();
});
afterEach(() => chat.close());

const commands = () =>
  rows<{ message: string; text: string; answered: boolean }>(
    chat.rig.world.db,
    sql`select message, text, answered_at is not null as answered from chat_commands order by id`,
  );

describe('who says something', () => {
  test('a vote of an author counts, is answered in the room, and is in the audit with its message', async () => {
    await chat.arrive();
    const [answer = ''] = await chat.ask('ann', '!good', { id: 'm1' });
    assert.match(answer, /^✔ Counted for ann\. train 1 of shop: waits for bob\.$/);
    assert.ok(chat.said().includes(answer));
    assert.deepEqual(await chat.votes(), [{ voter: 'ann', answer: 'good', via: 'irc' }]);
    const entry = await row<{ actor: string; action: string; details: Record<string, unknown> }>(
      chat.rig.world.db,
      sql`select actor, action, details from audit where action = 'sayGood'`,
    );
    assert.equal(entry?.actor, 'ann');
    assert.deepEqual(
      { ...entry?.details },
      {
        about: null,
        whom: null,
        reason: null,
        via: 'irc',
        message: 'm1',
        account: 'ann',
        outcome: 'done',
      },
    );
  });

  test('a nick that took an author’s name is refused with words, and nothing counts', async () => {
    await chat.arrive();
    const lines = await chat.ask(null, '!good');
    assert.match(lines.join('\n'), /a nick proves nothing/);
    const stranger = await chat.ask('ann2', '!good');
    assert.match(stranger.join('\n'), /nobody here is known by the account ann2[^]*!verify CODE/);
    assert.deepEqual(await chat.votes(), []);
  });

  test('a role that does not suffice is named, with whom to ask', async () => {
    await chat.arrive();
    const lines = await chat.ask('ann', '!force now');
    assert.match(lines.join('\n'), /needs the role release-manager; ann has developer/);
    const viewer = await chat.ask('vic', '!good');
    assert.match(viewer.join('\n'), /needs the role developer; vic has viewer/);
    assert.match((await chat.ask('vic', '!train')).join('\n'), /shop #1 .* asking/);
  });

  test('a mention means the person of that name, and no one who has an account that is called so', async () => {
    await chat.arrive();
    const { db } = chat.rig.world;
    await sql`update person_accounts set person_id = (select id from people where name = 'vic')
      where account = 'bob'`.execute(db);
    await sql`insert into person_accounts (network, account, person_id)
      select 'irc', 'robert', id from people where name = 'bob'`.execute(db);
    for (const mentioned of ['bob', 'robert'])
      assert.match((await chat.ask('ann', `!delegate @${mentioned}`)).join(), /^bob may answer/);
  });

  test('a code said to us alone makes the account somebody’s, once', async () => {
    await chat.arrive();
    chat.irc.accounts.add('annie');
    const { code } = await makeCode(chat.rig.world, 'ann');
    const said = { room: null } as const;
    assert.match((await chat.ask('annie', `verify ${code}`, said)).join(), /annie is ann/);
    assert.equal(chat.said().includes(code), false);
    assert.match((await chat.ask('annie', '!good', said)).join(), /Counted for ann/);
    chat.irc.accounts.add('eve');
    assert.match((await chat.ask('eve', `!verify ${code}`, said)).join(), /does not say who/);
  });
});

describe('the same message again', () => {
  test('is obeyed once and answered once', async () => {
    await chat.arrive();
    await chat.ask('ann', '!hold 2h looking', { id: 'twice' });
    for (let again = 0; again < 3; again += 1)
      await chat.irc.says({ id: 'twice', room: '#shop', account: 'ann', text: '!hold 2h looking' });
    await chat.ask('ann', '!help');
    assert.equal(chat.said().match(/is held for 2h/g)?.length, 1);
    const holds = await rows(chat.rig.world.db, sql`select from train_holds`);
    assert.equal(holds.length, 1);
  });

  test('written down by a controller that died before it obeyed, it is obeyed by the next one', async () => {
    const first = await chat.arrive('c1');
    await first.stop();
    await sql`insert into chat_commands (network, message, room, account, nick, text, heard_at)
      values ('irc', 'm9', '#shop', 'ann', 'ann', '!good', now())`.execute(chat.rig.world.db);
    await sql`delete from controllers where id = 'c1'`.execute(chat.rig.world.db);
    await chat.arrive('c2');
    await chat.until('it is answered', () => /Counted for ann/.test(chat.said()));
    assert.equal((await chat.votes()).length, 1);
  });

  test('begun by a controller that died, a vote counts once and a hold is not begun again', async () => {
    const heard = (message: string, text: string) =>
      sql`insert into chat_commands (network, message, room, account, nick, text, heard_at, begun_at, word, by)
        values ('irc', ${message}, '#shop', 'ann', 'ann', ${text}, now(), now(), 'x', 'ann')`.execute(
        chat.rig.world.db,
      );
    const person = await people.byName(chat.rig.world.db, 'ann');
    assert.ok(person);
    const cast = { via: 'irc', message: 'v1', answer: 'good', reason: null } as const;
    await castVote(chat.rig.world, { ...cast, app: chat.app, speaker: speakerOf(person) });
    await heard('v1', '!good');
    await heard('h1', '!hold 1h looking');
    await chat.arrive();
    await chat.until('both are answered', () => /I was interrupted/.test(chat.said()));
    assert.match(chat.said(), /This was counted before/);
    assert.match(chat.said(), /while I obeyed !hold[^]*Look before you say it again: !train/);
    assert.equal((await chat.votes()).length, 1);
    assert.equal((await rows(chat.rig.world.db, sql`select from train_holds`)).length, 0);
  });

  test('a network that was away when the answer was ready gets it when it is back', async () => {
    await chat.arrive();
    chat.irc.cut();
    await sql`insert into chat_commands (network, message, room, account, nick, text, heard_at)
      values ('irc', 'm9', '#shop', 'ann', 'ann', '!good', now())`.execute(chat.rig.world.db);
    chat.irc.mend();
    await chat.until('it is answered', () => /Counted for ann/.test(chat.said()));
    // That it was said is written down after it was said.
    await chat.until('it is not said again', async () =>
      (await commands()).every(({ answered }) => answered),
    );
  });
});

test('of 10,000 messages with 100 commands each command is obeyed once, in order, and the rest is not kept', async () => {
  await chat.arrive();
  for (let at = 0; at < 10_000; at += 1) {
    const text = at % 100 === 0 ? `!help hold ${at}` : `so ${at} people said !good`;
    const message = { id: `m${at}`, room: '#shop', account: 'ann', text };
    void chat.irc.says(message);
    if (at % 100 === 0) void chat.irc.says(message);
  }
  await chat.until('all are answered', async () => {
    const all = await commands();
    return all.length === 100 && all.every(({ answered }) => answered);
  });
  const all = await commands();
  assert.deepEqual(
    all.map(({ message }) => message),
    Array.from({ length: 100 }, (_, at) => `m${at * 100}`),
  );
  assert.equal(chat.said().match(/!hold 2h REASON:/g)?.length, 100);
});
