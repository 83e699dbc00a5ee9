import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { eventually, visit } from '../support/signalbox.ts';
import { tracedSignalbox } from '../support/traced-signalbox.ts';

const run = promisify(execFile);

/** A file system that is full soon; null where this user or container may not mount one. */
async function smallDisk(): Promise<string | null> {
  const directory = await mkdtemp(join(tmpdir(), 'small-disk-'));
  const options = ['-t', 'tmpfs', '-o', 'size=96m,mode=0711', 'signalbox-test', directory];
  return run('mount', options).then(
    async () => {
      await chmod(directory, 0o711);
      return directory;
    },
    async () => {
      await rmdir(directory);
      return null;
    },
  );
}

test('a disk that is full while building is said, loses nothing, and the next push goes when there is room', async (t) => {
  const files = await smallDisk();
  if (files === null) return t.skip('mounting a small disk needs root');
  const day = await tracedSignalbox({ files });
  try {
    const first = await day.branchOf('full');
    await day.pushLive('full');

    // By the build itself, in two ways: its command fails, or there is no room for what it made.
    for (const megabytes of [200, 60]) {
      const yaml = await day.app.git('show', 'main:signalbox.yaml');
      await day.branchOf('full', {
        'signalbox.yaml': yaml.replace(
          'build: { run: "',
          `build: { run: "dd if=/dev/zero of=big bs=1M count=${megabytes}; `,
        ),
      });
      const { output } = await day.push('+full');
      assert.match(output, /No space left|disk is full/i, `${megabytes} MB: ${output}`);
      assert.ok(await day.serves('full', first), 'the one before serves on');
    }

    // By others: there is no room to unpack anything.
    const filler = join(files, 'filler');
    await writeFile(filler, Buffer.alloc(96 << 20)).catch(() => undefined);
    await day.branchOf('full', { 'more.txt': 'x' });
    const { output } = await day.push('+full');
    assert.match(output, /No space left|disk is full|unable to write|error/i, output);
    assert.ok(await day.serves('full', first), 'the one before serves on');
    await rm(filler);

    const last = await day.branchOf('full', { 'more.txt': 'there is room again' });
    await day.pushLive('+full');
    assert.ok(await day.serves('full', last));
    await eventually(
      'all is well',
      async () =>
        (await visit(day.signalbox.gatewayPort, 'staging--notes.localhost')).status === 200,
    );
  } finally {
    await day.end();
    await run('umount', ['--lazy', files]);
    await rmdir(files);
  }
});
