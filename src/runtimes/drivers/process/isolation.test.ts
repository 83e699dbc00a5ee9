import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  jobIn,
  processesSaying,
  runtimeRig,
  serviceIn,
  type RuntimeRig,
} from '../../../../test/support/runtime-rig.ts';
import type { JobSpec } from '../../../kernel/job.ts';
import { defaultPath } from './variables.ts';

describe('what a workload sees', () => {
  let rig: RuntimeRig;
  beforeEach(async () => {
    rig = await runtimeRig();
    await rig.workspace('mine', { file: 'text of mine\n' });
  });
  afterEach(() => rig.close());

  const outputOf = async (job: Pick<JobSpec, 'id' | 'run'> & Partial<JobSpec>): Promise<string> => {
    const spec = jobIn('mine', job);
    await rig.runtime.ensureJob(spec);
    await rig.runtime.finishedJob(spec.id);
    return rig.runtime.logTail(spec.id, 1000);
  };

  test('exactly the variables it was given, whatever they hold, and the four it needs', async () => {
    process.env['SIGNALBOX_CANARY'] = 'inherited';
    const variables = {
      PLAIN: 'a b',
      LINES: 'one\ntwo\n\n',
      SIGNS: `'"$HOME \`id\` \\ * = ; & | < > \t é 🚦`,
      EMPTY: '',
      given_PLAIN: 'not PLAIN',
      launch_run: 'exit 1',
      n: '1',
    };
    const said = await outputOf({
      id: 'dump',
      // The end of a log is told without NUL.
      run: String.raw`env -0 | tr '\0' '\1'`,
      variables: { ...variables, UID: '7' },
    });
    const entries = said
      .split('\u0001')
      .filter(Boolean)
      .map((entry): [string, string] => {
        const sign = entry.indexOf('=');
        return [entry.slice(0, sign), entry.slice(sign + 1)];
      });
    // What a shell adds or keeps for itself differs from shell to shell.
    const { PWD, SHLVL: _level, _: _last, UID: _user, ...all } = Object.fromEntries(entries);
    const { HOME, TMPDIR, PATH, LANG, SIGNALBOX_WORKLOAD, ...given } = all;
    assert.deepEqual(given, variables);
    assert.match(HOME ?? '', /\/isolations\/\d+\/home$/);
    assert.match(TMPDIR ?? '', /\/isolations\/\d+\/tmp$/);
    assert.deepEqual([PATH, LANG], [defaultPath(), 'C.UTF-8']);
    assert.ok(SIGNALBOX_WORKLOAD && PWD);
    const own = { PATH: '/bin:/usr/bin', HOME: '/', LANG: 'C', TMPDIR: '/tmp' };
    const kept = await outputOf({
      id: 'own',
      run: 'echo "$PATH $HOME $LANG $TMPDIR"',
      variables: own,
    });
    assert.equal(kept, '/bin:/usr/bin / C /tmp\n');
  });

  test('a service learns its port', async () => {
    const run = 'echo "port $PORT"; sleep 1000';
    const { address } = await rig.runtime.ensureInstance(
      serviceIn('mine', { id: 'web', run, listens: true }),
    );
    while ((await rig.runtime.logTail('web', 1)) === '') await pause(5);
    assert.equal(await rig.runtime.logTail('web', 1), `port ${address?.port}\n`);
  });

  test('no value stands in a process list or on disk', async () => {
    const secret = `canary-${process.pid}-${Date.now()}`;
    const variables = { SECRET: secret };
    const run = 'echo ready; sleep 1000';
    await rig.runtime.ensureInstance(serviceIn('mine', { id: 'web', run, variables }));
    await rig.runtime.ensureJob(jobIn('mine', { id: 'job', run, variables }));
    while ((await rig.runtime.logTail('job', 1)) === '') await pause(5);
    assert.deepEqual(await processesSaying(secret), []);
    const found = promisify(execFile)('grep', ['-rlF', secret, rig.directory]);
    await assert.rejects(found, { code: 1 });
  });

  test('a variable that no process can have is refused', async () => {
    const refused = { code: 'runtime/bad-variable' };
    const bad = [
      { 'a-b': '' },
      { '': '' },
      { '1a': '' },
      { 'a=b': '' },
      { A: 'x\0y' },
      { A: 'x'.repeat(140_000) },
    ];
    for (const [index, variables] of bad.entries()) {
      await assert.rejects(outputOf({ id: `bad-${index}`, run: 'true', variables }), refused);
    }
    const many = Object.fromEntries(
      Array.from({ length: 30 }, (_, n) => [`A${n}`, 'x'.repeat(120_000)]),
    );
    const tooLarge = { code: 'runtime/variables-too-large' };
    await assert.rejects(outputOf({ id: 'large', run: 'true', variables: many }), tooLarge);
  });

  test('its variables and files mean nothing to the launcher, which may be root', async () => {
    const evil = '#!/bin/sh\nid -u >>"$(dirname "$0")/who-ran-me"\n';
    const tools = ['sleep', 'setpriv', 'ln', 'tar', 'xargs', 'grep', 'kill'];
    const directory = await rig.workspace(
      'trap',
      Object.fromEntries(tools.map((name) => [name, evil])),
    );
    for (const name of tools) await promisify(execFile)('chmod', ['755', join(directory, name)]);
    const variables = {
      PATH: `${directory}:/usr/bin:/bin`,
      ENV: join(directory, 'sleep'),
      BASH_ENV: join(directory, 'sleep'),
      IFS: 'e',
      TAR_OPTIONS: `--checkpoint-action=exec=${directory}/sleep`,
    };
    const job = jobIn('trap', {
      id: 'trap',
      run: 'sleep 0; true',
      variables,
      collect: { all: ['.'] },
    });
    await rig.runtime.ensureJob(job);
    await rig.runtime.finishedJob('trap');
    const ran = (await readFile(join(directory, 'who-ran-me'), 'utf8')).trim().split('\n');
    const user = (await stat(directory)).uid;
    assert.deepEqual(new Set(ran), new Set([String(user)]));
    assert.equal(ran.length, 1);
  });

  test('an isolation sees its own files and nobody else’s files, variables or state', async (t) => {
    if (!(await rig.runtime.limits()).users) return t.skip('this needs root');
    const theirs = await rig.workspace('theirs', { file: 'secret of theirs' });
    const variables = { SECRET: 'variable of theirs' };
    const web = serviceIn('theirs', {
      id: 'web',
      run: 'echo hidden line; exec sleep 1000',
      variables,
    });
    const { pid } = await rig.runtime.ensureInstance(web);
    const run = `id -u; cat file
      cat ${theirs}/file /proc/${pid}/environ ${rig.directory}/workloads/web/log
      ls ${rig.directory}/workspaces ${rig.directory}/workloads ${rig.directory}/isolations
      kill ${pid}; echo x >${rig.directory}/workloads/spy/journal; echo x >${rig.directory}/fences/x`;
    const said = await outputOf({ id: 'spy', run });
    assert.match(said, /text of mine/);
    assert.doesNotMatch(said, /of theirs|hidden line|^web$|^theirs$/m);
    assert.equal((await rig.runtime.instance('web'))?.pid, pid);
    assert.notEqual(said.split('\n')[0], '0');
    assert.notEqual(Number(said.split('\n')[0]), (await stat(theirs)).uid);
    const neighbour = jobIn('mine', { id: 'neighbour', run: `cat file; id -u`, workspace: 'mine' });
    await rig.runtime.ensureJob(neighbour);
    await rig.runtime.finishedJob('neighbour');
    const [, user] = (await rig.runtime.logTail('neighbour', 2)).split('\n');
    assert.equal(user, said.split('\n')[0]);
  });

  test('a program may open its own standard output again', async () => {
    assert.equal(await outputOf({ id: 'reopen', run: 'echo seen >/dev/stdout' }), 'seen\n');
  });

  test('memory and processes have an end', async (t) => {
    if (!(await rig.runtime.limits()).memory) return t.skip('this needs root and control groups');
    const size = { memoryBytes: 32 * 1024 * 1024, cpus: 0.5 };
    const job = jobIn('mine', {
      id: 'greedy',
      run: 'head -c 200m /dev/zero | tail >/dev/null',
      size,
    });
    await rig.runtime.ensureJob(job);
    assert.deepEqual(
      (({ outcome, exitCode }) => [outcome, exitCode])(await rig.runtime.finishedJob('greedy')),
      ['failed', 137],
    );
    const modest = jobIn('mine', {
      id: 'modest',
      run: 'head -c 2m /dev/zero | tail >/dev/null',
      size,
    });
    await rig.runtime.ensureJob(modest);
    assert.equal((await rig.runtime.finishedJob('modest')).outcome, 'succeeded');
  });
});

describe('workspaces', () => {
  let rig: RuntimeRig;
  beforeEach(async () => {
    rig = await runtimeRig();
  });
  afterEach(() => rig.close());

  const owner = 'build:1';

  test('archives are unpacked in their order; the same again changes nothing', async () => {
    const archives = [
      await rig.archive({ 'a/one': '1', both: 'first' }),
      await rig.archive({ 'a/two': '2', both: 'second' }),
    ];
    const workspace = { id: 'w', owner, isolation: 'w', archives };
    const other = await rig.another();
    await Promise.all(
      [rig.runtime, other, rig.runtime].map((one) => one.ensureWorkspace(workspace)),
    );
    await rig.runtime.ensureWorkspace({ ...workspace, archives: ['/nowhere'] });
    const run = 'cat a/one a/two both';
    await rig.runtime.ensureJob(jobIn('w', { id: 'read', run }));
    await rig.runtime.finishedJob('read');
    assert.equal(await rig.runtime.logTail('read', 1), '12second');
  });

  test('what cannot be unpacked leaves no workspace', async () => {
    const broken = await rig.archive({ a: 'x'.repeat(100_000) });
    const bytes = await readFile(broken);
    await writeFile(broken, bytes.subarray(0, 5000));
    const workspace = { id: 'w', owner, isolation: 'w', archives: [broken] };
    const refused = { code: 'runtime/cannot-unpack' };
    await assert.rejects(rig.runtime.ensureWorkspace(workspace), refused);
    assert.deepEqual(await rig.runtime.holdings(), []);
    assert.deepEqual(await readdir(join(rig.directory, 'making')), []);
    await rig.runtime.ensureWorkspace({ ...workspace, archives: [] });
  });

  test('removing follows no symbolic link', async () => {
    const files = await rig.workspace('w');
    const kept = await rig.workspace('kept', { file: 'text' });
    await symlink(kept, join(files, 'link'));
    await rig.runtime.removeWorkspace('w');
    assert.equal(await readFile(join(kept, 'file'), 'utf8'), 'text');
  });
});

describe('what a job packs', () => {
  let rig: RuntimeRig;
  beforeEach(async () => {
    rig = await runtimeRig();
  });
  afterEach(() => rig.close());

  const packed = async (run: string, paths: readonly string[]): Promise<string[]> => {
    await rig.workspace('w');
    await rig.runtime.ensureJob(jobIn('w', { id: 'job', run, collect: { kept: paths } }));
    const { archives } = await rig.runtime.finishedJob('job');
    const { stdout } = await promisify(execFile)('tar', ['-tf', archives['kept'] ?? '']);
    return stdout.split('\n').filter(Boolean);
  };

  test('paths that are there, and none that are not', async () => {
    const run =
      'mkdir -p dist/deep; echo 1 >dist/deep/file; echo 2 >other; echo 3 >-rf; echo 4 >"two words"';
    const names = await packed(run, [
      'dist/',
      'missing',
      '-rf',
      'two words',
      './/other',
      '--help',
      '!',
    ]);
    assert.deepEqual(names, ['dist/', 'dist/deep/', 'dist/deep/file', '-rf', 'two words', 'other']);
  });

  test('nothing when nothing is there', async () => {
    assert.deepEqual(await packed('true', ['missing']), []);
  });

  test('links themselves, and nothing behind them', async () => {
    const run =
      'ln -s /etc outside; ln -s /etc/passwd passwd; mkdir in; ln -s in inside; echo 1 >in/file';
    const names = await packed(run, ['outside', 'passwd', 'outside/passwd', 'inside/file']);
    assert.deepEqual(names, ['outside', 'passwd', 'inside/file']);
  });

  test('only when the command succeeded', async () => {
    await rig.workspace('w');
    await rig.runtime.ensureJob(jobIn('w', { id: 'job', run: 'exit 1', collect: { kept: ['.'] } }));
    assert.deepEqual((await rig.runtime.finishedJob('job')).archives, {});
  });

  test('paths that lead elsewhere are refused', async () => {
    await rig.workspace('w');
    for (const path of ['/etc/passwd', '..', 'a/../../b', '', 'a\nb', 'a\0b']) {
      const job = jobIn('w', { id: 'job', run: 'true', collect: { kept: [path] } });
      await assert.rejects(rig.runtime.ensureJob(job), { code: 'runtime/bad-collect-path' });
    }
  });
});
