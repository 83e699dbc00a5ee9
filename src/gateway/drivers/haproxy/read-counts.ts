import { chmodSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { log } from '../../data-plane/log.ts';
import { type LoggedRequest, readLogLine } from './log-line.ts';

/** The end of HAProxy's counts: it connects to us and sends a line for each request that has ended. */
export interface CountReader {
  /**
   * Every request that ended before the call has been noted when it resolves, if HAProxy can be asked and
   * connects to us in that time.
   */
  sync(limitMs?: number): Promise<void>;
  close(): void;
}

const socketPath = 'counts.sock';
const markerPath = 'marker.sock';
const syncMs = 2_000;
const longestLine = 8_192;

/**
 * HAProxy keeps 16 MB of lines while nobody reads and then overwrites the oldest. Not counted is what a worker
 * has under way when HAProxy is reloaded or ends, and what was on its way to a keeper that was killed: up to
 * the second that it had not written yet.
 */
export async function countReader(note: (request: LoggedRequest) => void): Promise<CountReader> {
  const awaited = new Map<string, () => void>();
  const connections = new Set<Socket>();
  let markers = 0;

  function read(text: string): void {
    const line = readLogLine(text);
    if (line.kind === 'request') note(line.request);
    if (line.kind === 'marker') awaited.get(line.name)?.();
    if (line.kind === 'dropped') log(`${line.lines} requests were not counted: nobody read them`);
  }

  const server = createServer((socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
    socket.on('error', () => {});
    eachLine(socket, read);
  });
  await listen(server);

  return {
    sync(limitMs = syncMs) {
      const name = `${process.pid}-${++markers}`;
      return new Promise((resolve) => {
        const done = () => {
          clearTimeout(patience);
          awaited.delete(name);
          resolve();
        };
        const patience = setTimeout(done, limitMs);
        awaited.set(name, done);
        leaveMarker(name, done);
      });
    },

    close() {
      server.close();
      for (const socket of connections) socket.destroy();
    },
  };
}

async function listen(server: Server): Promise<void> {
  rmSync(socketPath, { force: true });
  server.listen(socketPath);
  await once(server, 'listening');
  chmodSync(socketPath, 0o600);
  server.on('error', (error) => log('the socket of the counts reports', error));
}

function eachLine(socket: Socket, read: (line: string) => void): void {
  let rest = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = (lines.pop() ?? '').slice(-longestLine);
    for (const line of lines) read(line);
  });
}

function leaveMarker(name: string, failed: () => void): void {
  const socket = connect(markerPath);
  socket.once('error', failed);
  socket.resume();
  socket.end(`GET /${name} HTTP/1.1\r\nHost: marker\r\nConnection: close\r\n\r\n`);
}
