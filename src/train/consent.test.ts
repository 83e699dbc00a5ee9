import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { consentOf, isCalled, keptVotes, meantChanges, passengersOf } from './consent.ts';
import { change, emailOf, force, person, settingsOf, vote } from './train.test-data.ts';
import type { Vote } from './word-tables.ts';

const [ann, bob] = [person('ann'), person('bob')];
const onBoard = [change(881, ['ann']), change(879, ['bob', 'cleo']), change(884, ['ann'])];
const passengers = passengersOf(onBoard, [ann, bob]);
const settings = settingsOf('{ departs: every hour }');

describe('passengersOf', () => {
  test('each author and co-author once, with all that is theirs, by name where the address is known', () => {
    assert.deepEqual(
      passengers.map(({ voter, emails, changes }) => [voter, emails, changes.map((c) => c.number)]),
      [
        ['ann', ['ann@example.com'], [881, 884]],
        ['bob', ['bob@example.com'], [879]],
        ['cleo@example.com', ['cleo@example.com'], [879]],
      ],
    );
  });

  test('what was ejected or is good without asking asks nobody', () => {
    const gone = change(1, ['ann'], { ejectedAt: new Date() });
    const docs = change(2, ['bob'], { goodWithoutAsking: 'only docs/**' });
    assert.deepEqual(passengersOf([gone, docs], [ann, bob]), []);
    assert.deepEqual(
      passengersOf([gone, docs, change(3, ['cleo'])], [ann, bob]).map(({ voter }) => voter),
      ['cleo@example.com'],
    );
  });

  test('two addresses of one person are one passenger', () => {
    const both = person('ann', { emails: [emailOf('ann'), emailOf('ann.home')] });
    const [only, ...others] = passengersOf([change(1, ['ann', 'ann.home'])], [both]);
    assert.deepEqual(others, []);
    assert.deepEqual([only?.emails.length, only?.changes.length], [2, 1]);
  });
});

describe('consentOf', () => {
  const consent = (votes: Vote[], file = '{ departs: every hour }', forces: string[] = []) => {
    const { kind, words } = consentOf({
      settings: settingsOf(file),
      passengers,
      votes,
      forces: forces.map(force),
    });
    return [kind, words];
  };
  const all = [vote('ann'), vote('bob'), vote('cleo@example.com')];
  const two = '{ departs: every hour, force-by: 2 }';
  const team = '{ departs: every hour, approval: "team:ops" }';
  const waits =
    'waits for ann, bob, cleo@example.com (nobody here is known by this address); rita wants to force it, one more is needed';

  const cases: [title: string, given: string[], expected: string[]][] = [
    [
      'one of three is not enough',
      consent([vote('bob')]),
      ['open', 'waits for ann, cleo@example.com (nobody here is known by this address)'],
    ],
    ['all of them are', consent(all), ['agreed', 'ann, bob, cleo@example.com said good']],
    [
      'the good of somebody else counts for nobody',
      consent([vote('eve'), vote('ann'), vote('bob')]),
      ['open', 'waits for cleo@example.com (nobody here is known by this address)'],
    ],
    [
      'one no outweighs all others',
      consent([...all, vote('rita', 'bad')]),
      ['vetoed', 'rita said no: it is broken'],
    ],
    [
      'force outweighs a no',
      consent([vote('ann', 'bad')], undefined, ['rita']),
      ['agreed', 'forced by rita: the shop is down'],
    ],
    ['one of two who force is not enough', consent([], two, ['rita']), ['open', waits]],
    [
      'nor against a no',
      consent([vote('ann', 'bad', { reason: null })], two, ['rita']),
      ['vetoed', 'ann said no'],
    ],
    [
      'both are',
      consent([vote('ann', 'bad')], two, ['rita', 'raj']),
      ['agreed', 'forced by rita: the shop is down; forced by raj: the shop is down'],
    ],
    ['a team is waited for', consent([], team), ['open', 'waits for somebody of team ops']],
    ['one of it is enough', consent([vote('oli')], team), ['agreed', 'oli said good']],
    [
      'a no holds there too',
      consent([vote('oli'), vote('ann', 'bad')], team),
      ['vetoed', 'ann said no: it is broken'],
    ],
    [
      'anybody is waited for',
      consent([], '{ departs: every hour, approval: person }'),
      ['open', 'waits for somebody'],
    ],
    [
      'nobody is asked',
      consent([], '{ departs: every hour, approval: none }'),
      ['agreed', 'nobody is asked'],
    ],
  ];
  for (const [title, given, expected] of cases)
    test(title, () => assert.deepEqual(given, expected));

  test('where nobody has anything on board, nobody need be asked', () => {
    const given = consentOf({ settings, passengers: [], votes: [], forces: [] });
    assert.deepEqual(given, { kind: 'agreed', words: 'nobody need be asked' });
  });

  test('whatever else is said, a no blocks unless enough force it, and without either everybody must be good', () => {
    const voters = ['ann', 'bob', 'cleo@example.com', 'rita'];
    const answers = [null, 'good', 'bad'] as const;
    for (let nth = 0; nth < 3 ** voters.length; nth += 1)
      for (const forceBy of [1, 2] as const)
        for (const forces of [0, 1, 2]) {
          const votes = voters.flatMap((voter, at) => {
            const answer = answers[Math.floor(nth / 3 ** at) % 3] ?? null;
            return answer === null ? [] : [vote(voter, answer)];
          });
          const by = Array.from({ length: forces }, (_, at) => force(`manager-${at}`));
          const { kind } = consentOf({
            settings: { approval: 'authors', forceBy },
            passengers,
            votes,
            forces: by,
          });
          const isGood = (voter: string): boolean =>
            votes.some((one) => one.voter === voter && one.answer === 'good');
          const expected =
            forces >= forceBy
              ? 'agreed'
              : votes.some(({ answer }) => answer === 'bad')
                ? 'vetoed'
                : passengers.every(({ voter }) => isGood(voter))
                  ? 'agreed'
                  : 'open';
          assert.equal(kind, expected, JSON.stringify({ votes, forceBy, forces }));
        }
  });
});

describe('keptVotes', () => {
  const cast = [vote('ann'), vote('bob', 'bad'), vote('cleo@example.com'), vote('eve')];
  const without = (...numbers: number[]) => ({
    before: passengers,
    after: passengersOf(
      onBoard.filter(({ number }) => !numbers.includes(number ?? 0)),
      [ann, bob],
    ),
  });
  const kept = (...numbers: number[]) =>
    keptVotes(settings, cast, without(...numbers)).map(({ voter }) => voter);

  test('the good ones of those whose changes are the same', () => {
    assert.deepEqual(kept(879), ['ann']);
    assert.deepEqual(kept(), ['ann', 'cleo@example.com']);
  });

  test('not of somebody one of whose changes is gone, nor of somebody who is not on board any more', () => {
    assert.deepEqual(kept(881), ['cleo@example.com']);
    assert.deepEqual(kept(879, 881, 884), []);
  });

  test('nobody’s, where the file says so', () => {
    const none = settingsOf('{ departs: every hour, keep-votes: none }');
    assert.deepEqual(keptVotes(none, cast, without(879)), []);
  });

  test('never a no, and never a vote of a changed author, whatever is taken off', () => {
    for (let nth = 0; nth < 2 ** onBoard.length; nth += 1) {
      const out = onBoard.filter((_, at) => (nth >> at) % 2 === 1);
      const numbers = out.map(({ number }) => number ?? 0);
      const touched = new Set(out.flatMap(({ authors }) => authors.map(({ name }) => name)));
      for (const { voter, answer } of keptVotes(settings, cast, without(...numbers))) {
        assert.equal(answer, 'good');
        assert.equal(touched.has(voter.replace(/@.*/, '')), false, `${voter} ${numbers.join()}`);
        assert.notEqual(voter, 'eve');
      }
    }
  });
});

describe('names', () => {
  const named = (text: string): (number | null)[] =>
    meantChanges(onBoard, text).map(({ number }) => number);

  test('a change is meant by its number, with or without a sign, and by four digits of its commit', () => {
    for (const text of ['881', '#881', '!881', ' #881 ', `881${'A'.repeat(9)}`, '881a'])
      assert.deepEqual(named(text), [881], text);
    assert.deepEqual(named('88'), [], 'three digits of a commit are too few');
    assert.deepEqual(named('master'), []);
    assert.deepEqual(named(''), []);
    assert.deepEqual(named('.*'), []);
  });

  test('several that begin alike are all meant; what was ejected is not', () => {
    const alike = [7, 8].map((number) => change(number, ['ann'], { commit: `beef${number}` }));
    assert.equal(meantChanges(alike, 'beef').length, 2);
    assert.deepEqual(meantChanges([change(9, ['ann'], { ejectedAt: new Date() })], '9'), []);
  });

  test('somebody is called by their name or one of their addresses, in full', () => {
    const [first] = passengers;
    assert.ok(first);
    for (const name of ['ann', '@ann', 'ANN', 'Ann@Example.com'])
      assert.equal(isCalled(first, name), true, name);
    for (const name of ['an', 'annn', '', '@', 'ann@example', '@@ann'])
      assert.equal(isCalled(first, name), false, name);
  });
});
