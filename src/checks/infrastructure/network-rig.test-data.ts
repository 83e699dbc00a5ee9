import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import {
  createServer as createPlainServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';
import { testAuthority } from '../../../test/support/test-certificates.ts';
import type { InfrastructureOrder, InfrastructureResult } from './infrastructure-check.ts';
import { noJobs } from './no-jobs.test-data.ts';
import { runInfrastructureChecks } from './run-infrastructure-checks.ts';

const ends: (() => unknown)[] = [];

/** Nothing of it listens any more. For after each test. */
export async function endServers(): Promise<void> {
  for (const end of ends.splice(0)) await end();
}

/** The free port on which the server listens until `endServers`. */
export async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return (server.address() as AddressInfo).port;
}

export const web = (answer: RequestListener): Promise<number> => listening(createServer(answer));

/** A port on which nobody listens, as long as nobody else takes it. */
export async function closedPort(): Promise<number> {
  const server = createPlainServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The checks trust what it issues. */
export const authority = testAuthority();

/** For checks that need no job. */
export const networkOrder = (file: string): InfrastructureOrder => ({
  file,
  path: 'infra.yaml',
  run: 'run',
  owner: 'environment:a',
  isolation: 'a',
  workspace: 'a',
  variables: {},
  secret: {},
});

export const results = (
  file: string,
  order: Partial<InfrastructureOrder> = {},
): Promise<InfrastructureResult[]> =>
  runInfrastructureChecks(
    { jobs: noJobs, authorities: [authority.certificate] },
    { ...networkOrder(file), ...order },
  );

/** How the first check of a file ended, and why. */
export async function found(
  file: string,
  order: Partial<InfrastructureOrder> = {},
): Promise<string> {
  const [result] = await results(file, order);
  return `${result?.passed ? 'passed' : 'failed'}: ${result?.found}`;
}
