import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatByteSize, parseByteSize } from './byte-size.ts';
import { parsePercentage } from './percentage.ts';

test('a size is a number with a unit', () => {
  assert.equal(parseByteSize('256 MiB'), 268_435_456);
  assert.equal(parseByteSize('1.5GB'), 1_500_000_000);
  assert.equal(parseByteSize('512 B'), 512);
  for (const text of ['256', '1 mb', '1 iB', '-1 B', '99999999 TiB', '1'.repeat(90_000), '']) {
    assert.equal(parseByteSize(text), null, text.slice(0, 20));
  }
});

test('a formatted size parses to the same bytes', () => {
  for (const bytes of [0, 1, 1_000, 1_024, 268_435_456, 2 ** 40, 1_500_000_000]) {
    assert.equal(parseByteSize(formatByteSize(bytes)), bytes);
  }
  assert.equal(formatByteSize(268_435_456), '256 MiB');
});

test('a percentage lies between 0 and 100', () => {
  assert.equal(parsePercentage('5 %'), 5);
  assert.equal(parsePercentage('12.5%'), 12.5);
  for (const text of ['5', '101 %', '-1 %', '%', '1e1 %'])
    assert.equal(parsePercentage(text), null);
});
