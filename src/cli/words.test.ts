import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timeOf } from './change-environment.ts';
import { commandLine } from './command-line.ts';
import { displayWidth, table } from './table.ts';
import { environmentName } from './which-app.ts';
import { bytes, roughly } from './words.ts';

test('durations are one unit, sizes two digits', () => {
  assert.deepEqual([0, 59_999, 60_000, 3_600_000, 172_799_000, 172_800_000, -5].map(roughly), [
    '0s',
    '59s',
    '1m',
    '1h',
    '47h',
    '2d',
    '0s',
  ]);
  assert.deepEqual([null, 0, 999, 1500, 1_700_000_000].map(bytes), [
    '-',
    '0 B',
    '999 B',
    '1.5 kB',
    '1.7 GB',
  ]);
});

test('until a day means until its end', () => {
  const now = new Date('2026-11-20T08:00:00Z');
  assert.equal(timeOf('3d', now).getTime() - now.getTime(), 3 * 86_400_000);
  assert.equal(timeOf('2026-12-24', now).getTime(), new Date(2026, 11, 24, 23, 59, 59).getTime());
  assert.equal(timeOf('2026-12-24T18:00:00Z', now).toISOString(), '2026-12-24T18:00:00.000Z');
  assert.throws(() => timeOf('soon', now), /"soon" is not a time/);
});

test('words of a command stay the words they were', () => {
  assert.equal(commandLine(['ls | wc -l']), 'ls | wc -l');
  assert.equal(
    commandLine(['ls', '-l', 'a b', "it's", '$HOME', '']),
    String.raw`ls -l 'a b' 'it'\''s' '$HOME' ''`,
  );
});

test('staging and production are themselves, all else is a branch', () => {
  assert.deepEqual(
    ['staging', 'production', 'preview/staging', 'main', 'feature/staging'].map(environmentName),
    ['staging', 'production', 'preview/staging', 'preview/main', 'preview/feature/staging'],
  );
});

test('a table cuts what may be cut, by the room it takes on the screen, and nothing else', () => {
  const columns = [{ title: 'BRANCH', least: 8 }, { title: 'URL' }];
  const url = 'http://a.example:8080';
  const look = { width: 32, style: (_style: unknown, text: string) => text };
  const lines = table(
    columns,
    [
      ['日本語のとても長い枝', url],
      ['short', url],
    ],
    look,
  ).split('\n');
  assert.deepEqual(lines, [`BRANCH     URL`, `日本語の…  ${url}`, `short      ${url}`]);
  for (const line of lines) assert.ok(displayWidth(line) <= 32);
});
