import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leastServing, planCycle, sharesByCount } from './cycle-plan.ts';

/** Every size of both releases up to a dozen, with every share that a file would name. */
function* worlds(): Generator<{ old: number; fresh: number; capacityPercent: number }> {
  for (let old = 0; old <= 12; old += 1)
    for (let fresh = 0; fresh <= 12; fresh += 1)
      for (const capacityPercent of [1, 25, 50, 75, 90, 99, 100])
        yield { old, fresh, capacityPercent };
}

test('four of four at 75 %: one beside, two leave, the rest', () => {
  assert.deepEqual(planCycle({ old: 4, fresh: 4, capacityPercent: 75 }), {
    offCycle: 1,
    batches: [
      { hide: 2, prove: [2, 3] },
      { hide: 2, prove: [4] },
    ],
  });
});

test('at 100 % one leaves at a time, and none before the new one beside them has come', () => {
  assert.deepEqual(planCycle({ old: 3, fresh: 3, capacityPercent: 100 }), {
    offCycle: 1,
    batches: [
      { hide: 1, prove: [2] },
      { hide: 1, prove: [3] },
      { hide: 1, prove: [] },
    ],
  });
});

test('while new ones are still to come, the serving number never falls below its share; then all of them serve', () => {
  for (const world of worlds()) {
    const { old, fresh, capacityPercent } = world;
    const { offCycle, batches } = planCycle(world);
    let come = offCycle === null ? 0 : 1;
    let here = old;
    for (const { hide, prove } of batches) {
      here -= hide;
      const least = come < fresh ? leastServing(old, capacityPercent) : fresh;
      assert.ok(here + come >= least, `${JSON.stringify(world)}: ${here + come} of ${least}`);
      come += prove.length;
    }
  }
});

test('every new number comes once and in order, every old one leaves, and every turn does something', () => {
  for (const world of worlds()) {
    const { offCycle, batches } = planCycle(world);
    const come = [...(offCycle === null ? [] : [offCycle]), ...batches.flatMap((one) => one.prove)];
    const wanted = Array.from({ length: world.fresh }, (_, index) => index + 1);
    assert.deepEqual(come, wanted, JSON.stringify(world));
    assert.equal(
      batches.reduce((sum, { hide }) => sum + hide, 0),
      world.old,
    );
    assert.ok(batches.every(({ hide, prove }) => hide > 0 || prove.length > 0));
  }
});

test('a larger new release comes in parts, not at once when the last old one leaves', () => {
  const { batches } = planCycle({ old: 4, fresh: 8, capacityPercent: 75 });
  assert.deepEqual(
    batches.map(({ hide, prove }) => [hide, prove.length]),
    [
      [2, 3],
      [2, 4],
    ],
  );
});

test('shares follow the numbers that serve, add up to 100, and only a release without instances drains', () => {
  for (const { old, fresh } of worlds()) {
    const shares = sharesByCount({ deploy: 'a', serving: old }, { deploy: 'b', serving: fresh });
    const sum = shares.reduce((total, { weight }) => total + Math.round(weight * 100), 0);
    assert.equal(sum, 10_000, JSON.stringify(shares));
    assert.equal(shares[0]?.draining, fresh > 0 && old === 0);
    if (old + fresh > 0)
      assert.ok(Math.abs((shares[1]?.weight ?? 0) - (100 * fresh) / (old + fresh)) <= 0.005);
  }
});
