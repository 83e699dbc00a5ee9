import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { jobIn, runtimeRig, type RuntimeRig } from '../../test/support/runtime-rig.ts';
import { sql } from '../db/pool.ts';
import { setSecret } from '../environments/secret.ts';
import { evidenceRig, type EvidenceRig } from './evidence-rig.test-data.ts';
import { countsInWords, failuresInWords, noteReports } from './note-reports.ts';

let it: EvidenceRig;
let machine: RuntimeRig;
before(async () => {
  it = await evidenceRig();
  machine = await runtimeRig();
});
after(async () => {
  await machine?.close();
  await it?.close();
});

const junit = `<testsuite name="cart"><testcase name="adds"/><testcase name="pays tell-nobody-2"><failure message="no"/></testcase>
<testcase name="later"><skipped/></testcase></testsuite>`;

test('what a failed test has left is in its row, without secrets, and the names of what failed are in words', async () => {
  const { world } = it.rig;
  const candidate = await it.candidate({ number: 1, state: 'running' });
  const secret = { appId: it.environment.appId, scope: 'production', name: 'PAY_KEY' };
  await setSecret(world.db, world.key, { ...secret, value: 'tell-nobody-2', by: 'ada' });
  await machine.workspace('w');
  const job = jobIn('w', {
    id: 'w-test',
    run: `mkdir reports; echo '${junit}' >reports/junit.xml; echo '{"requests":9,"bad":1}' >load-result.json; exit 1`,
  });
  await machine.runtime.ensureJob(job);
  const { startedAt } = await machine.runtime.finishedJob(job.id);
  const ended = { ...job, startedAt, name: 'load', environment: it.environment };
  const at = { candidate, stage: 'performance' };
  const note = () => noteReports({ ...world, runtime: machine.runtime }, at, ended);
  const { tests, problems } = await note();
  assert.deepEqual(problems, []);
  assert.equal(countsInWords(tests), ', 1 of 3 tests failed, 1 skipped');
  assert.equal(failuresInWords(tests), ': "cart: pays [PAY_KEY]"');
  await note();
  const { rows } = await sql<{ load: { requests: number } }>`
    select total, passed, failed, skipped, failures, load from candidate_tests`.execute(world.db);
  const { load, ...counts } = rows[0] ?? {};
  assert.equal(load?.requests, 9);
  const failures = [{ name: 'pays [PAY_KEY]', suite: 'cart', message: 'no' }];
  assert.deepEqual(counts, { total: 3, passed: 1, failed: 1, skipped: 1, failures });
});

test('a test without reports has no counts, and that is said of none', async () => {
  const candidate = await it.candidate({ number: 2, state: 'running' });
  await machine.workspace('v');
  const job = jobIn('v', { id: 'v-test', run: 'echo fine' });
  await machine.runtime.ensureJob(job);
  const { startedAt } = await machine.runtime.finishedJob(job.id);
  const { tests, load } = await noteReports(
    { ...it.rig.world, runtime: machine.runtime },
    { candidate, stage: 'performance' },
    { ...job, startedAt, name: 'load', environment: it.environment },
  );
  assert.deepEqual([countsInWords(tests), failuresInWords(tests), load], ['', '', null]);
  const { rows } = await sql<{ total: null }>`
    select total from candidate_tests where candidate_id = ${candidate}`.execute(it.rig.world.db);
  assert.deepEqual(rows, [{ total: null }]);
});

test('many failures are named in part', () => {
  const failures = Array.from({ length: 7 }, (_, at) => ({
    name: `t${at}`,
    suite: '',
    message: '',
  }));
  const counts = { total: 40, passed: 10, failed: 30, skipped: 0, durationMs: 1, failures };
  assert.equal(failuresInWords(counts), ': "t0", "t1", "t2", "t3", "t4" and 25 more');
});
