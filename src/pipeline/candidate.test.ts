import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../config/load.ts';
import { gateVerdict, isSkippedFor, stageEnvironmentName, stagesOf } from './candidate.ts';

const file = 'app: shop\nservices: { web: { run: node server.js } }\n';
const answer = (by: string, given: 'approve' | 'reject') => ({ by, answer: given, note: null });

test('a file without stages means staging, then production, as one that names just these', () => {
  const { config } = loadConfig(file);
  const named = loadConfig(`${file}pipeline: { stages: [{ staging: {} }, { production: {} }] }`);
  assert.deepEqual(stagesOf(config), named.config.pipeline.stages);
});

test('one person decides, whichever comes first', () => {
  assert.deepEqual(gateVerdict(null, []), { kind: 'open', missing: null });
  assert.deepEqual(gateVerdict(null, [answer('ada', 'approve')]), { kind: 'approved' });
});

test('authors must all approve, whatever the case of their names', () => {
  const asked = ['ada@example.com', 'bob@example.com'];
  assert.deepEqual(gateVerdict(asked, [answer('Ada@example.com', 'approve')]), {
    kind: 'open',
    missing: ['bob@example.com'],
  });
  const both = [answer('ada@example.com', 'approve'), answer('bob@example.com', 'approve')];
  assert.deepEqual(gateVerdict(asked, both), { kind: 'approved' });
});

test('one who rejects is enough, also after others approved', () => {
  const given = [answer('ada', 'approve'), answer('bob', 'reject')];
  assert.deepEqual(gateVerdict(null, given), { kind: 'rejected', by: 'bob', note: null });
});

test('what a stage is skipped for is all that changed, and something did', () => {
  assert.equal(isSkippedFor(['docs/**', '*.md'], ['docs/a/b.txt', 'README.md']), true);
  assert.equal(isSkippedFor(['docs/**'], ['docs/a.txt', 'server.js']), false);
  assert.equal(isSkippedFor(['docs/**'], []), false);
});

test('an environment of its own has the number in its name, a shared one has not', () => {
  const name = (stage: string, environment: 'fresh' | 'shared' | 'package'): string =>
    stageEnvironmentName({ name: stage, environment }, 7);
  assert.equal(name('integration', 'fresh'), 'stage/integration/7');
  assert.equal(name('parts', 'package'), 'stage/parts/7');
  assert.equal(name('integration', 'shared'), 'stage/integration');
  assert.equal(name('production', 'shared'), 'production');
  assert.equal(name('staging', 'fresh'), 'stage/staging/7');
});
