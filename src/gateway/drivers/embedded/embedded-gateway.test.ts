import { once } from 'node:events';
import { get } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';
import {
  ask,
  cleanup,
  freePort,
  freshDirectory,
  startInstance,
} from '../../../../test/support/gateway-rig.ts';
import { lockHolder } from '../../data-plane/gateway-lock.ts';
import { gatewayContract, type HeldRequest } from '../../gateway.contract.ts';
import { embeddedGateway } from './embedded-gateway.ts';
import { stopGateway } from './stop-gateway.ts';

gatewayContract('the embedded gateway', async () => {
  const undo = cleanup();
  const directory = await freshDirectory(undo);
  const port = await freePort();
  const place = { directory, listen: `127.0.0.1:${port}` };
  undo.add(() => stopGateway(directory, 1_000));
  const heldBack: (() => void)[] = [];
  let arrived = Promise.withResolvers<void>();

  const it = {
    gateway: await embeddedGateway(place),

    async instance(name: string) {
      const { upstream, server } = await startInstance(undo, {
        name,
        app: (request, response) => {
          if (request.url !== '/hold') return response.end(name);
          heldBack.push(() => response.end(name));
          arrived.resolve();
        },
      });
      const sockets = new WebSocketServer({ server });
      undo.add(() => sockets.close());
      return upstream;
    },

    async visit(host: string) {
      const { status, text } = await ask({ port, host });
      return status === 200 ? text : status;
    },

    async hold(host: string): Promise<HeldRequest> {
      arrived = Promise.withResolvers();
      const ended = new Promise<'answered' | 'cut off'>((resolve) => {
        const options = { host: '127.0.0.1', port, path: '/hold', headers: { host }, agent: false };
        get(options, (answer) => answer.resume().once('end', () => resolve('answered'))).once(
          'error',
          () => resolve('cut off'),
        );
      });
      await arrived.promise;
      return { finish: heldBack.at(-1)!, ended };
    },

    async holdSocket(host: string): Promise<HeldRequest> {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { headers: { host } });
      await once(socket, 'open');
      return {
        finish: () => socket.close(),
        ended: once(socket, 'close').then(() => 'answered' as const),
      };
    },

    async restart() {
      process.kill(lockHolder(directory)!.pid, 'SIGKILL');
      await once(process, 'never', { signal: AbortSignal.timeout(50) }).catch(() => {});
      await it.gateway.tend();
      it.gateway = await embeddedGateway(place);
    },

    close: () => undo.run(),
  };
  return it;
});
