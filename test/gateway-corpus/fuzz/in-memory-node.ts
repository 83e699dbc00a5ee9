import { createServer, request } from 'node:http';
import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { AnswerMeaning } from '../answer-case.ts';
import { noteAnswers } from '../node-client.ts';
import { notingListener } from '../peer.ts';
import type { Meaning } from '../request-case.ts';

/** A connection that swallows what it is told and says what it was given. */
class Line extends Duplex {
  override _read(): void {}
  override _write(_piece: unknown, _encoding: string, done: () => void): void {
    done();
  }
}

/** Turns of the event loop after which Node has read what it was given, and waits if it still waits. */
const patience = 50;

/** Node's server without sockets: thousands of connections a second, and nobody else's noise. */
export function inMemoryServer() {
  const seen: Meaning[] = [];
  const server = createServer({ maxHeaderSize: 128 * 1024 }, notingListener(seen));
  server.on('clientError', (_error, socket) => socket.destroy());
  return {
    /** What Node makes of the bytes, as soon as it has seen `count` requests or is done with them. */
    async read(bytes: Buffer, count: number): Promise<Meaning[]> {
      seen.length = 0;
      const line = new Line();
      line.on('error', () => {});
      server.emit('connection', line);
      line.push(bytes);
      for (let left = patience; left > 0 && seen.length < count && !line.destroyed; left -= 1) {
        await turn();
      }
      line.push(null);
      await turn();
      line.destroy();
      return [...seen];
    },
    stop: () => server.close(),
  };
}

/** What Node's client makes of the bytes as an answer that ends with the connection. */
export async function readInMemory(bytes: Buffer, method: string): Promise<AnswerMeaning[]> {
  const line = new Line();
  line.on('error', () => {});
  const asked = request({ method, createConnection: () => line, maxHeaderSize: 128 * 1024 });
  const answers = noteAnswers(asked);
  await turn();
  line.push(bytes);
  line.push(null);
  return answers;
}
