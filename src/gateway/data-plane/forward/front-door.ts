import type { Chooser } from '../choose/chooser.ts';
import type { AccessLog } from '../count/access-log.ts';
import type { ByteStream, Peer, StreamListener } from './byte-stream.ts';
import { ClientConnection } from './client-connection.ts';
import { Deadlines } from './deadlines.ts';
import type { ForwardContext } from './forward-context.ts';
import { type ForwardLimits, usualForwardLimits } from './limits.ts';
import { type OpenWork, openWork } from './open-work.ts';
import type { ShadowStarter } from './shadow-copy.ts';

/** Where clients' connections come in and are forwarded. */
export interface FrontDoor {
  /** The listener for a new client's stream; it may write to the stream from the first event on. */
  accept(stream: ByteStream, peer: Peer): StreamListener;
  readonly open: OpenWork;
  /** Clients that are connected. */
  readonly connections: number;
  /**
   * From now on answers carry `Connection: close`, and unused connections end within a second: so late that
   * they do not meet a request on its way. Repeatable.
   */
  retire(): void;
  /** Ends everything at once. Repeatable. */
  close(): void;
}

export interface FrontDoorParts {
  chooser: Chooser;
  /** Those not given are the usual ones. */
  limits?: Partial<ForwardLimits>;
  log?: AccessLog;
  shadow?: ShadowStarter;
  /** A clock in ms that never jumps. */
  now?: () => number;
}

export function frontDoor({ chooser, log, shadow, now, ...parts }: FrontDoorParts): FrontDoor {
  const clients = new Set<ClientConnection>();
  const limits = { ...usualForwardLimits, ...parts.limits };
  const context: ForwardContext = {
    chooser,
    limits,
    deadlines: new Deadlines(limits.sweepMs, now),
    work: openWork((instances) => {
      const open = [...clients].filter(
        ({ instance }) => instance !== null && instances.has(instance),
      );
      for (const client of open) client.cut();
      return open.length;
    }),
    log: log ?? null,
    shadow: shadow ?? null,
    isRetiring: false,
  };
  const onClosed = (client: ClientConnection): void => void clients.delete(client);

  return {
    accept(stream, peer) {
      const client = new ClientConnection(context, { stream, peer, onClosed });
      clients.add(client);
      return client;
    },

    open: context.work,

    get connections() {
      return clients.size;
    },

    retire() {
      context.isRetiring = true;
      for (const client of clients) client.retire();
    },

    close() {
      context.deadlines.destroyAll();
    },
  };
}
