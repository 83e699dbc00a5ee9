import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { JobSpec } from '../kernel/job.ts';
import type { InstanceSpec, Runtime, TerminalSpec } from './runtime.ts';

/** A driver with nothing in it. Its commands are lines of `echo WORD`, `sleep SECONDS` and `exit CODE`, joined by `; `. */
export interface RuntimeUnderTest {
  runtime: Runtime;
  /** What another controller has in its hands: the same workloads. */
  another(): Promise<Runtime>;
  close(): Promise<void>;
}

const owner = 'environment:one';
const place = { owner, isolation: 'one', workspace: 'files' };

const jobOf = (id: string, run: string, timeoutMs = 60_000): JobSpec => ({
  ...place,
  id,
  run,
  variables: {},
  timeoutMs,
});

const serviceOf = (id: string, run: string): InstanceSpec => ({
  ...place,
  id,
  run,
  variables: {},
  listens: true,
  stopMs: 5000,
});

/** What the port promises, for every driver and the fake. */
export function runtimeContract(name: string, open: () => Promise<RuntimeUnderTest>): void {
  describe(name, () => {
    let it: RuntimeUnderTest;
    let runtime: Runtime;
    beforeEach(async () => {
      it = await open();
      ({ runtime } = it);
      await runtime.ensureWorkspace({ id: 'files', owner, isolation: 'one', archives: [] });
    });
    afterEach(() => it.close());

    const runJob = async (spec: JobSpec) => {
      await runtime.ensureJob(spec);
      return runtime.finishedJob(spec.id);
    };

    const eventually = async (holds: () => Promise<boolean>): Promise<void> => {
      while (!(await holds())) await pause(10);
    };

    test('a job ends with its exit code, and its output is kept', async () => {
      const { startedAt, endedAt, ...good } = await runJob(jobOf('good', 'echo one; echo two'));
      assert.deepEqual(good, { outcome: 'succeeded', exitCode: 0, archives: {} });
      assert.ok(endedAt.getTime() >= startedAt.getTime());
      assert.equal(await runtime.logTail('good', 10), 'one\ntwo\n');
      assert.equal(await runtime.logTail('good', 1), 'two\n');
      const bad = await runJob(jobOf('bad', 'exit 7'));
      assert.deepEqual([bad.outcome, bad.exitCode], ['failed', 7]);
    });

    test('a job runs once, whoever asks for it and however often', async () => {
      const other = await it.another();
      const job = jobOf('once', 'echo ran');
      await Promise.all([runtime, other, runtime, other].map((one) => one.ensureJob(job)));
      assert.equal((await other.finishedJob('once')).outcome, 'succeeded');
      await other.ensureJob(job);
      assert.equal((await runtime.finishedJob('once')).outcome, 'succeeded');
      assert.equal(await runtime.logTail('once', 10), 'ran\n');
    });

    test('a job that takes too long is ended', async () => {
      const { outcome } = await runJob(jobOf('slow', 'sleep 100', 50));
      assert.equal(outcome, 'timed-out');
    });

    test('a stopped job counts as stopped; one that has ended keeps its result', async () => {
      await runtime.ensureJob(jobOf('long', 'sleep 100'));
      const waiting = runtime.finishedJob('long');
      await runtime.stopJob('long');
      await runtime.stopJob('long');
      assert.equal((await waiting).outcome, 'stopped');
      await runJob(jobOf('short', 'exit 0'));
      await runtime.stopJob('short');
      assert.equal((await runtime.finishedJob('short')).outcome, 'succeeded');
      await runtime.stopJob('never-was');
    });

    test('abort ends the waiting and not the job', async () => {
      await runtime.ensureJob(jobOf('awaited', 'sleep 100'));
      const leaving = new AbortController();
      const waiting = runtime.finishedJob('awaited', leaving.signal);
      leaving.abort();
      await assert.rejects(waiting, { name: 'AbortError' });
      assert.equal((await running()).includes('awaited'), true);
    });

    const running = async (): Promise<string[]> =>
      (await runtime.holdings()).filter(({ running }) => running).map(({ id }) => id);

    test('an instance is started once, and its address stays', async () => {
      const other = await it.another();
      const spec = serviceOf('web', 'sleep 100');
      const all = await Promise.all(
        [runtime, other, runtime, other].map((one) => one.ensureInstance(spec)),
      );
      const [first] = all;
      assert.equal(new Set(all.map(({ pid }) => pid)).size, 1);
      assert.equal(first?.state, 'running');
      assert.ok(first.address);
      await runtime.stopInstance('web');
      await runtime.stopInstance('web');
      const stopped = await other.instance('web');
      assert.deepEqual([stopped?.state, stopped?.pid], ['stopped', null]);
      const again = await other.ensureInstance(spec);
      assert.equal(again.state, 'running');
      assert.notEqual(again.pid, first.pid);
      assert.deepEqual(again.address, first.address);
    });

    test('instances at the same time have different addresses', async () => {
      const ids = Array.from({ length: 20 }, (_, index) => `web-${index}`);
      const all = await Promise.all(
        ids.map((id) => runtime.ensureInstance(serviceOf(id, 'sleep 100'))),
      );
      assert.equal(new Set(all.map(({ address }) => address?.port)).size, 20);
      await Promise.all(ids.map((id) => runtime.stopInstance(id)));
      assert.deepEqual(await running(), []);
    });

    test('an instance that ends is started again, and says how it ended', async () => {
      await runtime.ensureInstance(serviceOf('web', 'exit 3'));
      await eventually(async () => ((await runtime.instance('web'))?.restarts ?? 0) >= 2);
      assert.equal((await runtime.instance('web'))?.lastExitCode, 3);
    });

    test('there is no instance that never was', async () => {
      assert.equal(await runtime.instance('web'), null);
      await runtime.stopInstance('web');
      await assert.rejects(runtime.finishedJob('web'), { code: 'runtime/unknown-workload' });
    });

    test('lower epochs are refused for good, by every controller', async () => {
      const other = await it.another();
      const fenced = { code: 'runtime/fenced' };
      const [old, now] = [
        { scope: 'environment-1', epoch: 9 },
        { scope: 'environment-1', epoch: 10 },
      ];
      await runtime.ensureInstance(serviceOf('web', 'sleep 100'), old);
      await other.ensureInstance(serviceOf('web', 'sleep 100'), now);
      await assert.rejects(runtime.ensureInstance(serviceOf('new', 'sleep 100'), old), fenced);
      await assert.rejects(runtime.stopInstance('web', old), fenced);
      await assert.rejects(runtime.ensureJob(jobOf('job', 'exit 0'), old), fenced);
      const workspace = { id: 'more', owner, isolation: 'one', archives: [] };
      await assert.rejects(runtime.ensureWorkspace(workspace, old), fenced);
      assert.equal(await runtime.instance('new'), null);
      assert.equal((await runtime.instance('web'))?.state, 'running');
      await runtime.stopInstance('web', now);
      await runtime.ensureWorkspace(workspace, { scope: 'environment-2', epoch: 1 });
    });

    test('what runs is not forgotten; of what is forgotten nothing is left', async () => {
      await runtime.ensureInstance(serviceOf('web', 'sleep 100'));
      await assert.rejects(runtime.forget('web'), { code: 'runtime/still-running' });
      const held = (await runtime.holdings()).map(
        ({ kind, id, owner }) => `${kind} ${id} ${owner}`,
      );
      assert.deepEqual(held.sort(), [`service web ${owner}`, `workspace files ${owner}`]);
      await runtime.stopInstance('web');
      await runtime.forget('web');
      await runtime.forget('web');
      await runtime.removeWorkspace('files');
      await runtime.removeWorkspace('files');
      assert.deepEqual(await runtime.holdings(), []);
      assert.equal(await runtime.instance('web'), null);
    });

    test('nothing runs without its workspace', async () => {
      await runtime.removeWorkspace('files');
      const missing = { code: 'runtime/no-workspace' };
      await assert.rejects(runtime.ensureJob(jobOf('job', 'exit 0')), missing);
      await assert.rejects(runtime.ensureInstance(serviceOf('web', 'exit 0')), missing);
    });

    test('a log is read piece by piece, and says when nothing will follow', async () => {
      await runtime.ensureJob(jobOf('job', 'echo one; sleep 0.2; echo two'));
      let text = '';
      for (let next = 0, ended = false; !ended;) {
        const piece = await runtime.readLog('job', next);
        text += piece.bytes.toString('utf8');
        ({ next, ended } = piece);
        if (!ended) await pause(5);
      }
      assert.equal(text, 'one\ntwo\n');
      const end = await runtime.readLog('job', -4);
      assert.deepEqual([end.bytes.toString('utf8'), end.next, end.ended], ['two\n', 8, true]);
      await assert.rejects(runtime.readLog('nobody', 0), { code: 'runtime/unknown-workload' });
    });

    test('a command with pipes says what it says and ends as it ends', async () => {
      const spec: TerminalSpec = {
        ...place,
        id: 'talk',
        run: 'echo hello; exit 4',
        variables: {},
        terminal: false,
        columns: 80,
        rows: 24,
      };
      const terminal = await runtime.openTerminal(spec);
      const said = (await Array.fromAsync(terminal.output)).map(String).join('');
      assert.deepEqual([said, await terminal.exitCode], ['hello\n', 4]);
      const left = await runtime.openTerminal({ ...spec, run: 'sleep 100' });
      await left.close();
      assert.notEqual(await left.exitCode, 0);
    });

    test('ids that could be anything but a name are refused', async () => {
      const refused = { code: 'runtime/bad-name' };
      for (const id of ['', '.', '..', '../x', 'a/b', '-rf', 'A', 'a b', 'a\n', 'x'.repeat(81)]) {
        await assert.rejects(runtime.ensureJob(jobOf(id, 'exit 0')), refused);
        await assert.rejects(runtime.removeWorkspace(id), refused);
        await assert.rejects(runtime.instance(id), refused);
        await assert.rejects(runtime.forget(id), refused);
      }
    });

    test('housekeeping changes nothing that anybody sees', async () => {
      await runJob(jobOf('job', 'echo kept'));
      const web = await runtime.ensureInstance(serviceOf('web', 'sleep 100'));
      await runtime.tend();
      await runtime.tend();
      assert.equal(await runtime.logTail('job', 1), 'kept\n');
      assert.equal((await runtime.instance('web'))?.pid, web.pid);
    });
  });
}
