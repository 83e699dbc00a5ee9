import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backOffMs } from './back-off-ms.ts';

const pauses = { firstMs: 2_000, mostMs: 300_000 };

test('pauses double up to the longest, and stay there', () => {
  const whole = [0, 1, 2, 6, 7, 8, 1_000].map((failures) => backOffMs(failures, pauses, 1));
  assert.deepEqual(whole, [2_000, 4_000, 8_000, 128_000, 256_000, 300_000, 300_000]);
});

test('chance takes up to a half off', () => {
  assert.deepEqual(
    [0, 0.5, 1].map((chance) => backOffMs(1, pauses, chance)),
    [2_000, 3_000, 4_000],
  );
});
