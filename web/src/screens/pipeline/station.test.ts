import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isAhead,
  stationsOf,
  tellingStation,
  toneAt,
  type Candidate,
  type Push,
  type Rollout,
  type Stage,
  type Station,
} from './station.ts';

const at = (minute: number): string => new Date(minute * 60_000).toISOString();

const check = (
  name: string,
  more: Partial<Push['checks'][number]> = {},
): Push['checks'][number] => ({
  name,
  state: 'passed',
  exitCode: 0,
  startedAt: at(1),
  endedAt: at(2),
  logTail: null,
  ...more,
});

const push = (more: Partial<Push> = {}): Push => ({
  id: 'p1',
  app: 'shop',
  branch: 'main',
  commit: 'abc',
  by: 'ada',
  at: at(1),
  state: 'running',
  reason: null,
  fix: [],
  url: null,
  endedAt: null,
  checks: [check('lint'), check('types')],
  build: {
    key: 'b1',
    state: 'built',
    reason: null,
    startedAt: at(1),
    endedAt: at(3),
  },
  ...more,
});

const stage = (name: string, more: Partial<Stage> = {}): Stage => ({
  name,
  state: 'waiting',
  reason: null,
  startedAt: null,
  endedAt: null,
  environment: 'shared',
  environmentName: name,
  approval: 'none',
  optional: false,
  deploy: null,
  fix: [],
  logTail: null,
  skipBy: null,
  skipReason: null,
  askedAt: null,
  keptUntil: null,
  gate: null,
  tests: [],
  performance: [],
  ...more,
});

const candidate = (stages: Stage[], more: Partial<Candidate> = {}): Candidate => ({
  app: 'shop',
  number: 1,
  branch: 'main',
  commit: 'abc',
  subject: 'a change',
  push: 'p1',
  state: 'running',
  reason: null,
  createdAt: at(3),
  endedAt: null,
  levels: [],
  next: [],
  stages,
  ...more,
});

const rollout: Rollout = {
  id: 'd9',
  app: 'shop',
  environment: 'e1',
  environmentName: 'production',
  number: 9,
  commit: 'abc',
  stableCommit: null,
  strategy: 'canary',
  state: 'running',
  step: 1,
  phase: 'bakes',
  weight: 10,
  pausedBy: null,
  pauseReason: null,
  decision: null,
  decidedBy: null,
  startedAt: at(5),
  endedAt: null,
};

const test9 = (more: Partial<Stage['tests'][number]> = {}): Stage['tests'][number] => ({
  name: 'api',
  state: 'failed',
  total: 9,
  passed: 6,
  failed: 3,
  skipped: 0,
  failures: [],
  job: 'j1',
  startedAt: at(4),
  endedAt: at(5),
  logTail: null,
  ...more,
});

const keys = (columns: Station[][]) => columns.map((column) => column.map(({ key }) => key));
const find = (columns: Station[][], key: string): Station => {
  const found = columns.flat().find((station) => station.key === key);
  assert.ok(found, key);
  return found;
};
const words = ({ lines }: Station) => lines.map(({ words, state = '' }) => [words, state]);

test('checks and build run side by side, stages one after the other, and production by its rollout', () => {
  const way = stationsOf({
    candidate: candidate([stage('staging'), stage('production', { deploy: 'd9' })]),
    push: push(),
    rollout,
  });
  assert.deepEqual(keys(way), [
    ['push'],
    ['check:lint', 'check:types', 'build'],
    ['stage:staging'],
    ['stage:production'],
    ['rollout'],
  ]);
  assert.deepEqual(words(find(way, 'rollout')), [['10 % of the users', '']]);
});

test('a push on its way shows that it may become a candidate; one that ended does not', () => {
  const open = stationsOf({ candidate: null, push: push(), rollout: null });
  assert.deepEqual(keys(open).at(-1), ['candidate']);
  const ended = push({ state: 'failed', reason: 'no', endedAt: at(4), build: null, checks: [] });
  const way = stationsOf({ candidate: null, push: ended, rollout: null });
  assert.deepEqual(keys(way), [['push']]);
  assert.deepEqual([way[0]?.[0]?.state, way[0]?.[0]?.why], ['failed', 'no']);
});

test('a failed check says why by itself, and its push was pushed nevertheless', () => {
  const failed = check('lint', { state: 'failed', exitCode: 2, logTail: 'one\n  2 problems\n' });
  const of = push({ state: 'failed', reason: 'checks', endedAt: at(4), checks: [failed] });
  const way = stationsOf({ candidate: null, push: of, rollout: null });
  assert.equal(find(way, 'check:lint').why, 'exit code 2: 2 problems');
  assert.deepEqual([find(way, 'push').state, toneAt(find(way, 'push'))], ['pushed', 'good']);
  assert.equal(tellingStation(way)?.key, 'check:lint');
  const silent = check('lint', { state: 'timed-out', exitCode: null });
  const other = stationsOf({ candidate: null, push: push({ checks: [silent] }), rollout: null });
  assert.equal(find(other, 'check:lint').why, null);
});

test('work that was done for an earlier push says so', () => {
  const way = stationsOf({ candidate: null, push: push({ at: at(9) }), rollout: null });
  assert.equal(find(way, 'check:lint').hint, 'checked before');
  assert.equal(find(way, 'build').hint, 'built before');
});

test('a stage says who is asked, what was deployed, how its tests and its speed did', () => {
  const answers = [{ by: 'ann', answer: 'approve', note: null, at: at(4) }] as const;
  const gate = { open: true, missing: ['bob', 'eve'], unreachable: [], answers: [...answers] };
  const asking = stage('live', { state: 'asking', approval: 'authors', gate, askedAt: at(4) });
  const speed = { test: 'load', against: null, verdict: 'worse', words: 'slower' } as const;
  const failed = stage('speed', {
    state: 'failed',
    reason: 'slow',
    startedAt: at(4),
    endedAt: at(5),
    deploy: 'd1',
    tests: [
      test9(),
      test9({
        name: 'ui',
        state: 'passed',
        total: null,
      }),
    ],
    performance: [speed],
  });
  const way = stationsOf({ candidate: candidate([failed, asking]), push: null, rollout: null });
  assert.deepEqual(words(find(way, 'stage:speed')), [
    ['deploy', 'passed'],
    ['api 3 of 9 failed', 'failed'],
    ['ui passed', 'passed'],
    ['load worse', 'failed'],
  ]);
  assert.deepEqual(words(find(way, 'stage:live')), [
    ['ann approved', 'passed'],
    ['asks bob, eve', 'asking'],
  ]);
  assert.equal(find(way, 'stage:live').from, at(4));
  assert.equal(tellingStation(way)?.key, 'stage:live');
});

test('a deploy before which no test has begun is as the stage is', () => {
  const of = (state: Stage['state']) => {
    const stages = [stage('staging', { state, deploy: 'd1' })];
    const way = stationsOf({ candidate: candidate(stages), push: null, rollout: null });
    return words(find(way, 'stage:staging'));
  };
  assert.deepEqual(of('running'), [['deploy', 'running']]);
  assert.deepEqual(of('failed'), [['deploy', 'failed']]);
  assert.deepEqual(of('passed'), [['deploy', 'passed']]);
});

test('who will be asked is said in words', () => {
  const said = (approval: string) => {
    const gate = { open: true, missing: null, unreachable: [], answers: [] };
    const stages = [stage('production', { approval, gate })];
    const way = stationsOf({ candidate: candidate(stages), push: null, rollout: null });
    return words(find(way, 'stage:production'))[0]?.[0];
  };
  assert.equal(said('person'), 'will ask for approval');
  assert.equal(said('team:ops'), 'will ask team ops');
  assert.equal(said('train'), 'will ask those on board');
});

test('what a candidate that ended did not come to waits for nothing', () => {
  const gate = { open: true, missing: null, unreachable: [], answers: [] };
  const stages = [
    stage('staging', { state: 'failed', reason: 'no', endedAt: at(4) }),
    stage('production', { approval: 'person', gate }),
  ];
  const ended = candidate(stages, { state: 'failed', endedAt: at(4) });
  const way = stationsOf({ candidate: ended, push: push(), rollout: null });
  const production = find(way, 'stage:production');
  assert.deepEqual([production.state, production.lines], ['not begun', []]);
  assert.equal(toneAt(production), 'off');
  assert.deepEqual([isAhead(production), isAhead(find(way, 'stage:staging'))], [true, false]);
  assert.equal(tellingStation(way)?.key, 'stage:staging');
});

test('a stage that somebody wants skipped says who and why before it is its turn', () => {
  const stages = [stage('speed', { optional: true, skipBy: 'ann', skipReason: 'docs' })];
  const way = stationsOf({ candidate: candidate(stages), push: null, rollout: null });
  const { why, hint } = find(way, 'stage:speed');
  assert.deepEqual([why, hint], ['to be skipped, by ann: docs', 'optional']);
});
