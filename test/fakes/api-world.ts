import { text } from 'node:stream/consumers';
import type { Input, Output } from '../../src/api/contract/all.ts';
import type { Handlers } from '../../src/api/handlers.ts';
import { SignalboxError } from '../../src/kernel/signalbox-error.ts';
import { fakeTerminal } from './terminal.ts';

type Environment = Output<'listEnvironments'>['environments'][number];
type Progress = Output<'followPush'>;

/** What the fake was told, for a test to look at. */
export interface FakeWorld {
  handlers: Partial<Handlers>;
  told: Record<string, unknown>;
  terminals: ReturnType<typeof fakeTerminal>[];
}

const at = new Date('2026-11-20T08:00:00Z');

/** An installation in memory with one app, `shop`, that has staging and one preview. */
export function fakeWorld(): FakeWorld {
  const told: Record<string, unknown> = {};
  const terminals: ReturnType<typeof fakeTerminal>[] = [];
  const note = <T>(name: string, input: unknown, answer: T): T => {
    told[name] = input;
    return answer;
  };
  const handlers: Partial<Handlers> = {
    listApps: () => ({ apps: [shop] }),
    getApp: () => shop,
    addApp: (input) => note('addApp', input, { app: shop, webhook: null }),
    removeApp: (input) => note('removeApp', input, { text: 'shop is gone.' }),
    listEnvironments: (input) => note('listEnvironments', input, { environments }),
    getEnvironment: ({ environment }) => details(environment),
    destroyEnvironment: (input) => note('destroyEnvironment', input, details(input.environment)),
    keepEnvironment: (input) => note('keepEnvironment', input, { owner: 'me', ...input }),
    setVariables: (input) => note('setVariables', input, { text: 'Set.', variables: [] }),
    deployEnvironment: (input) => note('deployEnvironment', input, { deploy: deployOf(input) }),
    followDeploy: async ({ deploy }, { after }) => sentences(deploy, after ?? 0),
    followEnvironment: async () => sentences('good', 0),
    listDeploys: () => ({ deploys: [] }),
    listPushes: () => ({ pushes: [push] }),
    getPush: () => ({ ...push, checks: [], build }),
    followPush: async () => sentences('good', 0),
    readLogs: async (input) => lines(note('readLogs', input, ['one', 'two'])),
    readBuildLog: async (input) => lines(note('readBuildLog', input, ['built'])),
    openTerminal: async (input) => openTerminal(note('openTerminal', input, terminals)),
    listSnapshots: () => ({ snapshots: [snapshot] }),
    importSnapshot: async (input, { upload }) =>
      note('importSnapshot', { ...input, dump: await text(upload) }, snapshot),
    setSecret: (input) => note('setSecret', input, { text: `${input.name} is set.` }),
    listSecrets: () => ({ secrets: [] }),
    listJobs: () => ({ jobs: [] }),
    listJobRuns: () => ({ runs: [] }),
    listTokens: () => ({ tokens: [] }),
    createToken: ({ name, role }) => ({
      id: 't1',
      name,
      role,
      createdAt: at,
      lastUsedAt: null,
      revokedAt: null,
      token: 'sbx_new',
    }),
    listAudit: () => ({ entries: [] }),
    whoAmI: (_input, { actor: { id, name } }) => ({ id, name, role: 'admin' }),
    doctor: () => ({ findings: [] }),
    getStatus: () => status,
  };
  return { handlers, told, terminals };
}

const build: Output<'getPush'>['build'] = {
  key: 'b1',
  state: 'built',
  reason: null,
  startedAt: at,
  endedAt: at,
};

const shop: Output<'getApp'> = {
  name: 'shop',
  mainBranch: 'main',
  remote: 'http://127.0.0.1:7070/git/shop.git',
  source: null,
  environments: 2,
  syncedAt: null,
  syncError: null,
  createdAt: at,
};

function environment(name: string, url: string): Environment {
  const kind = name.startsWith('preview/') ? 'preview' : 'staging';
  return {
    id: name.replaceAll('/', '-'),
    app: 'shop',
    name,
    kind,
    url,
    host: url,
    state: 'live',
    branch: kind === 'preview' ? name.slice('preview/'.length) : 'main',
    commit: '4f2c1d9aa',
    reason: null,
    place: null,
    createdAt: at,
    pushedAt: at,
    requestedAt: null,
    idleMs: 4000,
    leaseUntil: null,
    destroyAt: null,
    data: null,
    memoryBytes: null,
    lately: { requests: 0, bad: 0 },
  };
}

const environments = [
  environment('staging', 'http://staging--shop.localhost:8080'),
  environment('preview/new-cool-page', 'http://new-cool-page--shop.localhost:8080'),
];

function details(address: string): Output<'getEnvironment'> {
  const found = environments.find(({ name }) => address === `shop/${name}`);
  if (!found) {
    throw new SignalboxError({
      code: 'environment/unknown',
      what: `There is no environment ${address}.`,
      why: 'Nothing was pushed to its branch.',
      fix: ['signalbox env list'],
    });
  }
  const secret = { name: 'API_KEY', value: null, from: 'secret' as const };
  return {
    ...found,
    deploy: 'd1',
    services: [],
    stores: [],
    variables: [secret],
    lease: null,
    destroyReason: null,
  };
}

const push: Output<'listPushes'>['pushes'][number] = {
  id: 'p1',
  app: 'shop',
  branch: 'main',
  commit: '4f2c1d9aa',
  by: 'me',
  at,
  state: 'live',
  reason: null,
  fix: [],
  url: null,
  endedAt: at,
};

const snapshot: Output<'getSnapshot'> = {
  id: 's1',
  app: 'shop',
  store: 'db',
  source: 'staging',
  commit: '4f2c1d9aa',
  migration: null,
  bytes: 1_700_000_000,
  state: 'ready',
  reason: null,
  how: null,
  takenAt: at,
};

const well = { ok: true, text: 'It is well.' };
const status: Output<'getStatus'> = {
  ok: true,
  version: '0.1.0',
  controllers: [],
  gateway: well,
  database: well,
  runtime: well,
  duties: [{ name: 'sweep', everyMs: 60_000, ranAt: at, silent: false, error: null }],
};

function deployOf({ commit }: Input<'deployEnvironment'>): string {
  return commit === 'bad0' ? 'bad' : 'good';
}

/** Three sentences and an ending. */
async function* sentences(deploy: string, after: number): AsyncIterable<Progress> {
  const texts = ['Building.', 'Migrating.', 'Starting.'];
  for (const [index, text] of texts.entries()) {
    if (index + 1 <= after) continue;
    yield { id: index + 1, at, kind: 'test', text, ending: null };
  }
  const ending =
    deploy === 'good'
      ? { state: 'live', succeeded: true, url: 'http://x.localhost:8080', reason: null, fix: [] }
      : {
          state: 'failed',
          succeeded: false,
          url: null,
          reason: 'A migration failed.',
          fix: ['Mend it.'],
        };
  yield { id: 4, at, kind: 'test', text: '', ending };
}

async function* lines(texts: string[]) {
  for (const line of texts) yield { service: 'web', instance: 'i1', line };
}

function openTerminal(terminals: ReturnType<typeof fakeTerminal>[]) {
  const made = fakeTerminal();
  terminals.push(made);
  return made.terminal;
}
