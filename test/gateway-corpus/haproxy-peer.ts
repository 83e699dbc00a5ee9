import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { notingListener, type Peer, sendAll } from './peer.ts';
import type { Meaning } from './request-case.ts';

/** HAProxy in its usual strictness; a server behind it notes what it forwards. Or why there is none. */
export async function haproxyPeer(): Promise<Peer | { skip: string }> {
  const { stdout } = spawnSync('haproxy', ['-v'], { encoding: 'utf8' });
  if (!stdout) return { skip: 'haproxy is not installed (Debian: haproxy)' };
  const directory = await mkdtemp(join(tmpdir(), 'signalbox-haproxy-'));
  const [front, back] = [join(directory, 'front'), join(directory, 'back')];
  const seen: Meaning[] = [];
  const server = createServer(notingListener(seen)).listen(back);
  await once(server, 'listening');
  await writeFile(join(directory, 'haproxy.cfg'), configuration(front, back));
  const child = spawn('haproxy', ['-db', '-f', join(directory, 'haproxy.cfg')], {
    stdio: 'ignore',
  });
  await listening(front, child);
  return {
    name: `HAProxy ${/version (\S+)/.exec(stdout)?.[1]}`,
    async read(bytes) {
      seen.length = 0;
      await sendAll({ path: front }, bytes);
      return [...seen];
    },
    async stop() {
      child.kill();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      server.closeAllConnections();
      server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const configuration = (front: string, back: string): string => `global
  nbthread 1
defaults
  mode http
  timeout connect 10s
  timeout client 10s
  timeout server 10s
frontend in
  bind unix@${front}
  default_backend out
backend out
  server one unix@${back}
`;

async function listening(path: string, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`haproxy ended with ${child.exitCode}`);
    const socket = connect(path);
    const isOpen = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
    await pause(20);
  }
}
