import { once } from 'node:events';
import { get, type IncomingMessage, type ServerResponse } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';
import type {
  Asked,
  GatewayUnderTest,
  HeldRequest,
  TestInstance,
} from '../../src/gateway/gateway.contract.ts';
import { ask, type Cleanup, startInstance } from './gateway-rig.ts';

type People = Required<Pick<GatewayUnderTest, 'instance' | 'visit' | 'hold' | 'holdSocket'>>;

/** Real instances behind a gateway and real people in front of its port, as the contract wants them. */
export function networkGateway(undo: Cleanup, port: () => number): People {
  const holds: Holds = { next: 1, held: new Map(), arrived: new Map() };
  return {
    instance: (name) => realInstance(undo, name, holds),

    async visit(host: string, asked: Asked = {}) {
      const { headers, ...rest } = asked;
      const reply = await ask({ port: port(), host, ...rest, ...(headers ? { headers } : {}) });
      const [cookie = ''] = reply.headers['set-cookie'] ?? [];
      return {
        status: reply.status,
        from: String(reply.headers['x-instance'] ?? ''),
        text: reply.text,
        contentType: reply.headers['content-type'] ?? '',
        cookie: cookie.split(';')[0] ?? '',
      };
    },

    async hold(host, { headers = {} } = {}): Promise<HeldRequest> {
      const id = `${holds.next++}`;
      const has = new Promise<void>((resolve) => holds.arrived.set(id, resolve));
      const ended = new Promise<'answered' | 'cut off'>((resolve) => {
        const options = { host: '127.0.0.1', port: port(), path: `/hold?${id}`, agent: false };
        get({ ...options, headers: { host, ...headers } }, (answer) => {
          answer.once('error', () => resolve('cut off'));
          // Without the instance's name it is the gateway's own page, in place of the answer.
          const isCut = answer.headers['x-instance'] === undefined;
          answer.resume().once('end', () => resolve(isCut ? 'cut off' : 'answered'));
        }).once('error', () => resolve('cut off'));
      });
      await has;
      return { finish: () => holds.held.get(id)?.(), ended };
    },

    async holdSocket(host): Promise<HeldRequest> {
      const socket = new WebSocket(`ws://127.0.0.1:${port()}/`, { headers: { host } });
      await once(socket, 'open');
      return {
        finish: () => socket.close(),
        ended: once(socket, 'close').then(() => 'answered' as const),
      };
    },
  };
}

/** Requests that instances keep, by the number in their query. */
interface Holds {
  next: number;
  held: Map<string, () => void>;
  arrived: Map<string, () => void>;
}

async function realInstance(undo: Cleanup, name: string, holds: Holds): Promise<TestInstance> {
  const heard: string[] = [];
  let isHealthy = true;
  const app = (request: IncomingMessage, response: ServerResponse): void => {
    const path = request.url ?? '/';
    request.resume();
    response.setHeader('X-Instance', name);
    if (path === '/health') {
      response.statusCode = isHealthy ? 200 : 503;
      return void response.end();
    }
    heard.push(`${request.method} ${path}`);
    if (path.startsWith('/hold?')) {
      const id = path.slice('/hold?'.length);
      holds.held.set(id, () => response.end(name));
      return holds.arrived.get(id)?.();
    }
    response.statusCode = Number(/^\/status\/(\d{3})/.exec(path)?.[1] ?? 200);
    request.once('end', () => response.end(name));
  };
  const { upstream, server } = await startInstance(undo, { name, app });
  const sockets = new WebSocketServer({ server });
  undo.add(() => sockets.close());
  return { upstream, heard, setHealthy: (healthy) => (isHealthy = healthy) };
}
