import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { jobIn, type RuntimeRig, runtimeRig } from '../../../test/support/runtime-rig.ts';
import { collectReports } from './collect-reports.ts';

let rig: RuntimeRig;
before(async () => {
  rig = await runtimeRig();
});
after(() => rig.close());

const oneBad = '<testsuite><testcase name="b"><failure message="no"/></testcase></testsuite>';

async function ended(workspace: string, run: string, id = `${workspace}-tests`) {
  const job = jobIn(workspace, { id, run });
  await rig.runtime.ensureJob(job);
  const { outcome, startedAt } = await rig.runtime.finishedJob(id);
  return { ...job, startedAt, outcome };
}

test('what a failed job has left is read, wherever it lies, and nothing else', async () => {
  await rig.workspace('one', { 'fixtures/junit.xml': oneBad });
  const job = await ended(
    'one',
    `mkdir -p "a b/-x/reports" node_modules/y && touch -d 2001-01-01 fixtures/junit.xml
     echo '${oneBad}' | tee "a b/-x/reports/it's \\$(touch ran).xml" >node_modules/y/junit.xml
     echo '{"requests":2,"bad":0}' >load-result.json; ln -s load-result.json junit.xml
     printf 'ok 1' >bad.tap; exit 1`,
  );
  assert.equal(job.outcome, 'failed');
  const { tests, load, problems } = await collectReports(rig.runtime, job);
  assert.deepEqual(
    tests.failures.map(({ name }) => name),
    ['b', 'the plan'],
  );
  assert.deepEqual([load?.requests, problems], [2, []]);
  const top = await readdir(`${rig.directory}/workspaces/one/files`);
  assert.ok(!top.includes('ran'));
});

test('it can be repeated, and leaves no job behind', async () => {
  await rig.workspace('two');
  const job = await ended(
    'two',
    'mkdir reports; printf "<testsuite><testcase/></testsuite>" >reports/a.xml',
  );
  const once = await collectReports(rig.runtime, job);
  assert.equal(once.tests.passed, 1);
  assert.deepEqual(await collectReports(rig.runtime, job), once);
  const ids = (await rig.runtime.holdings()).map(({ id }) => id);
  assert.ok(!ids.includes('two-tests-reports'));
});

test('TAP that a job only said counts', async () => {
  await rig.workspace('three');
  const job = await ended('three', 'echo TAP version 13; echo not ok 1 - said; echo 1..1; exit 1');
  const { tests } = await collectReports(rig.runtime, job);
  assert.deepEqual([tests.total, tests.failures[0]?.name], [1, 'said']);
});

test('a job that leads its folder elsewhere gets nothing from there', async () => {
  await rig.workspace('four');
  const job = await ended(
    'four',
    'ln -s /etc .signalbox-reports; mkdir reports; printf "<testsuite><testcase/></testsuite>" >reports/a.xml',
  );
  const { tests, problems } = await collectReports(rig.runtime, job);
  assert.equal(tests.total, 0);
  assert.deepEqual(problems, ['The reports of the job could not be gathered.']);
});
