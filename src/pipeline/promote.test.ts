import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { pipelineRig, type PipelineRig } from '../../test/support/pipeline-rig.ts';
import { sql } from '../db/pool.ts';
import { answerGate } from './answer-gate.ts';
import { beginCandidate } from './begin-candidate.ts';
import { candidateRun, type Station } from './candidate.ts';
import { mendCandidates } from './mend-candidates.ts';
import { beginStage, endCandidate, failStage } from './report-candidate.ts';
import { describeCandidate, listCandidates } from './show-candidates.ts';
import { skipStage } from './skip-stage.ts';
import { stopCandidate } from './stop-candidate.ts';

let rig: PipelineRig;

const use = (stages: string): void => {
  before(async () => {
    rig = await pipelineRig(stages);
  });
  after(() => rig?.close());
};

const shown = ({ way }: Station) => describeCandidate(rig.db, 'shop', way.number);
const failure = { reason: 'it broke', logTail: 'the log', fix: ['Mend it.'] };
const overtaken = async (station: Station): Promise<boolean> => {
  const entry = await rig.turn(station);
  return entry !== 'waits' && entry.kind === 'overtaken';
};

describe('candidates', () => {
  use('{ integration: {} }, { staging: {} }, { production: {} }');

  test('a push that is handed over twice has one candidate and one run', async () => {
    const plan = await rig.plan();
    await beginCandidate(rig.world)(plan);
    await beginCandidate(rig.world)(plan);
    const [only, ...others] = await listCandidates(rig.db, 'shop', 10);
    assert.deepEqual(others, []);
    assert.equal(only?.number, 1);
    assert.equal(only.push, plan.push);
    assert.equal(rig.engine.started.length, 1);
  });

  test('a newer one overtakes where it is ready too, and not before', async () => {
    const older = await rig.begin();
    await rig.pass(older);
    const newer = await rig.begin();
    const staging = rig.at(older, 'staging');
    assert.equal(await overtaken(staging), false);
    await rig.pass(newer);
    assert.equal(await overtaken(staging), true);
    await failStage(rig.world, rig.at(newer, 'staging'), failure);
    assert.equal(await overtaken(staging), false, 'what has failed overtakes nobody');
  });

  test('one that has begun a stage is not overtaken there', async () => {
    const older = await rig.begin();
    await beginStage(rig.world, older, 'deploy');
    await rig.begin();
    assert.deepEqual(await rig.turn(older), { kind: 'go' });
  });

  test('one without an artifact is broken, and says so', async () => {
    const station = await rig.begin();
    await sql`update builds set state = 'built'`.execute(rig.db);
    const entry = await rig.turn(station);
    assert.ok(entry !== 'waits' && entry.kind === 'broken', JSON.stringify(entry));
  });

  test('the first ending counts, and its push has it too', async () => {
    const station = await rig.begin();
    await failStage(rig.world, station, failure);
    await endCandidate(rig.world, station.way, { state: 'released', reason: null, stage: null });
    const { state, reason, stages } = await shown(station);
    assert.deepEqual(
      [state, reason, stages[0]?.logTail],
      ['failed', 'integration: it broke', 'the log'],
    );
    const { rows } = await sql<{
      state: string;
    }>`select state from pushes where id = ${station.way.plan.push}`.execute(rig.db);
    assert.equal(rows[0]?.state, 'failed');
  });
});

describe('gates', () => {
  use('{ staging: { approval: "team:web" } }, { production: { approval: authors } }');

  const answer = ({ way }: Station, by: string, given: 'approve' | 'reject') =>
    answerGate(rig.world, { candidate: way.candidate, by, answer: given });

  test('nobody can answer before it asks, and nobody after it is decided', async () => {
    const station = await rig.begin();
    await assert.rejects(answer(station, 'ada', 'approve'), { code: 'gate/not-asking' });
    assert.equal(await rig.turn(station), 'waits');
    assert.match(
      (await shown(station)).reason ?? '',
      /^staging waits for approval by team web: signalbox approve shop 1$/,
    );
    await answer(station, 'ada', 'approve');
    await assert.rejects(answer(station, 'bob', 'reject'), { code: 'gate/not-asking' });
    assert.deepEqual(await rig.turn(station), { kind: 'go' });
  });

  test('authors whom a token is called like must all approve; others may only reject', async () => {
    await rig.addToken('ada@example.com');
    const station = await rig.begin('ADA@example.com');
    const production = rig.at(station, 'production');
    await rig.pass(station);
    assert.equal(await rig.turn(production), 'waits');
    assert.match((await shown(station)).reason ?? '', /approval by ada@example\.com: signalbox/);
    await assert.rejects(answer(station, 'bob', 'approve'), { code: 'gate/not-yours' });
    const { verdict } = await answer(station, 'Ada@Example.com', 'approve');
    assert.equal(verdict.kind, 'approved');
    assert.deepEqual(await rig.turn(production), { kind: 'go' });
    await rig.pass(production);
    await endCandidate(rig.world, station.way, { state: 'released', reason: null, stage: null });
  });

  test('only the authors since the last release are asked, and are none known, anybody is, which is said', async () => {
    const station = await rig.begin('carol@example.com');
    await rig.pass(station);
    const production = rig.at(station, 'production');
    assert.equal(await rig.turn(production), 'waits');
    const { gate } = (await shown(station)).stages[1] ?? {};
    assert.deepEqual([gate?.askedOf, gate?.unreachable], [null, ['carol@example.com']]);
    assert.match(
      (await shown(station)).reason ?? '',
      /nobody here is known to be carol@example\.com/,
    );
    await answer(station, 'bob', 'reject');
    const entry = await rig.turn(production);
    assert.deepEqual(entry, { kind: 'rejected', why: 'bob said no to production' });
  });
});

describe('by hand', () => {
  use('{ load: { optional: true } }, { staging: {} }');

  test('an optional stage is skipped until it has begun, another never', async () => {
    const station = await rig.begin();
    const { candidate } = station.way;
    const order = { candidate, by: 'ada', reason: 'the machine is away' };
    await assert.rejects(skipStage(rig.world, { ...order, stage: 'staging' }), {
      code: 'candidate/stage-not-optional',
    });
    await assert.rejects(skipStage(rig.world, { ...order, stage: 'stagin' }), {
      code: 'candidate/unknown-stage',
    });
    await skipStage(rig.world, { ...order, stage: 'load' });
    assert.deepEqual(await rig.turn(station), { kind: 'skip', why: 'by ada: the machine is away' });
    const next = await rig.begin();
    await beginStage(rig.world, next, 'deploy');
    await assert.rejects(
      skipStage(rig.world, { ...order, candidate: next.way.candidate, stage: 'load' }),
      {
        code: 'candidate/stage-begun',
      },
    );
  });

  test('it is stopped at any time, but not half way into its last stage, and not twice', async () => {
    const station = await rig.begin();
    const order = { candidate: station.way.candidate, by: 'ada', reason: 'wrong branch' };
    await stopCandidate(rig.world, order);
    const entry = await rig.turn(station);
    assert.deepEqual(entry, { kind: 'ended', why: 'stopped by ada: wrong branch' });
    await assert.rejects(stopCandidate(rig.world, order), { code: 'candidate/ended' });
    const next = await rig.begin();
    await rig.pass(next);
    await beginStage(rig.world, rig.at(next, 'staging'), 'deploy');
    await assert.rejects(stopCandidate(rig.world, { ...order, candidate: next.way.candidate }), {
      code: 'candidate/being-released',
    });
  });

  test('one that nobody sees to is seen to, one whose run broke ends and says so', async () => {
    const lost = await rig.begin();
    const broken = await rig.begin();
    rig.engine.started.length = 0;
    rig.engine.states.set(candidateRun(broken.way.candidate), 'failed');
    await mendCandidates(rig.world);
    assert.ok(rig.engine.started.some(({ id }) => id === candidateRun(lost.way.candidate)));
    const { state, reason } = await shown(broken);
    assert.deepEqual(
      [state, reason],
      ['failed', 'Signalbox itself failed while it saw to this candidate'],
    );
    assert.equal((await shown(lost)).state, 'running');
  });
});

test('a number that no candidate has is refused', async () => {
  const empty = await pipelineRig('');
  await assert.rejects(describeCandidate(empty.db, 'shop', 1), { code: 'candidate/unknown' });
  await empty.close();
});
