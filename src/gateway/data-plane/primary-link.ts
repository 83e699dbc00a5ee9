import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type CallLink, callLink } from './call-link.ts';
import { lockHolder } from './gateway-lock.ts';
import { successor } from './successor.ts';
import { workersSocket } from './worker-links.ts';
import type { ObeyedOrders, PrimaryCalls } from './worker-orders.ts';

export interface PrimaryLink {
  /** Null: nobody is there at the moment. */
  now(): CallLink<PrimaryCalls> | null;
}

interface PrimaryLinkOptions {
  /** Where the process that started us listens. */
  path: string;
  /** Staggers the workers, so that one successor is started and not one by each. */
  index: number;
  orders: ObeyedOrders;
  /** It has taken connections. Who has not is useless without the process that started it, and ends. */
  serves: () => boolean;
  /** It takes connections and should go on doing so. */
  needsPrimary: () => boolean;
  /** Starts a process that inherits our sockets. */
  successorArgv: () => { argv: string[]; descriptors: number[] };
}

const retryMs = 25;
const graceMs = 30;
const perWorkerMs = 1_000;

/** Keeps this worker in touch with the gateway's primary process, whichever that is. */
export async function primaryLink(options: PrimaryLinkOptions): Promise<PrimaryLink> {
  const { orders, serves } = options;
  let link: CallLink<PrimaryCalls> | null = null;

  function attach(socket: Socket): void {
    const closed = (): void => {
      link = null;
      if (!serves()) process.exit(0);
      void find();
    };
    link = callLink<ObeyedOrders, PrimaryCalls>(socket, { near: orders, closed });
    link.ask('hello', { pid: process.pid, serves: serves() }).catch(() => {});
  }

  async function find(): Promise<void> {
    const lostAt = Date.now();
    const next = successor(options.successorArgv);
    for (;;) {
      const socket = await connected(workersSocket);
      if (socket !== null) return attach(socket);
      const isDue = Date.now() - lostAt > graceMs + options.index * perWorkerMs;
      if (isDue && options.needsPrimary() && lockHolder('.') === null) next.ensure();
      await pause(retryMs);
    }
  }

  const first = await connected(options.path);
  if (first === null) process.exit(0);
  attach(first);
  return { now: () => link };
}

function connected(path: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('error', () => resolve(null));
    socket.once('connect', () => resolve(socket));
  });
}
