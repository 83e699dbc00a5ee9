import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { cliLab, type CliLab } from '../../test/support/cli-lab.ts';

let lab: CliLab;
const signalbox: CliLab['signalbox'] = (...asked) => lab.signalbox(...asked);
before(async () => (lab = await cliLab()));
after(() => lab.close());

beforeEach(() => {
  for (const name of Object.keys(lab.world.told)) delete lab.world.told[name];
});

describe('work that takes long', () => {
  test('deploy tells each sentence, then the URL', async () => {
    const { code, out, err } = await signalbox(['deploy', 'staging', '4f2c1d9']);
    assert.equal(code, 0);
    assert.equal(out, 'http://x.localhost:8080\n');
    assert.equal(err, '· Building.\n· Migrating.\n· Starting.\n');
    assert.deepEqual(lab.world.told['deployEnvironment'], {
      environment: 'shop/staging',
      commit: '4f2c1d9',
    });
  });

  test('one that fails ends with 1, its reason and what to do', async () => {
    const { code, err } = await signalbox(['deploy', 'staging', 'bad0']);
    assert.equal(code, 1);
    assert.match(err, /A migration failed\.\n→ Mend it\.\n$/);
  });
});

describe('which environment', () => {
  test('a branch, an address and the branch that is checked out here are understood', async () => {
    const directory = await mkdtemp(join(lab.home, 'repository-'));
    const git = (...args: string[]) => spawnSync('git', args, { cwd: directory });
    git('init', '--initial-branch', 'new-cool-page');
    git('remote', 'add', 'signalbox', 'http://127.0.0.1:1/git/shop.git');
    for (const args of [
      ['new-cool-page'],
      ['shop/preview/new-cool-page'],
      ['preview/new-cool-page'],
      [],
    ]) {
      const { out } = await signalbox(['open', ...args], { directory });
      assert.equal(out, 'http://new-cool-page--shop.localhost:8080\n');
    }
    git('remote', 'set-url', 'signalbox', 'http://127.0.0.1:1/git/other.git');
    const other = await signalbox(['open'], { directory });
    assert.match(other.err, /no environment other\/preview\/new-cool-page/);
  });

  test('outside of a repository a missing one is asked for', async () => {
    const { err } = await signalbox(['open']);
    assert.match(err, /^It is not clear which environment is meant\./);
  });

  test('what destroys needs a yes, and more than that where it is not a preview', async () => {
    const preview = await signalbox(['env', 'destroy', 'new-cool-page']);
    const staging = await signalbox(['env', 'destroy', 'staging', '--yes']);
    const app = await signalbox(['app', 'remove', 'shop']);
    for (const { code, err } of [preview, staging, app]) {
      assert.equal(code, 1);
      assert.match(err, /^Nothing was done/);
    }
    assert.deepEqual(lab.world.told, {});
    await signalbox(['app', 'remove', 'shop', '--confirm', 'shop']);
    assert.deepEqual(lab.world.told['removeApp'], { app: 'shop', confirm: 'shop' });
  });
});

describe('secrets', () => {
  test('a value is read from stdin or a file, never taken from the command line', async () => {
    const file = join(lab.home, 'value');
    await writeFile(file, 'from a file\n');
    const typed = await signalbox(['secret', 'set', 'KEY=hunter2', '--for', 'preview']);
    assert.equal(typed.code, 1);
    assert.equal(lab.world.told['setSecret'], undefined);
    await signalbox(['secret', 'set', 'KEY', '--for', 'new-cool-page'], { input: 'piped\n' });
    assert.deepEqual(lab.world.told['setSecret'], {
      app: 'shop',
      scope: 'preview/new-cool-page',
      name: 'KEY',
      value: 'piped',
    });
    await signalbox(['secret', 'set', 'KEY=-', '--for', 'preview', '--from-file', file]);
    assert.equal((lab.world.told['setSecret'] as { value: string }).value, 'from a file');
  });
});

test('a dump is streamed to its import', async () => {
  const { code, out } = await signalbox(['snapshot', 'import', '-', '--store', 'db'], {
    input: 'create table a();',
  });
  assert.equal(code, 0);
  assert.match(out, /s1 +db +staging +ready +1\.7 GB/);
  assert.deepEqual(lab.world.told['importSnapshot'], {
    app: 'shop',
    store: 'db',
    dump: 'create table a();',
  });
});
