import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { timelineKinds } from '../../../../src/kernel/timeline-kind.ts';
import { aboutOf, isBad, isMark, signOf } from './entry-words.ts';

const entry = {
  id: 'event-1',
  at: '2026-11-24T10:00:00Z',
  kind: 'deploy' as const,
  what: 'deploy-ended',
  app: 'shop',
  environment: null,
  environmentName: null,
  by: null,
  text: '',
};
const production = { ...entry, environmentName: 'production' };

test('each kind has a sign of its own', () => {
  equal(new Set(timelineKinds.map(signOf)).size, timelineKinds.length);
  ok(timelineKinds.map(signOf).every(Boolean));
});

test('an entry leads to what it is about', () => {
  const about = (of: object) => aboutOf({ ...entry, ...of });
  deepEqual(aboutOf(production), ['production', '/apps/shop/environments/production']);
  deepEqual(aboutOf({ ...production, kind: 'rollout' }), [
    'production',
    '/apps/shop/rollout/production',
  ]);
  deepEqual(about({ kind: 'vote', text: 'Ada says good to train 7 of shop' }), [
    'train 7',
    '/apps/shop/train/7',
  ]);
  deepEqual(about({ kind: 'candidate', text: 'Candidate 12 of shop' }), [
    'candidate 12',
    '/apps/shop/pipeline/12',
  ]);
  deepEqual(about({ kind: 'candidate', text: 'Stage staging: passed' }), [
    'pipeline',
    '/apps/shop/pipeline',
  ]);
  deepEqual(about({ kind: 'other' }), ['', '/apps/shop']);
  equal(about({ app: null }), null);
});

test('deploys, rollbacks and locks are marks, steps on the way are none', () => {
  for (const what of ['deploy-ended', 'rolled-back', 'lane-locked', 'freeze-begun'])
    ok(isMark({ what }), what);
  for (const what of ['deploy-begun', 'checks-started', 'rollBack']) ok(!isMark({ what }), what);
});

test('what failed or was undone is bad, whatever else its words tell of', () => {
  ok(isBad({ what: 'rolled-back', text: '' }));
  ok(isBad({ what: 'push-ended', text: 'Failed: no such file' }));
  ok(!isBad({ what: 'push-ended', text: 'Live: a page about failed logins' }));
});
