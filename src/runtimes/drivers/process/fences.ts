import { mkdir, readdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fence } from '../../../kernel/fence.ts';
import { shortHash } from '../../../kernel/id.ts';
import { SignalboxError } from '../../../kernel/signalbox-error.ts';
import { checkedName } from './place.ts';

/**
 * The epoch is remembered when it resolves. Throws `runtime/fenced` when a higher one was seen. No lock: a paused
 * controller must not be able to hold one. An epoch is the name of an empty file, and the highest name counts.
 */
export async function passFence(fences: string, fence: Fence | undefined): Promise<void> {
  if (!fence) return;
  if (!Number.isSafeInteger(fence.epoch) || fence.epoch < 0) {
    throw new Error(`${fence.epoch} is not an epoch.`);
  }
  const directory = fenceDirectory(fences, fence);
  const before = await epochs(directory);
  refuseLower(fence, before);
  if (before.includes(fence.epoch)) return;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(join(directory, String(fence.epoch)), '');
  const after = await epochs(directory);
  refuseLower(fence, after);
  const lower = after.filter((epoch) => epoch < fence.epoch);
  await Promise.all(lower.map((epoch) => unlink(join(directory, String(epoch))).catch(() => {})));
}

/** For whoever must look again later, such as the launcher before it starts anything. */
export const fenceDirectory = (fences: string, { scope }: Fence): string =>
  join(fences, shortHash(checkedName('scope', scope), 24));

async function epochs(directory: string): Promise<number[]> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.map(Number).filter(Number.isSafeInteger);
}

function refuseLower(fence: Fence, seen: readonly number[]): void {
  const highest = seen.length === 0 ? 0 : Math.max(...seen);
  if (highest > fence.epoch) throw fenced(fence, highest);
}

export const fenced = ({ scope, epoch }: Fence, highest: number | null): SignalboxError =>
  new SignalboxError({
    code: 'runtime/fenced',
    what: `The runtime refused a command for ${scope}: another controller has taken over.`,
    why: `The command was given under epoch ${epoch}, and ${highest === null ? 'a higher one' : `epoch ${highest}`} has been seen.`,
    fix: ['Nothing needs to be done: the newer controller goes on with the work.'],
  });
