import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import {
  type Agent,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Upstream } from '../../src/gateway/route.ts';

/** Undoes what a test began, last things first. */
export interface Cleanup {
  add(undo: () => unknown): void;
  run(): Promise<void>;
}

export function cleanup(): Cleanup {
  const undos: (() => unknown)[] = [];
  return {
    add: (undo) => undos.push(undo),
    async run() {
      for (const undo of undos.splice(0).reverse()) await undo();
    },
  };
}

export async function freshDirectory(undo: Cleanup): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'signalbox-gateway-'));
  undo.add(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  return directory;
}

export async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export type App = (request: IncomingMessage, response: ServerResponse) => void;

/** A real HTTP server as instance; its Server too, for what only some tests do. */
export async function startInstance(
  undo: Cleanup,
  { name, app, options = {} }: { name: string; app?: App; options?: ServerOptions },
): Promise<{ upstream: Upstream; server: Server }> {
  const answer: App = app ?? ((_request, response) => response.end(name));
  const server = createServer(options, answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  undo.add(() => stopServer(server));
  const { port } = server.address() as AddressInfo;
  return { upstream: { instance: name, host: '127.0.0.1', port, state: 'serving' }, server };
}

export async function stopServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

export interface Reply {
  status: number;
  headers: IncomingMessage['headers'];
  raw: string[];
  text: string;
}

export interface Ask {
  port: number;
  host: string;
  path?: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  agent?: Agent;
}

/** One request through the gateway, its whole answer. */
export function ask({ port, host, body, headers = {}, agent, ...rest }: Ask): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port,
      headers: { host, ...headers },
      agent: agent ?? false,
      ...rest,
    };
    const asked = request(options, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      answer.once('error', reject);
      answer.once('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          raw: answer.rawHeaders,
          text,
        }),
      );
    });
    asked.once('error', reject);
    asked.end(body);
  });
}

/** Writes these bytes and reads until the other side closes. */
export function raw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.setEncoding('latin1').on('data', (piece: string) => (text += piece));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      text === '' ? reject(error) : resolve(text),
    );
    socket.once('close', () => resolve(text));
    socket.write(bytes, 'latin1');
  });
}
