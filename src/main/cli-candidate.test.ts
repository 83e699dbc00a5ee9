import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { cliLab, type CliLab } from '../../test/support/cli-lab.ts';
import type { CandidateDetails } from '../api/contract/candidates.ts';
import type { InfrastructureResult } from '../api/contract/infrastructure.ts';

let lab: CliLab;
let candidate: CandidateDetails;
let results: InfrastructureResult[];
const told: Record<string, unknown> = {};

const at = new Date('2026-11-20T08:00:00Z');
const later = new Date('2026-11-20T08:00:41Z');

const stage = (
  name: string,
  more: Partial<CandidateDetails['stages'][number]>,
): CandidateDetails['stages'][number] => ({
  name,
  environment: 'shared',
  environmentName: name,
  approval: 'none',
  optional: false,
  state: 'waiting',
  deploy: null,
  reason: null,
  fix: [],
  logTail: null,
  skipBy: null,
  skipReason: null,
  askedAt: null,
  startedAt: null,
  endedAt: null,
  keptUntil: null,
  gate: null,
  tests: [],
  performance: [],
  ...more,
});

const ofTest = (
  name: string,
  more: Partial<CandidateDetails['stages'][number]['tests'][number]>,
): CandidateDetails['stages'][number]['tests'][number] => ({
  name,
  state: 'passed',
  total: null,
  passed: null,
  failed: null,
  skipped: null,
  failures: [],
  job: 'j1',
  startedAt: at,
  endedAt: later,
  logTail: null,
  ...more,
});

const waiting: CandidateDetails = {
  app: 'shop',
  number: 12,
  branch: 'main',
  commit: 'abc1234567',
  subject: 'a change',
  push: 'p1',
  state: 'waiting',
  reason: 'production waits for approval: signalbox approve shop 12',
  createdAt: at,
  endedAt: null,
  levels: [{ level: 'integration', jobs: 1, tests: 10, failed: 1, seconds: 41 }],
  next: ['signalbox approve shop 12'],
  stages: [
    stage('integration', {
      state: 'failed',
      optional: true,
      reason: 'api failed',
      startedAt: at,
      endedAt: later,
      tests: [
        ofTest('api', {
          state: 'failed',
          total: 10,
          passed: 8,
          failed: 1,
          skipped: 1,
          failures: [{ suite: 'sums', name: 'adds', message: '2 is not 3' }],
        }),
      ],
    }),
    stage('staging', {
      state: 'passed',
      startedAt: at,
      endedAt: later,
      tests: [ofTest('all', {})],
    }),
    stage('production', {
      state: 'asking',
      approval: 'person',
      reason: 'production waits for approval',
      gate: { open: true, missing: null, unreachable: [], answers: [] },
    }),
  ],
};

before(async () => {
  lab = await cliLab();
  const noted = (name: string) => (input: unknown) => {
    told[name] = input;
    return { text: `${name}.` };
  };
  const made = { commit: 'fedcba9876', reverts: 'abc1234567', subject: 'Revert "x"' };
  Object.assign(lab.world.handlers, {
    listCandidates: (input: unknown) => {
      told['listCandidates'] = input;
      return { candidates: [candidate] };
    },
    getCandidate: (input: unknown) => {
      told['getCandidate'] = input;
      return candidate;
    },
    followCandidate: lab.world.handlers.followPush,
    approveCandidate: noted('approved'),
    rejectCandidate: noted('rejected'),
    skipStage: noted('skipped'),
    stopCandidate: noted('stopped'),
    revertCommit: (input: unknown) => {
      told['reverted'] = input;
      return { ...made, branch: 'main', push: 'p2' };
    },
    checkInfrastructure: (input: unknown) => {
      told['checked'] = input;
      const passed = results.every((one) => one.passed);
      const of = { environment: 'shop/staging', file: 'infra.yaml', commit: 'abc1234567' };
      return { ...of, passed, results };
    },
  });
});
after(() => lab.close());

beforeEach(() => {
  for (const name of Object.keys(told)) delete told[name];
  candidate = waiting;
});

test('a candidate is shown stage by stage, with its tests and the command that ends its waiting', async () => {
  const { code, out } = await lab.signalbox(['candidate', 'shop', '12']);
  assert.equal(code, 0);
  assert.deepEqual(told['getCandidate'], { app: 'shop', number: 12 });
  assert.match(out, /^candidate {2}shop 12\n/);
  assert.match(
    out,
    /integration \(optional\) +failed +8 passed, 1 failed, 1 skipped +41s +api failed/,
  );
  assert.match(out, /staging +passed +1 passed +41s/);
  assert.match(out, /production +asking +production waits for approval\n/);
  assert.match(out, /LEVEL +JOBS +TESTS +FAILED +TIME\nintegration +1 +10 +1 +41s/);
  assert.match(out, /integration, api:\n✖ sums › adds\n {2}2 is not 3/);
  assert.match(out, /\n→ signalbox approve shop 12\n$/);
  const { out: json } = await lab.signalbox(['candidate', 'shop/12', '--json']);
  assert.equal((JSON.parse(json) as CandidateDetails).stages.length, 3);
});

test('a stage that failed without a failed test shows the end of its log, and how long it is kept', async () => {
  const log = 'migrations/2.sql:1: breaks old release\n  → expand';
  const keptUntil = new Date(Date.now() + 3_000_000);
  const speed = stage('speed', {
    state: 'failed',
    environmentName: 'stage/speed/12',
    keptUntil,
    tests: [ofTest('load', {})],
    performance: [{ test: 'load', against: 'c1', verdict: 'worse', words: 'worse than 11' }],
  });
  candidate = { ...waiting, stages: [speed, stage('staging', { state: 'failed', logTail: log })] };
  const { out } = await lab.signalbox(['candidate', '12']);
  assert.match(out, /speed +failed +1 passed, 1 worse/);
  assert.match(out, /\nstaging:\n {2}migrations\/2\.sql:1: breaks old release\n {4}→ expand\n/);
  assert.match(out, /stage\/speed\/12 is kept .* in 49m: signalbox console stage\/speed\/12\n/);
  candidate = { ...candidate, next: ['Look inside: signalbox console stage/speed/12'] };
  const { out: once } = await lab.signalbox(['candidate', '12']);
  assert.equal(once.match(/signalbox console/g)?.length, 1);
});

test('without a number the newest is shown; what is no candidate is refused', async () => {
  for (const words of [[], ['shop']]) {
    const { out } = await lab.signalbox(['candidate', ...words]);
    assert.deepEqual(told['listCandidates'], { app: 'shop', limit: 1 });
    assert.match(out, /^candidate {2}shop 12\n/);
  }
  for (const words of [
    ['shop', 'x'],
    ['12', 'more'],
    ['a', 'b', '12'],
  ]) {
    const { code, err } = await lab.signalbox(['candidate', ...words]);
    assert.equal(code, 1);
    assert.match(err, /^It is not clear which candidate is meant/);
  }
});

test('a list says where each one is', async () => {
  const { out } = await lab.signalbox(['candidates', '--limit', '5']);
  assert.deepEqual(told['listCandidates'], { app: 'shop', limit: 5 });
  assert.match(
    out,
    /^NUMBER +COMMIT +STATE +STAGE +AGE +WHY\n12 +abc1234 +waiting +production 3\/3/,
  );
});

test('followed, it tells what happens and ends as it ended', async () => {
  const { code, out, err } = await lab.signalbox(['candidate', '12', '--follow']);
  assert.equal(code, 0);
  assert.match(err, /^· Building\.\n/);
  assert.equal(out, 'http://x.localhost:8080\n');
});

test('answers, skipping and stopping reach the candidate with stage and reason', async () => {
  const of = { app: 'shop', number: 12 };
  const { out, err } = await lab.signalbox(['approve', '12', '--note', 'looks good']);
  assert.deepEqual(told['approved'], { ...of, note: 'looks good' });
  assert.equal(out, 'approved.\n');
  assert.match(err, /signalbox candidate shop 12 --follow/);
  await lab.signalbox(['reject', 'shop', '12', '--stage', 'production', '--note', 'no']);
  assert.deepEqual(told['rejected'], { ...of, stage: 'production', note: 'no' });
  await lab.signalbox(['skip', '12', 'speed', '--reason', 'no time']);
  assert.deepEqual(told['skipped'], { ...of, stage: 'speed', reason: 'no time' });
  await lab.signalbox(['stop', '12', '--reason', 'wrong price']);
  assert.deepEqual(told['stopped'], { ...of, reason: 'wrong price' });
});

test('a no, a skip and a stop without a reason are not sent', async () => {
  for (const args of [
    ['reject', '12'],
    ['skip', '12', 'speed'],
    ['stop', '12'],
    ['skip', '12', '--reason', 'x'],
  ]) {
    const { code } = await lab.signalbox(args);
    assert.notEqual(code, 0, args.join(' '));
  }
  assert.deepEqual(told, {});
});

test('a revert is followed as the push it is, or only named', async () => {
  const { code, err } = await lab.signalbox(['revert', 'abc1234', '--reason', 'too cheap']);
  assert.equal(code, 0);
  assert.deepEqual(told['reverted'], { app: 'shop', commit: 'abc1234', reason: 'too cheap' });
  assert.match(err, /^fedcba9 on main of shop: Revert "x"\n· Building\.\n/);
  const { out } = await lab.signalbox(['revert', 'abc1234', '--on', 'side', '--no-wait']);
  assert.deepEqual(told['reverted'], { app: 'shop', commit: 'abc1234', on: 'side' });
  assert.equal(out, 'fedcba9 on main of shop: Revert "x"\n');
});

test('infra check ends with 1 when one failed, and shows what was expected and found', async () => {
  const passed: InfrastructureResult = {
    name: 'db',
    kind: 'port',
    passed: true,
    expected: 'open',
    found: 'open',
    durationMs: 3,
  };
  results = [passed];
  const good = await lab.signalbox(['infra', 'check', 'staging']);
  assert.equal(good.code, 0);
  assert.match(good.out, /1 of 1 checks of infra\.yaml at abc1234 in shop\/staging passed\.\n$/);
  results = [passed, { ...passed, name: 'mail', passed: false, found: 'nobody listens' }];
  const bad = await lab.signalbox(['infra', 'check', 'stage/api/3', '--file', 'other.yaml']);
  assert.deepEqual(told['checked'], { environment: 'shop/stage/api/3', file: 'other.yaml' });
  assert.equal(bad.code, 1);
  assert.match(bad.out, /1 of 2 checks of .* passed\.\n$/);
  assert.match(bad.out, /port mail +failed +3ms +open +nobody listens/);
  const json = await lab.signalbox(['infra', 'check', 'staging', '--json']);
  assert.equal(json.code, 1);
  assert.equal((JSON.parse(json.out) as { passed: boolean }).passed, false);
});
