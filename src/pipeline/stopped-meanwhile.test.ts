import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { pipelineRig, type PipelineRig } from '../../test/support/pipeline-rig.ts';
import { inTransaction, sql } from '../db/pool.ts';
import { findEnvironment } from '../environments/find-environment.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { liftLane, lockLane } from '../rollout/lane-lock.ts';
import type { Flow } from '../workflow/workflow.ts';
import { awaitTurn } from './await-turn.ts';
import { candidateRun, type Station } from './candidate.ts';
import { mendCandidates } from './mend-candidates.ts';
import { promote } from './promote.ts';
import { beginStage } from './report-candidate.ts';
import { describeCandidate } from './show-candidates.ts';
import { stopCandidate } from './stop-candidate.ts';
import { candidates } from './tables.ts';

let rig: PipelineRig;

beforeEach(async () => {
  rig = await pipelineRig('{ staging: {} }');
});
afterEach(() => rig?.close());

const shown = ({ way }: Station) => describeCandidate(rig.db, 'shop', way.number);
const stop = ({ way }: Station) =>
  stopCandidate(rig.world, { candidate: way.candidate, by: 'ada', reason: 'wrong branch' });

test('a candidate that was stopped between its last look and its stage does not begin that', async () => {
  const station = await rig.begin();
  await stop(station);
  assert.equal(await beginStage(rig.world, station, 'deploy'), false);
  const { state, stages } = await shown(station);
  assert.deepEqual([state, stages[0]?.state], ['stopped', 'waiting']);
});

test('who stops it waits for a stage that is just beginning, and is told that it is too late', async () => {
  const station = await rig.begin();
  const { candidate } = station.way;
  let stopped: Promise<unknown> = Promise.resolve();
  let isOver = false;
  await inTransaction(rig.db, async (tx) => {
    await candidates.lock(tx, candidate);
    stopped = stop(station)
      .catch((error: unknown) => error)
      .finally(() => (isOver = true));
    await untilSomebodyWaits(() => isOver);
    await sql`update candidate_stages set state = 'running' where candidate_id = ${candidate}`.execute(
      tx,
    );
  });
  const refused = await stopped;
  assert.ok(refused instanceof SignalboxError);
  assert.equal(refused.code, 'candidate/being-released');
  assert.equal((await shown(station)).state, 'running');
});

/** In this database, for a row; or it is over, which should not be. */
async function untilSomebodyWaits(isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const { rows } = await sql`select from pg_locks l join pg_stat_activity a using (pid)
      where a.datname = current_database() and not l.granted`.execute(rig.db);
    if (rows.length > 0) return;
  }
}

const asItIs: Flow = {
  id: 'candidate-test',
  step: (_name, act) => act(),
  sleepUntil: () => Promise.reject(new Error('It sleeps.')),
  waitFor: () => Promise.reject(new Error('It waits.')),
};

test('a lane that opens while it is asked why not ends nobody: the candidate goes in', async () => {
  const { way } = await rig.begin();
  const asked = async () => ({
    environment: await findEnvironment(rig.db, 'shop/staging'),
    by: 'ada',
    reason: 'a feast',
  });
  const names: string[] = [];
  const flow: Flow = {
    ...asItIs,
    async step(name, act) {
      if (name === 'begin the deploy to staging' && !names.includes(name))
        await lockLane(rig.world, await asked());
      if (name === 'see why not into staging') await liftLane(rig.world, await asked());
      names.push(name);
      if (name.startsWith('unpack')) throw new Error('It has begun.');
      return act();
    },
  };
  await assert.rejects(promote(flow, rig.world, { candidate: way.candidate }), /It has begun/);
  assert.ok(names.includes('see why not into staging'));
  const { state, stages } = await describeCandidate(rig.db, 'shop', way.number);
  assert.deepEqual([state, stages[0]?.state], ['running', 'running']);
});

test('who waits for long looks more and more seldom, and at least every ten minutes', async (t) => {
  const gated = await pipelineRig('{ staging: { approval: person } }');
  t.after(() => gated.close());
  const station = await gated.begin();
  const pausesMs: number[] = [];
  const flow: Flow = {
    ...asItIs,
    async waitFor(_topic, { until }) {
      if (pausesMs.push(until.getTime() - Date.now()) === 7) throw new Error('Enough.');
      return 'timed-out';
    },
  };
  await assert.rejects(awaitTurn(flow, gated.world, station), /Enough/);
  // Rounded up: some of each pause is over when we hear of it.
  const seconds = pausesMs.map((ms) => Math.ceil(ms / 30_000) * 30);
  assert.deepEqual(seconds, [30, 60, 120, 240, 480, 600, 600]);
});

test('a candidate that cannot be mended keeps no other from it', async () => {
  const [sick, lost] = [await rig.begin(), await rig.begin()];
  rig.engine.started.length = 0;
  const sickRun = candidateRun(sick.way.candidate);
  const state = async (run: string) => {
    if (run === sickRun) throw new Error('the row is broken');
    return rig.engine.state(run);
  };
  const mended = await mendCandidates({ ...rig.world, engine: { ...rig.engine, state } });
  assert.deepEqual(mended, ['candidate 2 of shop: nobody saw to it']);
  assert.ok(rig.engine.started.some(({ id }) => id === candidateRun(lost.way.candidate)));
  assert.ok(
    rig.lines.includes('candidates: candidate 1 of shop could not be mended: the row is broken'),
  );
});
