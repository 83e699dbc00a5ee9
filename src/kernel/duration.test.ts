import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDuration, parseDuration, parseEvery } from './duration.ts';

test('a duration is a number with a unit, or several of them', () => {
  assert.equal(parseDuration('30s'), 30_000);
  assert.equal(parseDuration('10 m'), 600_000);
  assert.equal(parseDuration('1h30m'), 5_400_000);
  assert.equal(parseDuration('1.5h'), 5_400_000);
  assert.equal(parseDuration('2d'), 172_800_000);
  assert.equal(parseDuration('500ms'), 500);
});

test('everything else is refused, a bare number first', () => {
  const wrong = [
    '30',
    '',
    ' ',
    's',
    '-1s',
    '1e3s',
    '1y',
    '1s!',
    '١s',
    '99999999999999999d',
    'NaNs',
  ];
  for (const text of [...wrong, '1'.repeat(100_000), '1s'.repeat(50_000)]) {
    assert.equal(parseDuration(text), null, text.slice(0, 20));
  }
});

test('a formatted duration parses to the same milliseconds', () => {
  for (const ms of [0, 1, 999, 1_000, 61_000, 5_400_000, 86_400_000, 90_061_001]) {
    assert.equal(parseDuration(formatDuration(ms)), ms);
  }
  assert.equal(formatDuration(5_400_000), '1h30m');
});

test('a rhythm is a word or a duration, with or without every', () => {
  assert.equal(parseEvery('every day'), 86_400_000);
  assert.equal(parseEvery('hour'), 3_600_000);
  assert.equal(parseEvery('every 6h'), 21_600_000);
  for (const text of ['every', 'every constructor', 'daily', '0s', ''])
    assert.equal(parseEvery(text), null);
});
