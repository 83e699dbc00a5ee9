import { createServer, type Server, Socket, type SocketConstructorOpts } from 'node:net';
import type { Peer, StreamListener } from './byte-stream.ts';
import type { FrontDoor } from './front-door.ts';
import { type ProxyHead, proxiedListener } from './proxied-listener.ts';
import { readBuffer } from './read-buffer.ts';
import { TcpStream } from './tcp-stream.ts';

export interface SocketOptions {
  /** May set X-Forwarded-* itself. */
  isTrusted?: (address: string) => boolean;
  /** Every connection begins with a PROXY head; one without is closed. */
  proxyHead?: ProxyHead;
  /** Clients of one door beyond this number are turned away; 50,000 if not given. */
  connections?: number;
  /**
   * 'direct' takes new connections from the server's handle and lets them all read into one buffer, for which
   * Node has no public interface; where that is not as expected, and with 'public', sockets are read as
   * everywhere, which costs about a tenth of the requests per second.
   */
  reading?: Reading;
}

type Reading = 'direct' | 'public';

export interface ServedSockets {
  /** The first, if there are several. */
  readonly server: Server;
  /** What could be had. */
  readonly reading: Reading;
  /** Accepts no more; who is connected stays. Repeatable. */
  close(): void;
}

const backlog = 4_096;
const usualConnections = 50_000;

/**
 * Lets everybody in at the door who connects to a listening socket: one inherited as a file descriptor, or a
 * server that listens already. Others may accept from the same socket.
 *
 * Node accepts one connection per listener in each turn of the event loop, and with a thousand busy clients a turn
 * takes tens of milliseconds: hundreds of new ones would wait for seconds. So hand in several duplicates of
 * the descriptor (`acceptsPerTurn` is a good number), each of which accepts one.
 */
export function serveSockets(
  listener: { fd: number } | { fds: readonly number[] } | Server,
  door: FrontDoor,
  options: SocketOptions = {},
): ServedSockets {
  const servers = serversOf(listener);
  const readings = servers.map((server) => serve(server, door, options));
  return {
    server: servers[0] as Server,
    reading: readings.every((reading) => reading === 'direct') ? 'direct' : 'public',
    close() {
      for (const server of servers) if (server.listening) server.close();
    },
  };
}

/** How many duplicates of a listening socket a busy worker should have. */
export const acceptsPerTurn = 16;

function serversOf(listener: Parameters<typeof serveSockets>[0]): Server[] {
  if ('fds' in listener) return listener.fds.map((fd) => createServer().listen({ fd, backlog }));
  return 'fd' in listener ? serversOf({ fds: [listener.fd] }) : [listener];
}

function serve(server: Server, door: FrontDoor, options: SocketOptions): Reading {
  // Node reads these when a connection comes.
  Object.assign(server, { allowHalfOpen: true, noDelay: true });
  if (options.reading !== 'public' && takeFromHandle(server, door, options)) return 'direct';
  server.on('connection', (socket) => readPublicly(socket, door, options));
  return 'public';
}

interface ServerHandle {
  setNoDelay?: (on: boolean) => void;
  onconnection: (status: number, handle?: ClientHandle) => void;
}

interface ClientHandle {
  setNoDelay(on: boolean): void;
  close(): void;
}

/** Here an accepted socket has the options of the one that listens: one system call less for each. */
const inheritsOptions = process.platform === 'linux';

/** False when this Node keeps its sockets otherwise. */
function takeFromHandle(server: Server, door: FrontDoor, options: SocketOptions): boolean {
  const { _handle: handle } = server as unknown as { _handle?: Partial<ServerHandle> | null };
  if (typeof handle?.onconnection !== 'function') return false;
  if (inheritsOptions) handle.setNoDelay?.(true);
  handle.onconnection = (status, accepted) => {
    if (status === 0 && accepted !== undefined) readDirectly(accepted, door, options);
  };
  return true;
}

function readDirectly(handle: ClientHandle, door: FrontDoor, options: SocketOptions): void {
  if (isCrowded(door, options)) return handle.close();
  if (!inheritsOptions) handle.setNoDelay(true);
  let listener: StreamListener | null = null;
  const socket = new Socket({
    handle,
    allowHalfOpen: true,
    onread: {
      buffer: readBuffer,
      callback(size: number) {
        listener?.received(readBuffer, 0, size);
        return true;
      },
    },
  } as unknown as SocketConstructorOpts);
  listener = welcome(socket, door, options);
}

function readPublicly(socket: Socket, door: FrontDoor, options: SocketOptions): void {
  if (isCrowded(door, options)) return void socket.destroy();
  const listener = welcome(socket, door, options);
  socket.on('data', (bytes: Buffer) => listener?.received(bytes, 0, bytes.length));
}

const isCrowded = (door: FrontDoor, { connections = usualConnections }: SocketOptions): boolean =>
  door.connections >= connections;

/** Null for a client that is gone already. */
function welcome(
  socket: Socket,
  door: FrontDoor,
  { isTrusted, proxyHead }: SocketOptions,
): StreamListener | null {
  // What matters of an error is that the connection closes.
  socket.on('error', () => {});
  const address = socket.remoteAddress?.replace(/^::ffff:/, '');
  if (address === undefined || proxyHead?.mayBelieve(address) === false) {
    socket.destroy();
    return null;
  }
  const stream = new TcpStream(socket);
  const peer: Peer = {
    address,
    secure: false,
    isTrusted: isTrusted?.(address) ?? false,
    protocol: 'http/1.1',
  };
  const listener =
    proxyHead === undefined
      ? door.accept(stream, peer)
      : proxiedListener(door, stream, { peer, proxyHead });
  socket.on('end', () => listener.ended());
  socket.on('drain', () => listener.drained());
  socket.on('close', () => listener.closed());
  return listener;
}
