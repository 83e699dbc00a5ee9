import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { asking, collect, git } from '../../../test/support/api-rig.ts';
import { pipelineRig, type PipelineRig } from '../../../test/support/pipeline-rig.ts';
import { sql } from '../../db/pool.ts';
import { candidateRun, type Station } from '../../pipeline/candidate.ts';
import { performanceVerdicts, testEvidence } from '../../pipeline/evidence-tables.ts';
import { beginStage, endCandidate, failStage, passStage } from '../../pipeline/report-candidate.ts';
import { candidateTests } from '../../pipeline/test-tables.ts';
import { all } from '../contract/all.ts';
import type { CandidateDetails } from '../contract/candidates.ts';

let rig: PipelineRig;
const app = 'shop';

before(async () => {
  rig = await pipelineRig(
    '{ integration: { environment: fresh, tests: { api: run } } }, { speed: { optional: true } }, { production: { approval: person } }',
  );
});
after(() => rig?.close());

/** As clients read it: also a proof that the contract has a place for all that is told. */
async function shown({ way }: Station): Promise<CandidateDetails> {
  const told = await rig.handlers.getCandidate({ app, number: way.number }, asking());
  const { reply } = all.getCandidate;
  return reply.parse(z.encode(reply, told));
}

async function beforeProduction(): Promise<Station> {
  const station = await rig.begin();
  await rig.pass(station);
  await rig.pass(rig.at(station, 'speed'));
  return station;
}

describe('a candidate over the API', () => {
  test('shows its stages with the counts of their tests, and what was found out about its speed', async () => {
    const station = await rig.begin();
    const at = { candidate: station.way.candidate, stage: 'integration' };
    await beginStage(rig.world, station, 'deploy-1');
    await candidateTests.begin(rig.db, at, { name: 'api', job: 'job-1' });
    const hostile = [{ name: '\u001b[2Jadds', suite: 'sums\u202e', message: '2 is\u0007 not\n3' }];
    const failures = [{ name: 'adds', suite: 'sums', message: '2 is not\n3' }];
    const tests = { total: 9, passed: 7, failed: 1, skipped: 1 };
    await testEvidence.note(rig.db, at, { name: 'api', tests, failures: hostile, load: null });
    const [startedAt, endedAt] = [new Date(0), new Date(2500)];
    const end = {
      name: 'api',
      state: 'failed',
      startedAt,
      endedAt,
      logTail: '\u001b[2Joh',
    } as const;
    await candidateTests.end(rig.db, at, end);
    await performanceVerdicts.put(rig.db, at.candidate, {
      stage: 'speed',
      test: 'load',
      against: null,
      verdict: 'nothing to compare',
      words: 'the first one',
      evidence: {},
    });
    const reason = 'api\u001b[2J failed';
    await failStage(rig.world, station, { reason, logTail: 'oh', fix: ['Mend it.'] });
    const told = await shown(station);
    const [integration, speed, production] = told.stages;
    assert.deepEqual([told.state, told.reason], ['failed', 'integration: api failed']);
    assert.equal(integration?.reason, 'api failed');
    const { candidates } = await rig.handlers.listCandidates({ app }, asking());
    const listed = candidates.find((one) => one.number === told.number);
    assert.deepEqual(
      [listed?.reason, listed?.stages[0]?.reason],
      ['integration: api failed', 'api failed'],
    );
    assert.deepEqual(told.next, ['Mend it.']);
    assert.equal(integration?.environmentName, `stage/integration/${told.number}`);
    assert.deepEqual([integration.deploy, integration.state], ['deploy-1', 'failed']);
    const [api] = integration.tests;
    assert.deepEqual([api?.total, api?.passed, api?.failed, api?.skipped], [9, 7, 1, 1]);
    assert.deepEqual(api?.failures, failures);
    assert.equal(api?.logTail, 'oh');
    assert.equal(told.subject, 'a change');
    assert.deepEqual(told.levels, [
      { level: 'integration', jobs: 1, tests: 9, failed: 1, seconds: 2.5 },
    ]);
    assert.deepEqual(speed?.performance, [
      { test: 'load', against: null, verdict: 'nothing to compare', words: 'the first one' },
    ]);
    assert.deepEqual(production?.gate, { open: true, missing: null, unreachable: [], answers: [] });
  });

  test('one that waits for an answer says how to give it, and goes on when it is given', async () => {
    const station = await beforeProduction();
    const { number } = station.way;
    assert.equal(await rig.turn(rig.at(station, 'production')), 'waits');
    const asked = await shown(station);
    assert.equal(asked.state, 'waiting');
    assert.deepEqual(asked.next, [
      `signalbox approve shop ${number}`,
      `signalbox reject shop ${number} --note "…"`,
    ]);
    const { text } = await rig.handlers.approveCandidate({ app, number, note: 'go' }, asking());
    assert.equal(text, `Candidate ${number} of shop goes on to production.`);
    const answered = (await shown(station)).stages.at(-1)?.gate;
    assert.equal(answered?.open, false);
    assert.deepEqual(
      answered.answers.map(({ by, answer, note }) => ({ by, answer, note })),
      [{ by: 'ada', answer: 'approve', note: 'go' }],
    );
    assert.deepEqual(await rig.turn(rig.at(station, 'production')), { kind: 'go' });
    const again = async () => rig.handlers.approveCandidate({ app, number }, asking());
    await assert.rejects(again, { code: 'gate/not-asking' });
  });

  test('one before a locked environment says where to look and how to lift the lock', async () => {
    const station = await beforeProduction();
    const { rows } = await sql<{ id: string }>`
      insert into environments (id, app_id, name, kind, branch, host, state)
        select 'prod', id, 'production', 'production', 'main', 'shop.localhost', 'live' from apps returning id`.execute(
      rig.db,
    );
    await sql`insert into lane_locks (environment_id, reason, by) values (${rows[0]?.id}, 'holidays', 'bob')`.execute(
      rig.db,
    );
    const production = rig.at(station, 'production');
    assert.equal(await rig.turn(production), 'waits');
    const { number } = station.way;
    await rig.handlers.approveCandidate({ app, number, stage: 'production' }, asking());
    assert.equal(await rig.turn(production), 'waits');
    const { next, reason } = await shown(station);
    assert.match(reason ?? '', /locked by bob: holidays/);
    assert.deepEqual(next, [
      'signalbox lane shop/production',
      'Once it is safe: signalbox lane shop/production lift --reason "…"',
    ]);
    const woken: string[] = [];
    rig.world.engine.nudge = async (run) => void woken.push(run);
    await rig.handlers.liftLane({ environment: 'shop/production', reason: 'home' }, asking());
    assert.ok(woken.includes(candidateRun(station.way.candidate)), 'it need not look by itself');
  });

  test('a no stops it, and says whose', async () => {
    const station = await beforeProduction();
    const { number } = station.way;
    await rig.turn(rig.at(station, 'production'));
    const { text } = await rig.handlers.rejectCandidate({ app, number, note: 'no' }, asking());
    assert.equal(text, `Candidate ${number} of shop goes no further: ada said no to production.`);
    assert.deepEqual(await rig.turn(rig.at(station, 'production')), {
      kind: 'rejected',
      why: 'ada said no to production: no',
    });
  });

  test('an optional stage is skipped and a candidate stopped for a reason', async () => {
    const station = await rig.begin();
    const { number } = station.way;
    const reason = 'no time';
    await rig.handlers.skipStage({ app, number, stage: 'speed', reason }, asking());
    assert.deepEqual(await rig.turn(rig.at(station, 'speed')), {
      kind: 'skip',
      why: 'by ada: no time',
    });
    const skip = async (stage: string) =>
      rig.handlers.skipStage({ app, number, stage, reason }, asking());
    await assert.rejects(skip('production'), { code: 'candidate/stage-not-optional' });
    await assert.rejects(skip('nothing'), { code: 'candidate/unknown-stage' });
    await rig.handlers.stopCandidate({ app, number, reason: 'wrong price' }, asking());
    const { state, reason: why } = await shown(station);
    assert.deepEqual([state, why], ['stopped', 'stopped by ada: wrong price']);
  });

  test('what is not there is refused', async () => {
    const get = async (input: { app: string; number: number }) =>
      rig.handlers.getCandidate(input, asking());
    await assert.rejects(get({ app, number: 999 }), { code: 'candidate/unknown' });
    await assert.rejects(get({ app: 'other', number: 1 }), { code: 'app/unknown' });
  });

  test('they are listed newest first, as many as were asked for', async () => {
    await rig.begin();
    const newest = await rig.begin();
    const { candidates } = await rig.handlers.listCandidates({ app, limit: 2 }, asking());
    const { number } = newest.way;
    assert.deepEqual(
      candidates.map((one) => one.number),
      [number, number - 1],
    );
    assert.deepEqual(
      candidates[0]?.stages.map(({ name, state }) => [name, state]),
      [
        ['integration', 'waiting'],
        ['speed', 'waiting'],
        ['production', 'waiting'],
      ],
    );
    const listed = z.encode(all.listCandidates.reply, { candidates });
    assert.equal(all.listCandidates.reply.parse(listed).candidates.length, 2);
  });
});

describe('the story of a candidate', () => {
  const follow = async (number: number, after: number | null) =>
    rig.handlers.followCandidate({ app, number }, asking({ after }));

  test('is told to its end, goes on after what was seen, and has its ending alone once that is old', async () => {
    const station = await rig.begin();
    const { number } = station.way;
    const told = collect(await follow(number, null));
    await beginStage(rig.world, station, 'deploy-2');
    await passStage(rig.world, station);
    const ending = { state: 'failed', stage: 'speed', fix: ['Push again.'] } as const;
    const reason = 'speed: \u001b[31mtoo slow';
    await endCandidate(rig.world, station.way, { ...ending, reason, logTail: 'one\ntwo' });
    const lines = await told;
    const texts = lines.map(({ text }) => text);
    assert.deepEqual(texts.slice(0, 3), [
      `Candidate ${number}: integration → speed → production`,
      'Stage integration',
      'Stage integration: passed',
    ]);
    assert.deepEqual(texts.slice(3, -1), ['  one', '  two']);
    assert.match(texts.at(-1) ?? '', /failed: speed: too slow$/);
    const last = lines.at(-1);
    assert.deepEqual(last?.ending?.fix, ['Push again.']);
    assert.equal(last.ending.succeeded, false);
    const later = await collect(await follow(number, lines[1]?.id ?? 0));
    assert.deepEqual(later, lines.slice(2));
    const [only, ...others] = await collect(await follow(number, last.id));
    assert.deepEqual([only?.ending?.state, others], ['failed', []]);
  });

  test('of a released one ends with where it serves', async () => {
    const station = await rig.begin();
    const url = 'http://shop.localhost';
    const ending = { state: 'released', reason: null, stage: null, url } as const;
    await endCandidate(rig.world, station.way, ending);
    const lines = await collect(await follow(station.way.number, null));
    const { state, succeeded, url: told } = lines.at(-1)?.ending ?? {};
    assert.deepEqual([state, succeeded, told], ['released', true, url]);
  });
});

test('a revert over the API is a commit of whoever asks, with a push that can be followed', async () => {
  const source = `${rig.directory}/source`;
  await writeFile(`${source}/price`, '0');
  await git(source, 'add', '.');
  await git(source, 'commit', '-q', '-m', 'sell \u001b[8mfor nothing');
  const bad = await git(source, 'rev-parse', 'HEAD');
  await rig.plan();
  const made = await rig.handlers.revertCommit({ app, commit: bad, reason: 'too cheap' }, asking());
  assert.deepEqual([made.reverts, made.branch], [bad, 'main']);
  assert.equal(made.subject, 'Revert "sell for nothing"');
  const push = await rig.handlers.getPush({ push: made.push ?? '' }, asking());
  assert.deepEqual([push.commit, push.by], [made.commit, 'ada']);
});
