import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { sealer } from './seal.ts';

test('a seal is the beginning of the HMAC-SHA256 of its text, for keys and texts of any length', () => {
  for (const keyBytes of [0, 1, 32, 63, 64, 65, 200]) {
    const key = randomBytes(keyBytes);
    const { seal, isSealed } = sealer(key);
    for (const text of ['', 'a', 'ä€😀', 'x'.repeat(55), 'x'.repeat(2000), 'short again']) {
      const right = createHmac('sha256', key).update(text).digest('base64url').slice(0, 16);
      assert.equal(seal(text), right, `${keyBytes} ${text}`);
      assert.ok(isSealed(text, right));
      assert.ok(!isSealed(`${text}x`, right));
      assert.ok(!isSealed(text, `${right}x`));
      assert.ok(!isSealed(text, ''));
    }
  }
});

test('a text beyond all measure is refused rather than cut', () => {
  assert.throws(() => sealer(Buffer.alloc(32)).seal('x'.repeat(9000)), /too long/);
});
