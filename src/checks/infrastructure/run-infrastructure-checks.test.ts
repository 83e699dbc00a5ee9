import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import {
  jobIn,
  runtimeRig,
  serviceIn,
  type RuntimeRig,
} from '../../../test/support/runtime-rig.ts';
import type { Jobs } from '../../kernel/job.ts';
import type { InfrastructureOrder, InfrastructureResult } from './infrastructure-check.ts';
import { noJobs } from './no-jobs.test-data.ts';
import { runInfrastructureChecks } from './run-infrastructure-checks.ts';

describe('inside an environment', () => {
  let rig: RuntimeRig;
  beforeEach(async () => {
    rig = await runtimeRig();
    await rig.workspace('mine', { 'tmp/cache/x': 'text', 'ro/x': 'text' });
  });
  afterEach(() => rig.close());

  const ordered = (file: string, order: Partial<InfrastructureOrder> = {}) => ({
    file,
    path: 'infra.yaml',
    run: 'infra-1',
    owner: 'environment:mine',
    isolation: 'mine',
    workspace: 'mine',
    variables: {},
    secret: {},
    ...order,
  });

  const results = (file: string, order: Partial<InfrastructureOrder> = {}) =>
    runInfrastructureChecks({ jobs: rig.runtime }, ordered(file, order));

  const told = (all: readonly InfrastructureResult[]): string[] =>
    all.map(
      ({ name, kind, passed, found }) =>
        `${kind} ${name} ${passed ? 'passed' : 'failed'}: ${found}`,
    );

  test('a command passes by its exit code and by what it prints', async () => {
    const file = String.raw`
commands:
  fine: "true"
  bad: echo it is broken >&2; exit 3
  expected: { run: exit 3, exit: 3 }
  prints: { run: 'echo "$GREETING, you"', prints: [hello, you] }
  silent: { run: "true", prints: hello }
  slow: { run: echo begun; exec sleep 100, timeout: 1s }
  killed: { run: kill -KILL $$, exit: 137 }
`;
    const all = await results(file, { variables: { GREETING: 'hello' } });
    const slow = all.find(({ name }) => name === 'slow');
    assert.match(slow?.found ?? '', /^it took longer than 1 s; it printed/);
    assert.deepEqual(told(all.filter((one) => one !== slow)), [
      'command fine passed: it ended with exit code 0',
      'command bad failed: it ended with exit code 3; it printed: it is broken',
      'command expected passed: it ended with exit code 3',
      'command prints passed: it ended with exit code 0',
      'command silent failed: it ended with exit code 0, without "hello"; it printed nothing',
      'command killed passed: it ended with exit code 137',
    ]);
    assert.deepEqual(await jobsLeft(), []);
  });

  test('no secret stands in what is told of a command, whole or cut', async () => {
    const secret = { KEY: 'sesame-open-1' };
    const run = 'i=0; while [ $i -lt 60 ]; do printf "%s" "$KEY"; i=$((i + 1)); done; exit 1';
    const [result] = await results(`commands: { a: { run: '${run}' } }`, {
      variables: secret,
      secret,
    });
    assert.match(result?.found ?? '', /\[KEY\]\[KEY\]$/);
    assert.doesNotMatch(JSON.stringify(result), /sesame|open-1/);
  });

  test('processes are counted by how their command lines begin, those of this environment only', async () => {
    await rig.workspace('theirs');
    const run = 'exec sleep 98765';
    for (const id of ['one', 'two'])
      await rig.runtime.ensureInstance(serviceIn('mine', { id, run }));
    await rig.runtime.ensureInstance(serviceIn('theirs', { id: 'other', run: 'exec sleep 98764' }));
    const { users } = await rig.runtime.limits();
    const file = `
processes:
  both: { command: sleep 98765, at-least: 2, at-most: 2, within: 1m }
  by-program: { command: sleep, at-least: 2 }
  too-few: { command: sleep 98765, at-least: 3 }
  too-many: { command: sleep 98765, at-most: 1 }
  part-of-a-word: { command: sleep 9876 }
  inner: { command: "98765" }
  none: { command: no-such-program, at-least: 0, at-most: 0 }
  theirs: sleep 98764
  the-asker: { command: "sh -c # Says what", at-least: 0, at-most: 0 }
  trick: { command: "*" }
  injected: { command: "x' \\"; touch tmp/injected; \`touch tmp/injected\` $$(touch tmp/injected)" }
  uninjected: { command: touch, at-least: 0, at-most: 0 }
commands:
  nothing-happened: test ! -e tmp/injected
`;
    // Where all environments share one user, so do those of whatever else it runs on the machine.
    const counted = told(await results(file)).map((line) =>
      users ? line : line.replace(/^(process by-program passed): \d+ run$/, '$1: 2 run'),
    );
    assert.deepEqual(counted, [
      'process both passed: 2 run',
      'process by-program passed: 2 run',
      'process too-few failed: 2 run',
      'process too-many failed: 2 run',
      'process part-of-a-word failed: none runs',
      'process inner failed: none runs',
      'process none passed: none runs',
      users ? 'process theirs failed: none runs' : 'process theirs passed: 1 runs',
      'process the-asker passed: none runs',
      'process trick failed: none runs',
      'process injected failed: none runs',
      'process uninjected passed: none runs',
      'command nothing-happened passed: it ended with exit code 0',
    ]);
  });

  test('a process that starts after the first try is found by a later one', async () => {
    let tries = 0;
    const jobs: Jobs = {
      ...rig.runtime,
      async forget(id) {
        await rig.runtime.forget(id);
        tries += 1;
        if (tries > 1) return;
        await rig.runtime.ensureInstance(
          serviceIn('mine', { id: 'late', run: 'exec sleep 87654' }),
        );
      },
    };
    const order = ordered('processes: { late: { command: sleep 87654, within: 5m } }');
    const all = await runInfrastructureChecks({ jobs }, order);
    assert.deepEqual(told(all), ['process late passed: 1 runs']);
    assert.ok(tries > 1);
    assert.deepEqual(await jobsLeft(), []);
  });

  test('a directory that cannot be looked at in time leaves the processes their answer', async () => {
    await rig.workspace('slow', { 'bin/df': '#!/bin/sh\nexec sleep 1000\n' });
    const file = `
processes:
  none: { command: no-such-program, at-least: 0, timeout: 4s }
directories:
  stuck: { path: ., timeout: 4s }
  missing: { path: nowhere, timeout: 4s }
`;
    const jobs: Jobs = {
      ...rig.runtime,
      ensureJob: (job, fence) =>
        rig.runtime.ensureJob(
          { ...job, run: `chmod +x bin/df; PATH=$PWD/bin:$PATH\n${job.run}` },
          fence,
        ),
    };
    const inSlow = { isolation: 'slow', workspace: 'slow' };
    assert.deepEqual(told(await runInfrastructureChecks({ jobs }, ordered(file, inSlow))), [
      'directory stuck failed: it could not be looked at in time',
      'directory missing failed: there is no such directory',
      'process none passed: none runs',
    ]);
  });

  test('mounts and directories are there, have room and can be written to', async () => {
    const file = `
mounts:
  root: /
  proc: { path: /proc }
  plain: { path: tmp/cache }
  missing: /no/such/directory
directories:
  cache: { path: tmp/cache, free: 1 B, writable: true }
  share: { path: ./tmp/../tmp, free: 0 % }
  too-small: { path: tmp, free: 4 TiB }
  all-free: { path: tmp, free: 100 % }
  not-ours: { path: /usr, writable: true }
  a-file: tmp/cache/x
  odd: { path: "$$(touch tmp/injected) 'x\\"" }
  dashed: -la
commands:
  nothing-happened: test ! -e tmp/injected
`;
    const all = Object.fromEntries((await results(file)).map((one) => [one.name, one]));
    const verdict = (name: string): string => `${all[name]?.passed} ${all[name]?.found}`;
    assert.match(verdict('root'), /^true \d+ ([KMGT]i)?B are free, \d+ %$/);
    assert.match(verdict('proc'), /^true /);
    assert.equal(verdict('plain'), 'false it is there, and nothing is mounted on it');
    assert.equal(verdict('missing'), 'false there is no such directory');
    assert.match(verdict('cache'), /^true /);
    assert.match(verdict('share'), /^true /);
    assert.match(verdict('too-small'), /^false \d+ [GMT]iB are free/);
    assert.match(verdict('all-free'), /^false /);
    const { users } = await rig.runtime.limits();
    if (users) assert.equal(verdict('not-ours'), 'false it cannot be written to');
    for (const name of ['a-file', 'odd', 'dashed'])
      assert.equal(verdict(name), 'false there is no such directory', name);
    assert.match(verdict('nothing-happened'), /^true /);
    assert.equal(
      all['cache']?.expected,
      'tmp/cache is a directory, has 1 B free, can be written to',
    );
  });

  test('a second call joins what runs, and both are told the same', async () => {
    const file =
      'commands: { a: { run: "echo x >>runs; sleep 0.5; exit $(wc -l <runs)", exit: 1 } }';
    const leave = new AbortController();
    const order = ordered(file);
    const first = runInfrastructureChecks({ jobs: rig.runtime }, order, leave.signal);
    while ((await jobsLeft()).length === 0) await new Promise((resolve) => setImmediate(resolve));
    leave.abort(new Error('killed'));
    await assert.rejects(first, { message: 'killed' });
    assert.deepEqual(told(await results(file)), ['command a passed: it ended with exit code 1']);
  });

  test('what the runtime refuses is thrown, and nothing goes on waiting', async () => {
    const file = 'commands: { a: "true" }';
    await assert.rejects(results(file, { workspace: 'gone' }), { code: 'runtime/no-workspace' });

    let left: AbortSignal | undefined;
    const jobs: Jobs = {
      ...noJobs,
      ensureJob: async ({ run }) => {
        if (run === 'refused') throw new Error('refused');
      },
      finishedJob: (_id, signal) => {
        left = signal;
        return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal)));
      },
    };
    const two = ordered('commands: { a: waits, b: refused }');
    await assert.rejects(runInfrastructureChecks({ jobs }, two), { message: 'refused' });
    assert.equal(left?.aborted, true);
  });

  test('a fence that is too old is refused', async () => {
    const scope = 'environment:mine';
    await rig.runtime.ensureJob(jobIn('mine', { id: 'newer', run: 'true' }), { scope, epoch: 2 });
    const file = 'commands: { a: "true" }';
    await assert.rejects(results(file, { fence: { scope, epoch: 1 } }), { code: 'runtime/fenced' });
    await rig.runtime.finishedJob('newer');
  });

  const jobsLeft = async (): Promise<string[]> =>
    (await rig.runtime.holdings()).filter(({ kind }) => kind === 'job').map(({ id }) => id);
});
