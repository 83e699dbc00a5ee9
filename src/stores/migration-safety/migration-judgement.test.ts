import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainJudgement } from './explain-judgement.ts';
import {
  compatibilityOf,
  type Finding,
  type MigrationJudgement,
  opaqueRule,
  type Severity,
  stopsPipeline,
} from './migration-judgement.ts';

const found = (severity: Severity, rule = 'drop-table'): Finding => ({
  rule,
  statement: 'drop table small',
  line: 3,
  severity,
  why: 'The old release may still use it.',
  recipe: ['expand: ship a release without it', 'contract: drop it later'],
});

const judged = (...findings: Finding[]): MigrationJudgement => ({
  path: 'db/migrations/2.sql',
  findings,
  waiver: null,
  parsed: true,
  note: null,
});
const waived = (one: MigrationJudgement) => ({ ...one, waiver: { reason: 'nobody reads it' } });
const unread = { ...judged(), parsed: false, note: 'Not judged: only SQL can be read.' };

const breaking = judged(found('note'), found('breaks old release'));
const slow = judged(found('long lock'));
const noted = judged(found('note'));
const opaque = judged(found('note', opaqueRule));

test('only what breaks the old release or locks long stops the pipeline, and only without a waiver', () => {
  assert.deepEqual([breaking, slow].map(stopsPipeline), [true, true]);
  assert.deepEqual(
    [noted, opaque, unread, judged(), waived(breaking), waived(slow)].map(stopsPipeline),
    Array(6).fill(false),
  );
});

test('after the migrations, what broke the old release makes it incompatible', () => {
  assert.equal(compatibilityOf([noted, breaking, unread]), 'not compatible');
  assert.equal(compatibilityOf([]), 'compatible');
  assert.equal(compatibilityOf([noted, slow, waived(breaking), waived(unread)]), 'compatible');
});

test('after migrations that nobody could read in whole, compatibility is unknown', () => {
  assert.equal(compatibilityOf([judged(), unread]), 'unknown');
  assert.equal(compatibilityOf([opaque]), 'unknown');
});

test('an explanation has the place, the reason and the recipe', () => {
  assert.deepEqual(explainJudgement(judged(found('breaks old release'))), [
    'db/migrations/2.sql:3: breaks old release: drop table small',
    '  The old release may still use it.',
    '  → expand: ship a release without it',
    '  → contract: drop it later',
  ]);
});

test('an explanation of nothing found is one line, of what was not read its reason', () => {
  assert.deepEqual(explainJudgement(judged()), [
    'db/migrations/2.sql: the old release can live with it.',
  ]);
  assert.deepEqual(explainJudgement(unread), [`${unread.path}: ${unread.note}`]);
});

test('an explanation gives the reason of a waiver, and does not go on for ever', () => {
  const lines = explainJudgement(
    waived(judged(...Array.from({ length: 90 }, () => found('note')))),
  );
  assert.equal(lines[0], 'db/migrations/2.sql: waived: safe because nobody reads it');
  assert.equal(lines.at(-1), 'db/migrations/2.sql: … and 70 more findings.');
});
