import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  jobIn,
  killedController,
  processesRunning,
  processesSaying,
  runtimeRig,
  serviceIn,
  type RuntimeRig,
} from '../../../../test/support/runtime-rig.ts';
import { runtimeContract } from '../../runtime.contract.ts';
import { passFence } from './fences.ts';
import { launch } from './launch.ts';
import { prepareMachine } from './machine.ts';
import { isAlive, parseIdentity } from './process-identity.ts';
import { ensureRecord } from './workload.ts';

runtimeContract('the process runtime', runtimeRig);

/** A command line that no other test of this machine has. */
const sleeper = (seconds: number): string => `sleep ${seconds}.${process.pid}`;

describe('processes', () => {
  let rig: RuntimeRig;
  beforeEach(async () => {
    rig = await runtimeRig();
  });
  afterEach(() => rig.close());

  const claimFile = (id: string): string => join(rig.directory, 'workloads', id, 'claim.1');
  const launcherOf = (id: string): number =>
    Number(readFileSync(claimFile(id), 'utf8').split(' ')[0]);
  async function untilLauncherIsGone(id: string): Promise<void> {
    const launcher = parseIdentity(readFileSync(claimFile(id), 'utf8'));
    assert.ok(launcher);
    while (isAlive(launcher)) await pause(5);
  }

  test('what a killed controller started runs on, and the next one stops it', async () => {
    await rig.workspace('files');
    const service = serviceIn('files', { id: 'web', run: 'sleep 1000' });
    const job = jobIn('files', {
      id: 'job',
      run: 'while [ ! -e go ]; do sleep 0.01; done; echo done',
    });
    await killedController(
      rig.directory,
      `await runtime.ensureInstance(${JSON.stringify(service)});
       await runtime.ensureJob(${JSON.stringify(job)});`,
    );
    const web = await rig.runtime.instance('web');
    assert.equal(web?.state, 'running');
    assert.equal((await rig.runtime.ensureInstance(service)).pid, web.pid);
    const result = rig.runtime.finishedJob('job');
    await writeFile(join(rig.directory, 'workspaces/files/files/go'), '');
    assert.equal((await result).outcome, 'succeeded');
    // Its launcher has written down the job's end and may be about to end itself.
    await untilLauncherIsGone('job');
    await rig.runtime.stopInstance('web');
    assert.deepEqual(await processesSaying(rig.directory), []);
  });

  test('nothing outlives stopping: not what has a session of its own, nor a child of nobody', async () => {
    await rig.workspace('files');
    const [one, two, three] = [sleeper(91_001), sleeper(91_002), sleeper(91_003)];
    const run = `(setsid ${one} &); setsid sh -c '${two} & wait' & ${three}`;
    await rig.runtime.ensureInstance(serviceIn('files', { id: 'web', run }));
    await rig.runtime.ensureJob(jobIn('files', { id: 'job', run }));
    const left = async () => (await processesRunning(one, two, three)).length;
    while ((await left()) < 6) await pause(10);
    await rig.runtime.stopInstance('web');
    assert.equal(await left(), 3);
    process.kill(launcherOf('job'), 'SIGKILL');
    await rig.runtime.stopJob('job');
    assert.equal(await left(), 0);
  });

  test('a process that hides is found where control groups tell', async (t) => {
    if (!(await rig.runtime.limits()).memory) return t.skip('this needs root and control groups');
    await rig.workspace('files');
    const hidden = sleeper(92_001);
    const run = `env -i setsid sh -c '(${hidden} &)'; sleep 1000`;
    await rig.runtime.ensureInstance(serviceIn('files', { id: 'web', run }));
    const left = () => processesRunning(hidden);
    while ((await left()).length === 0) await pause(10);
    await rig.runtime.stopInstance('web');
    assert.deepEqual(await left(), []);
  });

  test('who ignores SIGTERM is killed when its time is over', async () => {
    await rig.workspace('files');
    const run = `trap '' TERM; echo ready; while :; do sleep 0.1; done`;
    const service = serviceIn('files', { id: 'web', run, stopMs: 100 });
    await rig.runtime.ensureInstance(service);
    while ((await rig.runtime.logTail('web', 1)) === '') await pause(5);
    await rig.runtime.stopInstance('web');
    assert.deepEqual(await processesSaying(rig.directory), []);
  });

  test('a time limit ends all descendants, also with no controller', async () => {
    await rig.workspace('files');
    const run = `setsid ${sleeper(93_001)} & sleep 1000`;
    const job = jobIn('files', { id: 'job', run, timeoutMs: 300 });
    await killedController(rig.directory, `await runtime.ensureJob(${JSON.stringify(job)});`);
    assert.equal((await rig.runtime.finishedJob('job')).outcome, 'timed-out');
    assert.deepEqual(await processesRunning(sleeper(93_001)), []);
  });

  test('what a job leaves running ends with it', async () => {
    await rig.workspace('files');
    const run = `setsid ${sleeper(94_001)} & exit 0`;
    await rig.runtime.ensureJob(jobIn('files', { id: 'job', run }));
    assert.equal((await rig.runtime.finishedJob('job')).outcome, 'succeeded');
    assert.deepEqual(await processesRunning(sleeper(94_001)), []);
  });

  test('a job whose launcher was killed is lost, once and for all', async () => {
    await rig.workspace('files');
    await rig.runtime.ensureJob(jobIn('files', { id: 'job', run: sleeper(95_001) }));
    process.kill(launcherOf('job'), 'SIGKILL');
    assert.equal((await rig.runtime.finishedJob('job')).outcome, 'lost');
    assert.deepEqual(await processesRunning(sleeper(95_001)), []);
    await rig.runtime.ensureJob(jobIn('files', { id: 'job', run: 'true' }));
    assert.equal((await (await rig.another()).finishedJob('job')).outcome, 'lost');
  });

  test('an instance whose launcher was killed is started again, and not twice', async () => {
    await rig.workspace('files');
    const service = serviceIn('files', { id: 'web', run: sleeper(96_001) });
    await rig.runtime.ensureInstance(service);
    process.kill(launcherOf('web'), 'SIGKILL');
    while ((await rig.runtime.instance('web'))?.state !== 'stopped') await pause(5);
    const other = await rig.another();
    const all = await Promise.all([
      rig.runtime.ensureInstance(service),
      other.ensureInstance(service),
    ]);
    assert.equal(all[0].pid, all[1].pid);
    const mine = () => processesRunning(sleeper(96_001));
    while ((await mine()).length === 0) await pause(5);
    assert.equal((await mine()).length, 1);
  });

  test('a pid that belongs to somebody else by now means nothing', async () => {
    await rig.workspace('files');
    const service = serviceIn('files', { id: 'web', run: 'sleep 1000' });
    await rig.runtime.ensureInstance(service);
    process.kill(launcherOf('web'), 'SIGKILL');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    for (const stale of [`${process.pid} 1 ${boot}`, `${process.pid} 1 another-boot`]) {
      await writeFile(claimFile('web'), stale);
      assert.equal((await rig.runtime.instance('web'))?.state, 'stopped');
    }
    assert.equal((await rig.runtime.ensureInstance(service)).state, 'running');
    await rig.runtime.stopInstance('web');
  });

  test('a launcher of a controller that was overtaken starts nothing', async () => {
    await rig.workspace('files');
    const machine = await prepareMachine({ directory: rig.directory });
    const spec = serviceIn('files', { id: 'web', run: 'echo ran' });
    const asked = { kind: 'service' as const, spec, listens: false, stopMs: 0, collect: new Map() };
    const record = await ensureRecord(machine, asked);
    await passFence(machine.place.fences, { scope: 'environment-1', epoch: 2 });
    const fence = { scope: 'environment-1', epoch: 1 };
    const late = launch(machine, {
      record,
      spec,
      generation: 1,
      fence,
      restarts: 0,
      timeoutMs: null,
    });
    await assert.rejects(late, { code: 'runtime/fenced' });
    assert.equal((await rig.runtime.instance('web'))?.state, 'stopped');
    assert.equal(await rig.runtime.logTail('web', 1), '');
  });

  test('nothing is left on disk', async () => {
    await rig.workspace('files', { 'a/b': 'text' });
    await rig.runtime.ensureInstance(
      serviceIn('files', { id: 'web', run: 'sleep 1', listens: true }),
    );
    await rig.runtime.ensureJob(jobIn('files', { id: 'job', run: 'echo x >file; mkdir -m 0 d' }));
    await rig.runtime.finishedJob('job');
    await rig.runtime.stopInstance('web');
    for (const id of ['web', 'job']) await rig.runtime.forget(id);
    await rig.runtime.removeWorkspace('files');
    await rig.runtime.tend();
    for (const place of ['workloads', 'workspaces', 'isolations', 'ports', 'making', 'trash']) {
      assert.deepEqual(await readdir(join(rig.directory, place)), [], place);
    }
  });

  test('a controller may be killed at any instant: the next one makes it whole, and nothing is done twice', async () => {
    const archive = await rig.archive({ 'a/b': 'text' });
    const nextIn = async (round: number): Promise<void> => {
      const workspace = {
        id: `w${round}`,
        owner: 'o',
        isolation: `i${round}`,
        archives: [archive],
      };
      const placed = { owner: 'o', isolation: workspace.isolation, workspace: workspace.id };
      const job = {
        ...jobIn('', { id: `job${round}`, run: 'echo ran >>a/runs; sleep 0.05' }),
        ...placed,
      };
      const web = {
        ...serviceIn('', { id: `web${round}`, run: sleeper(99_001), listens: true }),
        ...placed,
      };
      const script = `
        console.log('ready');
        await runtime.ensureWorkspace(${JSON.stringify(workspace)});
        await runtime.ensureJob(${JSON.stringify(job)});
        await runtime.ensureInstance(${JSON.stringify(web)});
        await runtime.finishedJob('${job.id}');
        await runtime.stopInstance('${web.id}');`;
      await killedController(rig.directory, script, Math.random() * 120);
      await rig.runtime.ensureWorkspace(workspace);
      await rig.runtime.ensureJob(job);
      await Promise.all([rig.runtime.ensureInstance(web), rig.runtime.ensureInstance(web)]);
      assert.equal((await rig.runtime.finishedJob(job.id)).outcome, 'succeeded');
      const runs = join(rig.directory, 'workspaces', workspace.id, 'files/a/runs');
      assert.equal(readFileSync(runs, 'utf8'), 'ran\n');
      assert.equal((await rig.runtime.instance(web.id))?.state, 'running');
      await rig.runtime.stopInstance(web.id);
      assert.deepEqual(await processesRunning(sleeper(99_001)), []);
      for (const id of [job.id, web.id]) await rig.runtime.forget(id);
      await rig.runtime.removeWorkspace(workspace.id);
    };
    for (let round = 1; round <= 6; round++) await nextIn(round);
    await rig.runtime.tend();
    for (const place of ['workloads', 'workspaces', 'making', 'trash']) {
      assert.deepEqual(await readdir(join(rig.directory, place)), [], place);
    }
  });

  test('what a killed controller left half made is swept away', async () => {
    await promisify(execFile)('mkdir', [join(rig.directory, 'making', '1_2_3_aa')]);
    await promisify(execFile)('mkdir', ['-p', join(rig.directory, 'trash', 'bb', 'cc')]);
    await rig.runtime.tend();
    assert.deepEqual(await readdir(join(rig.directory, 'making')), []);
    assert.deepEqual(await readdir(join(rig.directory, 'trash')), []);
  });
});
