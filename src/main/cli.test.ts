import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { cliLab, type CliLab } from '../../test/support/cli-lab.ts';

let lab: CliLab;
const signalbox: CliLab['signalbox'] = (...asked) => lab.signalbox(...asked);
before(async () => (lab = await cliLab()));
after(() => lab.close());

describe('what people read', { concurrency: 2 }, () => {
  test('env list is a plain table; in a pipe names and URLs are whole', async () => {
    const { out, code } = await signalbox(['env', 'list']);
    assert.equal(code, 0);
    const [head = '', , preview = ''] = out.split('\n');
    assert.match(head, /^BRANCH +STATE +AGE +IDLE +COMMIT +URL$/);
    assert.match(
      preview,
      /^new-cool-page +live +\d+\w +4s +4f2c1d9 +http:\/\/new-cool-page--shop\.localhost:8080$/,
    );
  });

  test('signalbox alone, and --help, show the commands in groups', async () => {
    const [alone, help] = await Promise.all([signalbox([]), signalbox(['--help'])]);
    assert.equal(alone.code, 0);
    assert.equal(alone.out, help.out);
    assert.match(alone.out, /Apps and branches\n +app +add, show/);
    assert.doesNotMatch(alone.out, /__complete/);
  });

  test('a refusal says what, why and what to do, on stderr, and ends with 1', async () => {
    const { code, out, err } = await signalbox(['env', 'show', 'nothing']);
    assert.equal(code, 1);
    assert.equal(out, '');
    assert.equal(
      err,
      'There is no environment shop/preview/nothing.\nNothing was pushed to its branch.\n→ signalbox env list\n',
    );
  });

  for (const [args, expected] of [
    [['evn'], /^Unknown command 'evn'\.\n→ Did you mean "env"\?\n→ .*signalbox --help\n$/],
    [['env', 'lst'], /Did you mean "list"\?\n→ .*signalbox env --help\n$/],
    [['env', 'keep', 'x'], /^Required option '--until <time>' not specified\.\n/],
    [['app', 'add'], /^Missing required argument 'name'\.\n/],
    [
      ['token', 'create', 'x', '--role', 'king'],
      /Allowed choices are viewer, developer, release-manager, admin\./,
    ],
  ] as const) {
    test(`${args.join(' ')} is answered with the way to write it, and 2`, async () => {
      const { code, err } = await signalbox([...args]);
      assert.equal(code, 2);
      assert.match(err, expected);
    });
  }

  test('without a controller it says how to get one', async () => {
    const none = await signalbox(['env', 'list'], {
      env: { SIGNALBOX_URL: '', SIGNALBOX_TOKEN: '' },
    });
    assert.match(none.err, /^No Signalbox was found\.[^]*→ Start one here: signalbox up/);
    const dead = await signalbox(['env', 'list'], { env: { SIGNALBOX_URL: 'http://127.0.0.1:9' } });
    assert.match(dead.err, /^No controller answers at http:\/\/127\.0\.0\.1:9\./);
    assert.deepEqual([none.code, dead.code], [1, 1]);
  });
});

describe('what programs read', { concurrency: 2 }, () => {
  for (const args of [
    ['app', 'list'],
    ['app', 'show'],
    ['app', 'add', 'shop'],
    ['env', 'list'],
    ['env', 'show', 'staging'],
    ['env', 'vars', 'staging'],
    ['env', 'set', 'staging', 'A=1'],
    ['env', 'keep', 'staging', '--until', '3d', '--reason', 'demo'],
    ['env', 'destroy', 'new-cool-page', '--yes'],
    ['deploy', 'staging'],
    ['deploy', 'staging', '--no-wait'],
    ['deploys', 'staging'],
    ['follow', 'main'],
    ['open', 'staging'],
    ['doctor'],
    ['snapshot', 'list'],
    ['secret', 'list'],
    ['job', 'list', 'staging'],
    ['job', 'runs', 'staging'],
    ['token', 'list'],
    ['token', 'create', 'ci'],
    ['audit'],
    ['status'],
    ['version'],
    ['completion', 'bash'],
  ]) {
    test(`${args.join(' ')} --json prints one JSON value and nothing else`, async () => {
      const { code, out, err } = await signalbox([...args, '--json']);
      assert.equal(err, '');
      assert.equal(code, 0);
      assert.equal(typeof JSON.parse(out), 'object');
    });
  }

  test('logs --json prints one object a line', async () => {
    const { out } = await signalbox([
      'logs',
      'staging',
      '--json',
      '--service',
      'web',
      '--tail',
      '5',
    ]);
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { line: string });
    assert.deepEqual(
      lines.map(({ line }) => line),
      ['one', 'two'],
    );
    assert.deepEqual(lab.world.told['readLogs'], {
      environment: 'shop/staging',
      service: 'web',
      tail: 5,
    });
  });

  test('a refusal is JSON on stderr', async () => {
    const { err } = await signalbox(['env', 'show', 'nothing', '--json']);
    assert.equal((JSON.parse(err) as { code: string }).code, 'environment/unknown');
  });
});
