import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { passengersOf } from './consent.ts';
import { decide, type Frozen } from './decide.ts';
import type { Situation } from './situation.ts';
import {
  change,
  force,
  inMinutes,
  person,
  settingsOf,
  situation,
  vote,
} from './train.test-data.ts';

const onBoard = [change(1, ['ann']), change(2, ['bob']), change(3, ['ann', 'bob'])];
const passengers = passengersOf(onBoard, [person('ann'), person('bob')]);
const good = [vote('ann'), vote('bob')];
const fair: Frozen = { reason: 'the fair', by: 'rita', until: inMinutes(600) };
const hold = { by: 'cleo', reason: 'a look', at: inMinutes(0), until: inMinutes(20) };

const given = (file: string, more: Partial<Situation> = {}): Situation =>
  situation(settingsOf(`{ departs: every hour${file} }`), { onBoard, passengers, ...more });
const decided = (
  file: string,
  more: Partial<Situation> = {},
  { freezes = [], minutes = 1 }: { freezes?: Frozen[]; minutes?: number } = {},
) => decide(given(file, more), { freezes, now: inMinutes(minutes) });

// Asked on a Tuesday at 14:00 UTC.
const closed = ', windows: { open: "Tue 09:00-13:00" }';

describe('before the end of the time to answer', () => {
  test('it waits for those who have not answered, until then', () => {
    assert.deepEqual(decided('', { votes: [vote('ann')] }), {
      kind: 'wait',
      state: 'asking',
      words: 'waits for bob',
      until: inMinutes(45),
    });
  });

  test('all good: it goes', () => {
    assert.deepEqual(decided('', { votes: good }), { kind: 'go', words: 'ann, bob said good' });
  });

  test('a no stops it until somebody says something', () => {
    const votes = [vote('ann'), vote('bob', 'bad')];
    assert.deepEqual(decided('', { votes }), {
      kind: 'wait',
      state: 'blocked',
      words: 'bob said no: it is broken',
      until: null,
    });
  });

  test('a hold keeps what is agreed, and what is forced, until the last one is over', () => {
    const holds = [{ ...hold, by: 'ann', until: inMinutes(90) }, hold];
    for (const more of [{ votes: good }, { forces: [force('rita')] }, {}])
      assert.deepEqual(decided('', { holds, ...more }), {
        kind: 'wait',
        state: 'held',
        words: 'held by ann: a look; held by cleo: a look',
        until: inMinutes(90),
      });
  });

  test('agreed, it waits for its window; forced, it does not', () => {
    const agreed = decided(closed, { votes: good });
    assert.deepEqual(agreed, {
      kind: 'wait',
      state: 'agreed',
      words: 'ann, bob said good; its window opens at Tue 2026-12-01 09:00 UTC',
      until: new Date('2026-12-01T09:00:00Z'),
    });
    assert.equal(decided(closed, { forces: [force('rita')] }).kind, 'go');
    const two = decided(`${closed}, force-by: 2`, { votes: good, forces: [force('rita')] });
    assert.equal(two.kind, 'wait', 'half of a force opens no window');
  });

  test('frozen, it waits for the end of the longest freeze, also when it is forced', () => {
    const short = { reason: 'audit', by: 'ann', until: inMinutes(30) };
    for (const more of [{ votes: good }, { forces: [force('rita')] }]) {
      const frozen = decided('', more, { freezes: [short, fair] });
      assert.ok(frozen.kind === 'wait' && frozen.state === 'agreed');
      assert.match(frozen.words, /; frozen by rita until Wed 2026-11-25 00:00 UTC: the fair$/);
      assert.deepEqual(frozen.until, fair.until);
    }
  });
});

describe('at the end of it', () => {
  const late = { minutes: 45 };

  test('held: until somebody says something', () => {
    assert.deepEqual(decided('', { votes: [vote('bob')] }, late), {
      kind: 'wait',
      state: 'held',
      words: 'no answer in time; waits for ann',
      until: null,
    });
  });

  test('to go: it goes, unless a no, a hold, a freeze or a closed window keeps it', () => {
    const go = ', without-answer: go';
    assert.deepEqual(decided(go, {}, late), {
      kind: 'go',
      words: 'no answer in time; waits for ann, bob, and goes without it',
    });
    assert.equal(decided(go, { votes: [vote('ann', 'bad')] }, late).kind, 'wait');
    assert.equal(decided(go, { holds: [{ ...hold, until: inMinutes(60) }] }, late).kind, 'wait');
    assert.equal(decided(go, {}, { ...late, freezes: [fair] }).kind, 'wait');
    assert.equal(decided(go + closed, {}, late).kind, 'wait');
  });

  test('to leave without: everything of those who said nothing stays behind', () => {
    const without = decided(', without-answer: leave-without', { votes: [vote('ann')] }, late);
    assert.ok(without.kind === 'leave without');
    assert.deepEqual(
      [without.changes.map(({ number }) => number), without.silent.map(({ voter }) => voter)],
      [[2, 3], ['bob']],
    );
  });

  test('where a team is asked nobody can be left behind', () => {
    const file = ', without-answer: leave-without, approval: "team:ops"';
    assert.deepEqual(decided(file, {}, late), {
      kind: 'wait',
      state: 'held',
      words: 'no answer in time; waits for somebody of team ops',
      until: null,
    });
  });

  test('those who have agreed are not late', () => {
    for (const file of ['hold', 'leave-without', 'go'])
      assert.equal(decided(`, without-answer: ${file}`, { votes: good }, late).kind, 'go');
  });
});

test('whatever was said and whatever time it is: a freeze always holds, and a hold, and a no unless forced', () => {
  const votes = [[], [vote('ann')], good, [vote('ann'), vote('bob', 'bad')]];
  const files = ['hold', 'leave-without', 'go'].flatMap((after) =>
    ['authors', 'person', '"team:ops"', 'none'].map(
      (approval) => `, without-answer: ${after}, approval: ${approval}`,
    ),
  );
  let went = 0;
  for (const file of files)
    for (const cast of votes)
      for (const forces of [[], [force('rita')]])
        for (const holds of [[], [hold]])
          for (const freezes of [[], [fair]])
            for (const minutes of [0, 44, 45, 300]) {
              const { kind } = decided(file, { votes: cast, forces, holds }, { freezes, minutes });
              if (kind !== 'go') continue;
              went += 1;
              assert.deepEqual([freezes, holds], [[], []]);
              const no = cast.some(({ answer }) => answer === 'bad');
              assert.ok(!no || forces.length > 0, `${file} went past a no`);
            }
  assert.ok(went > 100, 'some do go');
});
