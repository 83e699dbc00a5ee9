import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { roles, type HeldRole } from '../kernel/role.ts';
import type { Speaker } from '../people/person.ts';
import { speakerByName } from '../people/speaker.ts';
import { passengersOf } from './consent.ts';
import { asking, change, emailOf, person, settingsOf, speaker, vote } from './train.test-data.ts';
import { votersFor, type Voting } from './who-may-vote.ts';

const passengers = passengersOf(
  [change(1, ['ann']), change(2, ['bob']), change(3, ['left'])],
  [person('ann'), person('bob')],
);

/** The rest of the train section, and what else is so. */
const voting = (file = '', more: Partial<Voting> = {}): Voting => ({
  train: asking(settingsOf(`{ departs: every hour${file} }`)),
  passengers,
  delegations: [],
  votes: [],
  ...more,
});
const lent = (voter: string, delegate: string) => ({
  delegations: [{ voter, delegate, reason: null, until: new Date() }],
});

const who = (
  given: Voting,
  by: Speaker,
  answer: 'good' | 'bad' = 'good',
  whom: string | null = null,
): string[] | string => {
  try {
    return votersFor(given, by, { answer, whom });
  } catch (error) {
    return (error as { code: string }).code;
  }
};

const notOnBoard = 'train/not-on-board';
const notForThem = 'train/not-for-them';
const owners = ', owners: shop-owners';
const owner = speaker('olga', { teams: ['shop-owners'] });
const manager = speaker('rita', { role: 'release-manager' });
const stranger = speaker('eve');
const team = ', approval: "team:ops"';
const op = speaker('oli', { teams: ['ops'] });

describe('one’s own word', () => {
  test('is that of the address in the commits, however the token is called', () => {
    assert.deepEqual(who(voting(), speaker('ann')), ['ann']);
    assert.deepEqual(who(voting(), speaker('annie', { emails: [emailOf('ann')] })), ['ann']);
    assert.deepEqual(who(voting(), speakerByName('BOB@example.com', 'viewer')), ['bob']);
    assert.deepEqual(who(voting(), speakerByName('left@example.com', 'viewer')), [emailOf('left')]);
  });

  test('a token called like a person is nobody', () => {
    for (const name of ['ann', 'bob', 'left'])
      for (const role of ['viewer', 'developer', 'release-manager', 'admin'] as const)
        assert.equal(who(voting(), speakerByName(name, role)), notOnBoard, `${name} ${role}`);
  });

  test('a person is the one of that name, whatever addresses they have by now', () => {
    assert.deepEqual(who(voting(), speaker('ann', { emails: [emailOf('other')] })), ['ann']);
  });

  test('two addresses on board of one token are two votes', () => {
    const both = speaker('x', { emails: [emailOf('bob'), emailOf('left')] });
    assert.deepEqual(who(voting(), both), ['bob', emailOf('left')]);
  });
});

describe('those in charge', () => {
  test('may stop a train that asks its authors, and lift their own no, but never agree for them', () => {
    for (const by of [owner, manager]) {
      assert.deepEqual(who(voting(owners), by, 'bad'), [by.name]);
      assert.equal(who(voting(owners), by), notOnBoard);
      assert.deepEqual(who(voting(owners, { votes: [vote(by.name, 'bad')] }), by), [by.name]);
      assert.equal(who(voting(owners, { votes: [vote('ann', 'bad')] }), by), notOnBoard);
    }
    assert.equal(who(voting(), owner, 'bad'), notOnBoard, 'of a team that owns nothing here');
    assert.equal(who(voting(owners), stranger, 'bad'), notOnBoard);
  });
});

describe('for somebody else', () => {
  const cases: [title: string, given: Voting, by: Speaker, whom: string, expected: unknown][] = [
    ['oneself, by name', voting(), speaker('ann'), '@ann', ['ann']],
    ['another author may not', voting(), speaker('ann'), 'bob', notForThem],
    ['a delegate may', voting('', lent('bob', 'eve')), stranger, 'bob@example.com', ['bob']],
    [
      'not for others than who asked them',
      voting('', lent('bob', 'eve')),
      stranger,
      'ann',
      notForThem,
    ],
    [
      'a token called like the delegate may not',
      voting('', lent('bob', 'eve')),
      speakerByName('eve', 'admin'),
      'bob',
      notForThem,
    ],
    ['the owners may for anybody', voting(owners), owner, 'ann', ['ann']],
    ['other teams may not', voting(owners), speaker('o', { teams: ['owners'] }), 'ann', notForThem],
    ['a release manager may not for somebody who can', voting(), manager, 'ann', notForThem],
    ['but for an address nobody has', voting(), manager, 'left@example.com', [emailOf('left')]],
    ['unless there are owners for that', voting(owners), manager, emailOf('left'), notForThem],
    ['a developer may not', voting(), stranger, emailOf('left'), notForThem],
    ['nobody who is not on board', voting(owners), owner, 'carol', notOnBoard],
    ['nobody by a part of their name', voting(owners), owner, 'an', notOnBoard],
  ];
  for (const [title, given, by, whom, expected] of cases)
    test(title, () => assert.deepEqual(who(given, by, 'good', whom), expected));

  test('a delegate’s plain good is for those who named them; an author’s is their own first', () => {
    assert.deepEqual(who(voting('', lent('bob', 'eve')), stranger), ['bob']);
    assert.deepEqual(who(voting('', lent('bob', 'ann')), speaker('ann')), ['ann']);
    assert.equal(who(voting('', lent('carol', 'eve')), stranger), notOnBoard);
  });
});

describe('where a team is asked', () => {
  test('its members agree, the authors do not, and cannot be made to', () => {
    assert.deepEqual(who(voting(team), op), ['oli']);
    assert.equal(who(voting(team), speaker('ann')), notOnBoard);
    assert.equal(who(voting(team), speaker('ann'), 'good', 'ann'), notOnBoard);
    assert.equal(who(voting(team, lent('ann', 'eve')), stranger), notOnBoard);
    assert.equal(who(voting(`${team}${owners}`), owner, 'good', 'ann'), notOnBoard);
    assert.equal(who(voting(team), manager, 'good', 'left@example.com'), notOnBoard);
    assert.equal(who(voting(team), speaker('o', { teams: ['ops2', 'team:ops'] })), notOnBoard);
  });

  test('an author in it agrees as a member', () => {
    assert.deepEqual(who(voting(team), speaker('ann', { teams: ['ops'] })), ['ann']);
  });

  test('an author still may stop it', () => {
    assert.deepEqual(who(voting(team), speaker('ann'), 'bad'), ['ann']);
    assert.equal(who(voting(team), stranger, 'bad'), notOnBoard);
  });

  test('where any person is, every developer may, a viewer may not', () => {
    const person = voting(', approval: person');
    assert.deepEqual(who(person, stranger), ['eve']);
    assert.equal(who(person, speaker('vic', { role: 'viewer' })), notOnBoard);
    assert.equal(who(person, speaker('ann', { role: 'viewer' })), notOnBoard);
  });
});

test('nobody outside gets anybody’s vote, whatever the train asks, they are and they name', () => {
  const files = ['', owners, team, ', approval: person', ', approval: none'];
  const held = roles.filter((role): role is HeldRole => role !== 'public');
  let tried = 0;
  for (const file of files)
    for (const role of held)
      for (const isPerson of [true, false])
        for (const whom of [null, 'ann', 'bob', emailOf('left'), 'eve', '*', ''])
          for (const answer of ['good', 'bad'] as const) {
            const eve = speaker('eve', { role, isPerson });
            const got = who(voting(file, lent('ann', 'dora')), eve, answer, whom);
            const isManager = role === 'release-manager' || role === 'admin';
            const others = typeof got === 'string' ? [] : got.filter((voter) => voter !== 'eve');
            const mayForTheLost = isManager && file !== owners && whom === emailOf('left');
            assert.deepEqual(mayForTheLost ? [] : others, [], JSON.stringify([file, eve, whom]));
            if (answer === 'good' && file === '' && !mayForTheLost)
              assert.equal(typeof got, 'string', JSON.stringify([eve, whom]));
            tried += 1;
          }
  assert.ok(tried > 500);
});
