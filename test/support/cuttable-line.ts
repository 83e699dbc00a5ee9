import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a server that can be cut and mended; the server and whoever came by another way notice nothing. */
export interface CuttableLine {
  port: number;
  /** How often somebody came. */
  arrivals(): number;
  cut(): Promise<void>;
  mend(): Promise<void>;
}

export async function cuttableLine(toPort: number): Promise<CuttableLine> {
  const sockets = new Set<Socket>();
  let arrivals = 0;
  const take = (near: Socket): void => {
    arrivals += 1;
    const far = connect(toPort, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on('error', () => undefined);
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  };
  const listen = async (port: number): Promise<Server> => {
    const server = createServer(take);
    await once(server.listen(port, '127.0.0.1'), 'listening');
    return server;
  };
  let server = await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    arrivals: () => arrivals,
    async cut() {
      if (!server.listening) return;
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
    async mend() {
      server = await listen(port);
    },
  };
}
