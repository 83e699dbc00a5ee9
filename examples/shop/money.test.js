import assert from 'node:assert/strict';
import { test } from 'node:test';
import { money } from './money.js';

test('cents read as euros', () => {
  assert.equal(money(1250), '12.50 €');
  assert.equal(money('5'), '0.05 €');
  assert.equal(money(0), '0.00 €');
});
