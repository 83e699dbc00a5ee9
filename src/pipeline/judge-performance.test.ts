import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from '../db/pool.ts';
import { performanceVerdicts, testEvidence } from './evidence-tables.ts';
import { evidenceRig, type EvidenceRig } from './evidence-rig.test-data.ts';
import { judgePerformance } from './judge-performance.ts';
import { candidates } from './tables.ts';

let it: EvidenceRig;
before(async () => {
  it = await evidenceRig();
});
after(() => it?.close());

const took = (ms: number, requests = 1000) => ({
  requests,
  bad: 0,
  seconds: 10,
  buckets: [
    [ms * 500, requests / 2],
    [ms * 1000, requests / 2],
  ],
  ticks: [],
  missing: [],
});

const judge = (candidate: string) =>
  judgePerformance(it.rig.world, { candidate, stage: 'performance' }, 'load');

test('a load result is judged against released candidates alone, and the verdict is kept', async () => {
  const first = await it.candidate({ number: 1, state: 'released', load: took(10) });
  const only = await judge(first);
  assert.deepEqual([only?.verdict, only?.against], ['nothing to compare', null]);
  assert.match(only?.words ?? '', /no released candidate has a result of this test/);

  await it.candidate({ number: 2, state: 'failed', load: took(90) });
  const slow = await it.candidate({ number: 3, state: 'running', load: took(40) });
  const worse = await judge(slow);
  assert.deepEqual([worse?.verdict, worse?.against], ['worse', first]);
  assert.match(
    worse?.words ?? '',
    /^worse than candidate 1 \(1000000\): 1,000 of 1,000 requests took longer than 10 ms, .* nobody knows yet how much runs/,
  );
  const alike = await it.candidate({ number: 4, state: 'running', load: took(10) });
  assert.equal((await judge(alike))?.verdict, 'no worse');
  await judge(alike);
  const kept = await performanceVerdicts.of(it.rig.world.db, alike);
  assert.deepEqual(
    kept.map(({ stage, test: name, verdict }) => [stage, name, verdict]),
    [['performance', 'load', 'no worse']],
  );
});

test('what one of the last three releases was as slow as is not worse, and what only an older one was is', async () => {
  for (const [number, ms] of [
    [11, 40],
    [12, 10],
    [13, 11],
  ] as const)
    await it.candidate({ number, state: 'released', load: took(ms) });
  const candidate = await it.candidate({ number: 14, state: 'running', load: took(40) });
  const asSlow = await judge(candidate);
  assert.deepEqual([asSlow?.verdict, asSlow?.against], ['no worse', 'candidate11']);
  assert.match(asSlow?.words ?? '', /^no worse than candidate 11 /);
  await it.candidate({ number: 15, state: 'released', load: took(10) });
  const worse = await judge(candidate);
  assert.deepEqual([worse?.verdict, worse?.against], ['worse', 'candidate15']);
});

test('no load result is no verdict, and one without requests or with impossible ones passes nothing off as good', async () => {
  const without = await it.candidate({ number: 5, state: 'running' });
  assert.equal(await judge(without), null);
  const idle = await it.candidate({ number: 6, state: 'running', load: took(10, 0) });
  const quiet = await judge(idle);
  assert.deepEqual(
    [quiet?.verdict, quiet?.words],
    ['nothing to compare', 'nothing to compare: it made no requests'],
  );
  const odd = await it.candidate({ number: 7, state: 'running', load: took(10, 4e9) });
  assert.match(
    (await judge(odd))?.words ?? '',
    /^nothing to compare: its numbers cannot be judged/,
  );
});

test('a release that was rolled back is nothing to be compared with, nor what production is at', async () => {
  const { db } = it.rig.world;
  const { appId } = it.environment;
  const before = (await candidates.lastReleased(db, appId))?.id;
  const bad = await it.candidate({ number: 20, state: 'released', load: took(90) });
  const next = await it.candidate({ number: 21, state: 'running', load: took(10) });
  await sql`insert into candidate_stages (candidate_id, ordinal, name, environment, approval, optional, state, deploy_id)
    values (${bad}, 1, 'production', 'shared', 'none', false, 'passed', ${it.deploy})`.execute(db);
  const counts = async (): Promise<boolean> => {
    const of = { candidate: next, stage: 'performance' };
    const loads = await testEvidence.releasedLoads(db, of, 'load', 100);
    const last = (await candidates.lastReleased(db, appId))?.id;
    const isCompared = loads.some(({ candidate }) => candidate === bad);
    assert.equal(last, isCompared ? bad : before);
    return isCompared;
  };
  assert.equal(await counts(), true);
  await sql`update deploys set state = 'rolled-back' where id = ${it.deploy}`.execute(db);
  assert.equal(await counts(), false);
  await sql`update deploys set state = 'replaced' where id = ${it.deploy}`.execute(db);
  assert.equal(await counts(), true);
  // What has to be started again only replaces it, in the end.
  await sql`insert into rollbacks (id, environment_id, from_deploy, to_deploy, kind, reason, by)
    values ('r', ${it.environment.id}, ${it.deploy}, ${it.deploy}, 'starting again', 'slow', 'ada')`.execute(
    db,
  );
  assert.equal(await counts(), false);
  await sql`update deploys set state = 'live' where id = ${it.deploy}`.execute(db);
  assert.equal(await counts(), true);
});
