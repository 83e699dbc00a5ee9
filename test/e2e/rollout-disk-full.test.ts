import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { rolloutStory } from '../support/rollout-story.ts';
import { eventually } from '../support/signalbox.ts';

const run = promisify(execFile);

const ways = `  shares: { strategy: canary, steps: [50 %, 100 %], bake: 0s, warm: 5m }
`;

/** A file system that is full soon; null where this user or container may not mount one. */
async function smallDisk(): Promise<string | null> {
  const directory = await mkdtemp(join(tmpdir(), 'small-disk-'));
  const options = ['-t', 'tmpfs', '-o', 'size=64m,mode=0711', 'signalbox-test', directory];
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

test('a disk that is full when a release is to be unpacked stops it, and the next one arrives when there is room', async (t) => {
  const files = await smallDisk();
  if (files === null) return t.skip('mounting a small disk needs root');
  const story = await rolloutStory('packed', { ways, first: 'shares', files });
  try {
    const { id: first } = await story.newest();
    await story.order('lane/lock', { reason: 'a quiet hour' });
    assert.match(await story.ship({ release: 'squeezed' }, 'shares'), /locked by .*a quiet hour/);
    const filler = join(files, 'filler');
    await writeFile(filler, Buffer.alloc(64 << 20)).catch(() => undefined);
    await story.order('lane/lift');
    const { decision } = await story.until('it has failed', ({ state }) => state === 'failed');
    assert.match(decision ?? '', /disk is full|No space left/i);
    await story.onlyAnswers('first');
    const its = [`${first} web`, `${first} web`, `${first} worker`];
    await eventually('only the old release runs', async () => {
      assert.deepEqual(await story.running(), its);
      return true;
    });
    await rm(filler);
    assert.match(await story.ship({ release: 'roomy' }, 'shares'), /Live: http/);
    await story.onlyAnswers('roomy');
    assert.deepEqual(story.odd('first', 'roomy'), []);
  } finally {
    await story.end();
    await run('umount', ['--lazy', files]);
    await rmdir(files);
  }
});
