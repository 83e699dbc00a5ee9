import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, test } from 'node:test';
import type { ServedRoute } from './chooser.ts';
import { pauseQueue } from './pauses.ts';

const far = Number.MAX_SAFE_INTEGER;

function queue(bounds: { requests?: number; bytes?: number; untilMs?: number } = {}) {
  const activity = { requests: 0, lastRequestAtMs: 0, open: 0, waiting: 0 };
  const all = { requests: 1000, bytes: 1e6, untilMs: far, ...bounds };
  const pause = pauseQueue({ activity } as ServedRoute, all, Date.now);
  const gone: string[] = [];
  const enter = (name: string, bytes = 1) =>
    pause.enter(bytes, (how) => gone.push(`${name} ${how}`));
  return { pause, activity, gone, enter };
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await nextTurn();
}

describe('a pause', () => {
  test('lets everyone go in the order in which they came, but for those who left', async () => {
    const { pause, activity, gone, enter } = queue();
    enter('one');
    const two = enter('two');
    enter('three');
    assert.equal(activity.waiting, 3);
    assert.ok(two !== false);
    two.leave();
    two.leave();
    assert.equal(activity.waiting, 2);
    pause.release();
    pause.release();
    assert.equal(enter('late'), false);
    assert.ok(pause.isOver());
    await until(() => activity.waiting === 0);
    assert.deepEqual(gone, ['one released', 'three released']);
  });

  test('lets the first go before the last: not all in one turn', async () => {
    const { pause, activity, gone, enter } = queue();
    for (let name = 0; name < 500; name++) enter(`${name}`);
    pause.release();
    assert.deepEqual(gone, [], 'nobody goes on while the routes are being changed');
    await nextTurn();
    assert.ok(gone.length > 0 && gone.length < 500, `${gone.length} in the first turn`);
    await until(() => activity.waiting === 0);
    assert.deepEqual(
      gone,
      Array.from({ length: 500 }, (_, name) => `${name} released`),
    );
  });

  test('has room for so many requests', () => {
    const { enter } = queue({ requests: 2 });
    const first = enter('one');
    enter('two');
    assert.equal(enter('three'), false);
    assert.ok(first !== false);
    first.leave();
    assert.notEqual(enter('three'), false);
  });

  test('has room for so many bytes, those of growing bodies too', () => {
    const { enter } = queue({ bytes: 100 });
    const one = enter('one', 60);
    assert.ok(one !== false);
    assert.equal(enter('two', 41), false);
    assert.ok(one.more(30));
    assert.equal(enter('two', 11), false);
    const two = enter('two', 10);
    assert.ok(two !== false);
    assert.equal(two.more(1), false);
    one.leave();
    assert.ok(two.more(1));
  });

  test('that ends by time says so', async () => {
    const { pause, activity, gone, enter } = queue({ untilMs: Date.now() + 20 });
    enter('one');
    await until(() => activity.waiting === 0);
    assert.deepEqual(gone, ['one expired']);
    assert.equal(enter('two'), false);
    assert.ok(pause.isOver());
  });

  test('that is set again keeps who waits, under the new bounds', async () => {
    const { pause, activity, gone, enter } = queue({ requests: 1, untilMs: Date.now() + 20 });
    enter('one');
    pause.bound({ requests: 2, bytes: 10, untilMs: far });
    enter('two');
    await new Promise((resolve) => setTimeout(resolve, 40));
    assert.equal(activity.waiting, 2, 'the old end of time is forgotten');
    pause.release();
    await until(() => activity.waiting === 0);
    assert.deepEqual(gone, ['one released', 'two released']);
  });
});
