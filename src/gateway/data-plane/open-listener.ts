import { lookup } from 'node:dns/promises';
import * as net from 'node:net';
import { getSystemErrorName } from 'node:util';
import { SignalboxError } from '../../kernel/signalbox-error.ts';
import { listenAddress } from './listen-address.ts';

/** A socket that is bound and that workers may take connections from. */
export interface Listener {
  fd: number;
  port: number;
  /** Only this process's hold on it. Repeatable. */
  close?(): void;
}

export interface Listeners {
  plain: Listener;
  tls: Listener | null;
}

interface BoundHandle {
  fd: number;
  getsockname(into: { port?: number }): number;
  close(): void;
}

type CreateHandle = (
  address: string,
  port: number,
  family: 4 | 6,
  fd: -1,
  flags: 0,
) => BoundHandle | number;

/** As long as this process holds a socket, the death of every worker closes no connection that waits in its queue. */
const held = new Set<BoundHandle>();

/**
 * Binds the address without listening or accepting: its workers do both. Node has no public call for that, so
 * this is the one that its own cluster module uses. Refuses with `gateway/bad-listen-address`,
 * `gateway/port-taken` and `gateway/cannot-listen`.
 */
export async function openListener(listen: string): Promise<Listener> {
  const { host, port } = listenAddress(listen);
  const create = (net as unknown as { _createServerHandle: CreateHandle })._createServerHandle;
  try {
    const { address, family } = await lookup(host);
    const handle = create(address, port, family === 6 ? 6 : 4, -1, 0);
    if (typeof handle === 'number') throw systemError(handle);
    const name: { port?: number } = {};
    // A port that somebody listens on shows only here.
    const trouble = handle.getsockname(name);
    if (trouble !== 0) {
      handle.close();
      throw systemError(trouble);
    }
    held.add(handle);
    const close = (): void => {
      if (held.delete(handle)) handle.close();
    };
    return { fd: handle.fd, port: name.port ?? port, close };
  } catch (error) {
    throw cannotListen(listen, error as NodeJS.ErrnoException);
  }
}

/** `FD:PORT`, as `--inherit` says it. */
export const listenerText = ({ fd, port }: Pick<Listener, 'fd' | 'port'>): string =>
  `${fd}:${port}`;

export function readListener(text: string): Listener {
  const [fd = Number.NaN, port = Number.NaN] = text.split(':').map(Number);
  return { fd, port };
}

export function cannotListen(
  listen: string,
  { code, message }: { code?: string | undefined; message: string },
): SignalboxError {
  const isTaken = code === 'EADDRINUSE';
  const port = listen.slice(listen.lastIndexOf(':') + 1);
  return new SignalboxError({
    code: isTaken ? 'gateway/port-taken' : 'gateway/cannot-listen',
    what: `The gateway cannot listen on ${listen}.`,
    why: isTaken ? 'Another program listens there.' : `The operating system says: ${message}.`,
    fix: isTaken
      ? [
          `Choose another port: --gateway 127.0.0.1:${Number(port) + 1}`,
          `See who has it, and stop that: ss -ltnp 'sport = :${port}'`,
        ]
      : ['Choose another address: --gateway 127.0.0.1:8080'],
  });
}

function systemError(number: number): NodeJS.ErrnoException {
  const code = getSystemErrorName(number);
  return Object.assign(new Error(code), { code });
}
