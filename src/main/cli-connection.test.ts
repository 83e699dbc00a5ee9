import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fakeTokens } from '../../test/fakes/api-handlers.ts';
import { cliLab, cliScript, type CliLab } from '../../test/support/cli-lab.ts';
import { announce, withdraw } from '../api/announce.ts';

let lab: CliLab;
const signalbox: CliLab['signalbox'] = (...asked) => lab.signalbox(...asked);
before(async () => (lab = await cliLab()));
after(() => lab.close());

describe('which controller', () => {
  const nowhere = { SIGNALBOX_URL: '', SIGNALBOX_TOKEN: '' };

  test('login is kept for its owner only, and used afterwards', async () => {
    const refused = await signalbox(['login', lab.url, '--token', 'sbx_wrong'], { env: nowhere });
    assert.match(refused.err, /^This token opens nothing\./);
    const done = await signalbox(['login', lab.url], {
      env: nowhere,
      input: `${fakeTokens.admin}\n`,
    });
    assert.equal(done.code, 0, done.err);
    const file = join(lab.home, '.config/signalbox/config.json');
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.equal((JSON.parse(await readFile(file, 'utf8')) as { url: string }).url, lab.url);
    assert.equal((await signalbox(['env', 'list'], { env: nowhere })).code, 0);
    await rm(file);
  });

  test('a controller that runs here is found, and one that is dead is not', async () => {
    const dataDirectory = join(lab.home, 'data');
    const configDirectory = join(lab.home, '.config/signalbox');
    const places = { dataDirectory, configDirectory };
    const tokenFile = join(lab.home, 'admin-token');
    await writeFile(tokenFile, `${fakeTokens.admin}\n`, { mode: 0o600 });
    await announce({ url: lab.url, tokenFile, pid: process.pid }, places);
    for (const env of [nowhere, { ...nowhere, SIGNALBOX_DATA: dataDirectory }]) {
      assert.equal((await signalbox(['env', 'list'], { env })).code, 0);
    }
    const { pid } = spawnSync('true');
    await announce({ url: lab.url, tokenFile, pid }, places);
    assert.match(
      (await signalbox(['env', 'list'], { env: nowhere })).err,
      /No Signalbox was found/,
    );
    await announce({ url: lab.url, tokenFile, pid: process.pid }, places);
    await withdraw(places);
    assert.match(
      (await signalbox(['env', 'list'], { env: nowhere })).err,
      /No Signalbox was found/,
    );
  });
});

describe('terminals', () => {
  test('run passes pipes through and ends with the exit code of its command', async () => {
    const { code, out } = await signalbox(['run', 'staging', '--', 'echo', "it's"], {
      input: 'hello\n',
    });
    assert.equal(out, 'hello\n');
    assert.equal(code, 7);
    assert.deepEqual(lab.world.told['openTerminal'], {
      environment: 'shop/staging',
      command: String.raw`echo 'it'\''s'`,
      terminal: false,
    });
  });

  test('a command that is refused is refused in words', async () => {
    const env = { SIGNALBOX_TOKEN: fakeTokens.viewer };
    const { code, err } = await signalbox(['run', 'staging', '--', 'ls'], { env });
    assert.equal(code, 1);
    assert.match(err, /^This needs the role developer; the token "the viewer" has viewer\./);
  });

  test('console refuses where there is no terminal', async () => {
    assert.match((await signalbox(['console', 'staging'])).err, /^A console needs a terminal/);
  });

  const noScript =
    spawnSync('script', ['--version']).status === 0 ? false : 'util-linux script is missing';
  test(
    'console takes a real terminal: its size, each key, changes of size',
    { skip: noScript },
    async () => {
      lab.world.terminals.length = 0;
      const line = `stty rows 30 cols 100; '${process.execPath}' '${cliScript}' console staging; echo code=$?`;
      const child = spawn('script', ['-qec', line, '/dev/null'], { env: lab.env(), cwd: lab.home });
      let out = '';
      child.stdout.on('data', (bytes: Buffer) => {
        out += bytes.toString();
        if (out.endsWith('\u0003')) lab.world.terminals[0]?.terminal.end();
      });
      while (lab.world.terminals.length === 0) await pause(20);
      const opened = lab.world.told['openTerminal'];
      assert.deepEqual(opened, {
        environment: 'shop/staging',
        terminal: true,
        columns: 100,
        rows: 30,
      });
      // Raw: Ctrl-C is a key like any other, and comes back from the other side.
      while (!out.includes('key')) {
        child.stdin.write('key');
        await pause(50);
      }
      child.stdin.write('\u0003');
      await new Promise((resolve) => child.once('close', resolve));
      assert.match(out, /code=7/);
    },
  );
});
