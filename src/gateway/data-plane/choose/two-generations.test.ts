import assert from 'node:assert/strict';
import { test } from 'node:test';
import { twoGenerations } from './two-generations.ts';

test('what is asked for stays, what nobody asks for goes, and there are never more than two generations', () => {
  const known = twoGenerations<number>(10);
  for (let number = 0; number < 1000; number++) {
    known.set(`${number}`, number);
    assert.equal(known.get('0'), 0, 'asked for all the time');
    assert.equal(known.get(`${number}`), number);
  }
  const left = Array.from({ length: 1000 }, (_, number) => known.get(`${number}`));
  const kept = left.filter((number) => number !== undefined);
  assert.ok(kept.length <= 20, `${kept.length} are kept`);
  assert.equal(known.get('500'), undefined);
});
