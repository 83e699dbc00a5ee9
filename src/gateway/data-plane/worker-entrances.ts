import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import type { FrontDoor } from './forward/front-door.ts';
import { acceptsPerTurn, serveSockets } from './forward/accept-sockets.ts';
import type { GatewaySettings } from './gateway-settings.ts';
import { log } from './log.ts';
import type { Listeners } from './open-listener.ts';
import { readProxyHead } from './tls/proxy-protocol.ts';
import { trustedPeers } from './tls/trusted-peers.ts';
import type { WorkerStart } from './worker-orders.ts';

export interface WorkerEntrances {
  certify(certificates: WorkerStart['certificates']): void;
  /** Connections come in when it resolves. */
  open(): Promise<void>;
  /** Nobody new; who is here is told to end soon. Repeatable. */
  retire(): void;
  close(): void;
  /** Encrypted ones, handshakes that go on among them. */
  connections(): number;
}

/** One way in. */
interface Entrance {
  retire(): void;
  close(): void;
  /** Those that are not yet, or not by themselves, clients of the front door. */
  connections(): number;
}

interface Behind {
  door: FrontDoor;
  settings: GatewaySettings;
  start: WorkerStart;
}

const backlog = 4096;

/** The ways to the front door, for plain and for encrypted connections. Nothing listens yet. */
export async function workerEntrances(
  listeners: Listeners,
  behind: Behind,
): Promise<WorkerEntrances> {
  const tls = listeners.tls === null ? null : await encrypted(behind);
  const entrances: Entrance[] = [];
  return {
    certify: (certificates) => tls?.replace(certificates),

    async open() {
      const servers = turns(listeners.plain.fd).map(listening);
      entrances.push(...servers.map((server) => plain(server, behind)));
      if (listeners.tls !== null && tls !== null) {
        const encrypted = turns(listeners.tls.fd).map(listening);
        entrances.push(tls.entrance(encrypted));
        servers.push(...encrypted);
      }
      for (const server of servers) {
        if (!server.listening) await once(server, 'listening');
        server.on('error', (error) => log('a socket reports', error));
      }
    },

    retire() {
      for (const entrance of entrances) entrance.retire();
    },

    close() {
      for (const entrance of entrances) entrance.close();
    },

    connections: () => entrances.reduce((sum, entrance) => sum + entrance.connections(), 0),
  };
}

/**
 * Node takes one connection a turn from a descriptor, and a turn is long where many are connected: who knocks
 * then would wait for seconds. So each worker has its descriptors several times; see `workerDescriptors`.
 */
const turns = (first: number): number[] =>
  Array.from({ length: acceptsPerTurn }, (_, index) => first + index);

/** Several workers listen on the same socket: whoever is free takes the next connection. */
function listening(fd: number): Server {
  return createServer({ allowHalfOpen: true, noDelay: true }).listen({ fd }, backlog);
}

function plain(server: Server, { door, settings }: Behind): Entrance {
  const { isTrusted } = trustedPeers(settings.trust);
  const proxyHead = { read: readProxyHead, mayBelieve: isTrusted };
  const { close } = serveSockets(server, door, {
    isTrusted,
    ...(settings.proxyProtocol ? { proxyHead } : {}),
  });
  return { retire: close, close, connections: () => 0 };
}

/** Loaded only where it is wanted: TLS and HTTP/2 take memory. */
async function encrypted({ settings, start, door }: Behind) {
  const { certificateShelf } = await import('./tls/certificate-shelf.ts');
  const { serveTls } = await import('./tls/serve-tls.ts');
  const ticketKeys = Buffer.from(start.ticketKeys, 'base64');
  const shelf = certificateShelf(start.certificates, { ticketKeys });
  return {
    replace: (certificates: WorkerStart['certificates']) => shelf.replace(certificates),

    entrance([server = createServer(), ...more]: Server[]): Entrance {
      const { proxyProtocol } = settings;
      const trust = trustedPeers(settings.trust);
      const serving = serveTls({ listener: server, door, shelf, trust, proxyProtocol });
      for (const each of more) each.on('connection', (socket) => server.emit('connection', socket));
      const stop = (): void => {
        for (const each of more) if (each.listening) each.close();
      };
      return {
        retire() {
          stop();
          serving.stopAccepting();
          serving.retire();
        },
        close() {
          stop();
          serving.close();
        },
        connections: () => serving.connections(),
      };
    },
  };
}
