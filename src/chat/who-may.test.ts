import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from '../db/pool.ts';
import { mayDo, roles, type HeldRole } from '../kernel/role.ts';
import { addPerson } from '../people/add-person.ts';
import { chatRig, type ChatRig } from './chat-rig.test-data.ts';
import { allCommandWords, type CommandWord } from './command-words.ts';
import { obey } from './obey.ts';
import { whoMay } from './who-may.ts';

let chat: ChatRig;
const held = roles.filter((role): role is HeldRole => role !== 'public');

before(async () => {
  chat = await chatRig();
  for (const role of held) {
    const of = { name: `a-${role}`, role, emails: [], teams: [], by: 'test' };
    const { id } = await addPerson(chat.rig.world, of);
    await sql`insert into person_accounts (network, account, person_id) values ('irc', ${role}, ${id})`.execute(
      chat.rig.world.db,
    );
  }
});
after(() => chat.close());

/** Each means nothing here, so that asking changes nothing, or only for a moment. */
const samples: Record<CommandWord, string> = {
  good: '!good for @nobody',
  bad: '!bad #99 x',
  hold: '!hold 8d x',
  unhold: '!unhold',
  force: '!force x',
  eject: '!eject #99',
  revert: '!revert #99',
  delegate: '!delegate @nobody',
  cancel: '!cancel x',
  depart: '!depart',
  train: '!train',
  next: '!next',
  mine: '!mine',
  who: '!who',
  bb: '!bb none',
  lock: '!lock none x',
  unlock: '!unlock none',
  freeze: '!freeze yesterday x',
  unfreeze: '!unfreeze',
  rollback: '!rollback',
  verify: '!verify wrong',
  help: '!help',
};

let asked = 0;
async function ask(account: string | null, text: string): Promise<string> {
  asked += 1;
  const heard = { id: asked, network: 'irc', message: `m${asked}`, room: '#shop', begunAt: null };
  const lines = await obey(chat.rig.world, { ...heard, account, nick: 'x', text, answer: null });
  return lines.join('\n');
}

describe('who may say what', () => {
  for (const word of allCommandWords) {
    const { needs } = whoMay[word];
    test(`!${word} needs ${needs}`, async () => {
      for (const role of held) {
        const isRefused = /needs the role/.test(await ask(role, samples[word]));
        assert.equal(isRefused, !mayDo(role, needs), role);
      }
      if (needs === 'public') return;
      assert.match(await ask('stranger', samples[word]), /nobody here is known/);
      assert.match(await ask(null, samples[word]), /a nick proves nothing/);
    });
  }
});
