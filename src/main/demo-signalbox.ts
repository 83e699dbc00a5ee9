import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startServer, type RunningServer } from './server.ts';
import { takeDown } from './take-down.ts';
import { ownVersion } from './up.ts';
import { usualAddresses } from './usual-addresses.ts';

export interface DemoSignalbox {
  server: RunningServer;
  data: string;
  /** Nothing is left running; a throw-away directory goes too. */
  tearDown(): Promise<void>;
}

interface Wish {
  /** Absent: a throw-away directory. */
  data?: string | undefined;
  /** Absent: the usual address, or any free port when somebody has it. */
  listen?: string | undefined;
  gateway?: string | undefined;
  announceIn?: string | undefined;
  /** Told as soon as it is known. */
  beginsIn?(data: string): void;
}

/** A whole Signalbox in this process, for a demo or pictures of it. */
export async function demoSignalbox(wish: Wish): Promise<DemoSignalbox> {
  const data = wish.data ? resolve(wish.data) : await mkdtemp(join(tmpdir(), 'signalbox-demo-'));
  await mkdir(data, { recursive: true });
  await chmod(data, 0o711);
  wish.beginsIn?.(data);
  const tidy = async (): Promise<void> => {
    await takeDown({ data, files: data });
    if (!wish.data) await rm(data, { recursive: true, force: true });
  };
  try {
    const server = await start(wish, data);
    return { server, data, tearDown: () => server.stop().then(tidy) };
  } catch (error) {
    await tidy();
    throw error;
  }
}

const start = async (wish: Wish, data: string): Promise<RunningServer> =>
  startServer({
    data,
    listen: wish.listen ?? (await usual(usualAddresses.listen)),
    gateway: wish.gateway ?? (await usual(usualAddresses.gateway)),
    domain: usualAddresses.domain,
    announceIn: wish.announceIn,
    version: await ownVersion(),
    log: (line) => process.stderr.write(`  (${line})\n`),
  });

/** The usual port, or any free one when somebody has it. */
async function usual(address: string): Promise<string> {
  const [host = '127.0.0.1', port = '0'] = address.split(':');
  const server = createServer();
  const free = await new Promise<boolean>((settle) => {
    server.once('error', () => settle(false));
    server.listen(Number(port), host, () => settle(true));
  });
  if (!free) server.listen(0, host);
  if (!free) await once(server, 'listening');
  const bound = server.address();
  server.close();
  await once(server, 'close');
  return `${host}:${bound !== null && typeof bound === 'object' ? bound.port : port}`;
}
