import { deepEqual, doesNotMatch, match } from 'node:assert/strict';
import { test } from 'node:test';
import { moment, stateSaid, tileLines, type Overviewed } from './tile-words.ts';

type Stage = Overviewed['stages'][number];

const health = {
  word: 'fine',
  text: 'Well.',
  requests: 9,
  bad: 0,
  perSecond: 1,
  p95Ms: 4,
} as const;
const stage: Stage = {
  environment: 'e1',
  name: 'production',
  kind: 'production',
  state: 'live',
  reason: null,
  url: '',
  deploy: 3,
  commit: null,
  since: null,
  health,
  lock: null,
  rollout: null,
};
const rollout: NonNullable<Stage['rollout']> = {
  id: 'r1',
  state: 'running',
  strategy: 'canary',
  commit: 'c',
  step: 2,
  steps: 4,
  weight: 25,
  phase: 'Bakes',
  pausedBy: null,
};
const lock = { by: 'ada', reason: 'bad', at: '2026-11-24T10:00:00Z' };
const trouble = (text: string) => ({ ...health, word: 'trouble', text }) as const;
const said = (of: Partial<Stage>) => stateSaid({ ...stage, ...of });

test('an environment has one word, and a reason for it', () => {
  deepEqual(said({}), ['live', 'good', 'Well.']);
  deepEqual(said({ deploy: null }), ['empty', 'off', 'Nothing serves yet.']);
  deepEqual(said({ rollout }), ['taking over 25 %', 'busy', 'Bakes']);
  deepEqual(said({ rollout: { ...rollout, pausedBy: 'ada' } }), [
    'paused at 25 %',
    'wait',
    'by ada',
  ]);
  deepEqual(said({ lock }), ['locked', 'wait', 'by ada: bad']);
  deepEqual(said({ state: 'failed', reason: 'Smoke.' }), ['failed', 'bad', 'Smoke.']);
  deepEqual(said({ state: 'queued' }), ['queued', 'wait', 'Well.']);
});

test('the worst is said', () => {
  const bad = trouble('9 of 90 requests were bad in the last five minutes.');
  deepEqual(said({ health: bad, rollout, lock })[0], 'trouble');
  for (const text of ['No instance of web is ready.', 'Nothing of it runs.'])
    deepEqual(said({ health: trouble(text), lock }), ['down', 'bad', text]);
  const back = { ...rollout, state: 'rolling-back' };
  deepEqual(said({ health: bad, rollout: back }), ['rolling back', 'bad', 'Bakes']);
  deepEqual(said({ rollout, lock })[0], 'taking over 25 %');
});

const overview: Overviewed = {
  app: 'shop',
  mainBranch: 'main',
  production: stage,
  stages: [],
  candidate: null,
  train: null,
  next: null,
  environments: { previews: 3, live: 2, failed: 1, busy: 0 },
  freeze: null,
};
const candidate: NonNullable<Overviewed['candidate']> = {
  number: 12,
  commit: { commit: 'c', subject: '', authors: [], at: '2026-11-24T10:00:00Z' },
  state: 'waiting',
  reason: 'Ada is asked.',
  createdAt: '2026-11-24T10:00:00Z',
  endedAt: null,
  stages: [],
};
const train: NonNullable<Overviewed['train']> = {
  number: 7,
  state: 'asking',
  reason: null,
  commit: 'c',
  changes: 2,
  missing: ['Ada', 'Bob'],
  departedAt: '2026-11-24T10:00:00Z',
  answersUntil: '2026-11-24T15:00:00Z',
  endedAt: null,
};

test('previews are counted, and only what there is is named', () => {
  deepEqual(tileLines(overview), [['3 previews', 'off', 'all environments: 2 live, 1 failed']]);
});

test('a candidate on its way or failed is told, one that arrived is not', () => {
  const lines = (of: object) => tileLines({ ...overview, candidate: { ...candidate, ...of } });
  deepEqual(lines({})[0], ['candidate 12 waiting', 'wait', 'Ada is asked.']);
  deepEqual(lines({ state: 'failed', endedAt: 'x' })[0]?.[1], 'bad');
  deepEqual(lines({ state: 'released', endedAt: 'x' }).length, 1);
});

test('a train says who is asked and until when; else the next one is told', () => {
  const [asking] = tileLines({ ...overview, train });
  deepEqual(asking?.slice(0, 2), ['train 7 asking', 'wait']);
  match(asking?.[2] ?? '', /^asks Ada, Bob until .*\d:00/);
  const next = { at: null, changes: 3, keptBy: ['Held by ada'] };
  deepEqual(tileLines({ ...overview, train: { ...train, endedAt: 'x' }, next })[0], [
    'next train is kept',
    'off',
    '3 changes · Held by ada',
  ]);
});

test('trouble comes first, then a freeze', () => {
  const freeze = { until: '2026-11-24T15:00:00Z', reason: 'Feast', by: 'ada' };
  const [first] = tileLines({ ...overview, candidate, freeze });
  match(first?.[0] ?? '', /^frozen until /);
  deepEqual(first?.slice(1), ['wait', 'Feast']);
  const blocked = { ...train, state: 'blocked', missing: [], reason: 'Ada says bad' };
  deepEqual(tileLines({ ...overview, train: blocked, freeze })[0], [
    'train 7 blocked',
    'bad',
    'Ada says bad',
  ]);
});

test('a moment of today is a time, another one has its day', () => {
  const now = Date.parse('2026-11-24T10:00');
  doesNotMatch(moment('2026-11-24T15:00', now), /24/);
  match(moment('2026-11-25T15:00', now), /25/);
});
