import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { notingListener, type Peer, sendAll } from './peer.ts';
import type { Meaning } from './request-case.ts';

/** Node's own server with llhttp, as strict as it is when nobody asks for leniency. */
export async function nodePeer(): Promise<Peer> {
  const seen: Meaning[] = [];
  const server = createServer(notingListener(seen)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    name: 'node:http',
    async read(bytes) {
      seen.length = 0;
      await sendAll({ port, host: '127.0.0.1' }, bytes);
      return [...seen];
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
