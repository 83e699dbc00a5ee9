import { readFile, readdir, stat, unlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { SignalboxError } from '../../../kernel/signalbox-error.ts';
import type { Machine, Range } from './machine.ts';

export const listenHost = '127.0.0.1';

/** A port that nobody else has or listens on; it stays the holder's until `releasePort`. */
export async function takePort({ place, ports }: Machine, holder: string): Promise<number> {
  for (const port of inRandomOrder(ports)) {
    const file = join(place.ports, String(port));
    if (!(await createNew(file, holder))) continue;
    if (await isFree(port)) return port;
    await unlink(file);
  }
  throw new SignalboxError({
    code: 'runtime/no-free-port',
    what: 'Cannot start another instance: no port is left for it.',
    why: `All ports from ${ports.from} to ${ports.to} belong to instances or are used by other programs.`,
    fix: ['signalbox env list, and destroy what nobody needs', 'or give the runtime a wider range'],
  });
}

/** Repeatable. */
export async function releasePort({ place }: Machine, port: number): Promise<void> {
  await unlink(join(place.ports, String(port))).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

const graceMs = 3_600_000;

/** Ports whose holder was never completed, or was removed by a controller that was killed, are free. Repeatable. */
export async function mendPorts(
  { place }: Machine,
  isHeld: (holder: string, port: number) => Promise<boolean>,
): Promise<void> {
  for (const name of await readdir(place.ports)) {
    const file = join(place.ports, name);
    const holder = await readFile(file, 'utf8').catch(() => '');
    if (await isHeld(holder, Number(name))) continue;
    const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > graceMs) await unlink(file).catch(() => {});
  }
}

/** Runtimes of different directories would all begin with the same port. */
function* inRandomOrder({ from, to }: Range): Generator<number> {
  const count = to - from + 1;
  const first = Math.floor(Math.random() * count);
  for (let index = 0; index < count; index++) yield from + ((first + index) % count);
}

async function createNew(file: string, text: string): Promise<boolean> {
  try {
    await writeFile(file, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: listenHost, port, exclusive: true }, () => {
      server.close(() => resolve(true));
    });
  });
}
