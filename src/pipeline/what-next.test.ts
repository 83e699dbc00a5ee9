import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ShownStage } from './show-candidates.ts';
import { whatNext } from './what-next.ts';

const asking = (approval: string): string[] => {
  const gate = { askedOf: null, answers: [], unreachable: [] };
  const stage = { name: 'production', approval, optional: false, endedAt: null, gate };
  return whatNext({
    app: 'shop',
    number: 4,
    state: 'waiting',
    stages: [stage as unknown as ShownStage],
  });
};

test('who may approve is told how; where a train asks, that takes the answers', () => {
  assert.deepEqual(asking('person:ann'), [
    'signalbox approve shop 4',
    'signalbox reject shop 4 --note "…"',
  ]);
  assert.deepEqual(asking('train'), ['signalbox train shop']);
});
