import { once } from 'node:events';
import {
  type Agent,
  createServer as createHttpServer,
  type IncomingMessage,
  request,
  type RequestListener,
  type Server as HttpServer,
} from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import {
  type ServedSockets,
  serveSockets,
  type SocketOptions,
} from '../../src/gateway/data-plane/forward/accept-sockets.ts';
import {
  type FrontDoor,
  frontDoor,
  type FrontDoorParts,
} from '../../src/gateway/data-plane/forward/front-door.ts';

import {
  fakeChooser,
  type FakeChooser,
  fakeInstance,
  type FakeInstance,
  fakeRoute,
  type FakeRoute,
  toInstance,
} from './fake-chooser.ts';

export {
  fakeChooser,
  fakeInstance,
  fakeRoute,
  recordingCounter,
  toInstance,
} from './fake-chooser.ts';

/** Undoes what a test began, last things first. */
export interface Undo {
  add(undo: () => unknown): void;
  run(): Promise<void>;
}

export function undoing(): Undo {
  const undos: (() => unknown)[] = [];
  return {
    add: (undo) => undos.push(undo),
    async run() {
      for (const undo of undos.splice(0).reverse()) await undo();
    },
  };
}

export interface OpenDoor {
  door: FrontDoor;
  sockets: ServedSockets;
  port: number;
}

/** A front door that listens, in this process. */
export async function openDoor(
  undo: Undo,
  parts: FrontDoorParts,
  options: SocketOptions = {},
): Promise<OpenDoor> {
  const door = frontDoor({ ...parts, limits: { sweepMs: 20, ...parts.limits } });
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sockets = serveSockets(server, door, options);
  undo.add(() => {
    sockets.close();
    door.close();
  });
  return { door, sockets, port: (server.address() as AddressInfo).port };
}

export interface RawInstance {
  port: number;
  server: Server;
  sockets: Set<Socket>;
}

/** An instance that says and does to its connections whatever the test likes. */
export async function rawInstance(
  undo: Undo,
  act: (socket: Socket, connection: number) => void,
  { keepsOpen = false } = {},
): Promise<RawInstance> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    socket.once('end', () => keepsOpen || socket.end());
    act(socket, connections++);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  undo.add(async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, 'close');
  });
  return { port: (server.address() as AddressInfo).port, server, sockets };
}

/** An instance that answers each head it gets with these bytes. */
export function answering(
  undo: Undo,
  answer: string | ((head: string) => string),
): Promise<RawInstance> {
  return rawInstance(undo, (socket) => {
    let text = '';
    socket.setEncoding('latin1').on('data', (piece: string) => {
      text += piece;
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        const head = text.slice(0, end + 4);
        text = text.slice(end + 4);
        socket.write(typeof answer === 'string' ? answer : answer(head), 'latin1');
      }
    });
  });
}

/** Writes these bytes and reads until the other side ends. */
export function raw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    let text = '';
    socket.setEncoding('latin1').on('data', (piece: string) => (text += piece));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      text === '' ? reject(error) : resolve(text),
    );
    socket.once('end', () => socket.end());
    socket.once('close', () => resolve(text));
    socket.write(bytes, 'latin1');
  });
}

/** A real HTTP server as instance. */
export async function httpInstance(
  undo: Undo,
  app: RequestListener,
): Promise<HttpServer & { port: number }> {
  const server = createHttpServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  undo.add(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });
  return Object.assign(server, { port: (server.address() as AddressInfo).port });
}

export interface Reply {
  status: number;
  headers: IncomingMessage['headers'];
  /** Names and values in turn. */
  raw: string[];
  text: string;
}

export interface Ask {
  port: number;
  host?: string;
  path?: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  agent?: Agent;
}

/** One request and its whole answer. */
export function ask({
  port,
  host = 'shop.test',
  body,
  headers = {},
  agent,
  ...rest
}: Ask): Promise<Reply> {
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

/** A door with everything for one instance behind it. */
export async function doorTo(
  undo: Undo,
  port: number,
  { parts = {}, options = {} }: { parts?: Partial<FrontDoorParts>; options?: SocketOptions } = {},
): Promise<OpenDoor & { route: FakeRoute; instance: FakeInstance; chooser: FakeChooser }> {
  const route = fakeRoute();
  const instance = fakeInstance(port);
  const chooser = fakeChooser(() => toInstance(route, instance));
  const opened = await openDoor(undo, { chooser, ...parts }, options);
  return { ...opened, route, instance, chooser };
}

/** Resolves when it holds. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}
