import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { eventually } from '../../../test/support/signalbox.ts';
import { runDnsHook } from './dns-hook.ts';

let directory: string;
before(async () => void (directory = await mkdtemp(join(tmpdir(), 'signalbox-hook-'))));
after(() => rm(directory, { recursive: true, force: true }));

const record = { name: '_acme-challenge.shop.test', value: 'v' };

async function hook(text: string): Promise<string> {
  const file = join(directory, 'hook');
  await writeFile(file, `#!/bin/sh\n${text}\n`);
  await chmod(file, 0o755);
  return file;
}

test('a hook that takes too long is ended with all it has started', async () => {
  const pid = join(directory, 'pid');
  const program = await hook(`sleep 300 & echo $! > '${pid}'; echo thinking; wait`);
  await assert.rejects(runDnsHook(program, 'add', record, 2000), /took longer than 2 s.*thinking/);
  const sleeper = Number(await readFile(pid, 'utf8'));
  assert.ok(sleeper > 0);
  await eventually('it has ended', async () => {
    const stat = await readFile(`/proc/${sleeper}/stat`, 'utf8').catch(() => null);
    return stat === null || / [ZX] /.test(stat);
  });
});

test('a hook that leaves something in the background is not waited for', async () => {
  const program = await hook('sleep 5 & exit 0');
  await runDnsHook(program, 'remove', record);
});

test('a hook that is not there is a failure in words', async () => {
  const missing = join(directory, 'missing');
  await assert.rejects(runDnsHook(missing, 'add', record), /could not be run \(.*ENOENT/);
});
