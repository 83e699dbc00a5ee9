// Tells code hosts what they have to know, and ends itself by SIGKILL before or after it has told the n-th thing and
// before anybody has noted it. argv[2] is a JSON HostProgramOptions. Its host is at the other end of `line`.
import { openDatabase } from '../../src/db/pool.ts';
import { deliverToHosts } from '../../src/environments/deliver-to-host.ts';
import { noteForHosts } from '../../src/environments/report-to-host.ts';
import type { CodeHost } from '../../src/git/host.ts';
import { inMemoryGateway } from '../fakes/in-memory-gateway.ts';

export interface HostProgramOptions {
  databaseUrl: string;
  /** Where it posts `{method, values}` to. */
  line: string;
  /** null: it lives. */
  killAt: { call: number; moment: 'before' | 'told, not noted' } | null;
}

const options = JSON.parse(process.argv[2] ?? '{}') as HostProgramOptions;
const { db, close } = openDatabase(options.databaseUrl, 4);
let calls = 0;

function dieAt(moment: string): void {
  const { killAt } = options;
  if (killAt?.call === calls && killAt.moment === moment) process.kill(process.pid, 'SIGKILL');
}

async function call(method: string, ...values: unknown[]): Promise<void> {
  calls += 1;
  dieAt('before');
  const body = JSON.stringify({ method, values });
  const reply = await fetch(options.line, { method: 'POST', body });
  await reply.text();
  dieAt('told, not noted');
}

const nothing = (): never => {
  throw new Error('Nobody asks this here.');
};
const host: CodeHost = {
  kind: 'forgejo',
  status: (commit, status) => call('status', commit, status),
  deployment: (commit, deployment) => call('deployment', commit, deployment),
  comment: (request, text) => call('comment', request, text),
  openRequests: nothing,
  reviews: nothing,
  news: nothing,
};
const world = {
  db,
  clock: { now: () => new Date() },
  gateway: inMemoryGateway(),
  hosts: { of: async () => host },
  log: (line: string) => void process.stderr.write(`${line}\n`),
};
await noteForHosts(world);
await deliverToHosts(world);
await close();
