import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createInterface } from 'node:readline';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { request } from 'node:http';
import { execa } from 'execa';
import { startServer, type RunningServer } from './server.ts';
import { takeDown } from './take-down.ts';
import { ownVersion, userConfigDirectory } from './up.ts';
import { usualAddresses } from './usual-addresses.ts';

const { values } = parseArgs({
  options: {
    exit: { type: 'boolean', default: false },
    data: { type: 'string' },
    listen: { type: 'string' },
    gateway: { type: 'string' },
  },
});

const say = (text = ''): void => void process.stdout.write(`${text}\n`);
const branch = 'cheaper-tea';
const cheaperTea = "update products set price_cents = 590 where slug = 'tea';\n";
/** What the tea costs, as the page shows it. */
const prices = { before: '8.90', after: '5.90' };
const began = Date.now();

/** `bin/demo`: the whole way from `git push` to a living preview, with examples/shop. */
async function demo(): Promise<void> {
  const data = values.data
    ? resolve(values.data)
    : await mkdtemp(join(tmpdir(), 'signalbox-demo-'));
  await mkdir(data, { recursive: true });
  await chmod(data, 0o711);
  say(`Starting Signalbox in ${data} …`);
  const server = await startServer({
    data,
    listen: values.listen ?? (await usual(usualAddresses.listen)),
    gateway: values.gateway ?? (await usual(usualAddresses.gateway)),
    domain: usualAddresses.domain,
    announceIn: values.exit ? undefined : userConfigDirectory(),
    version: await ownVersion(),
    log: (line) => process.stderr.write(`  (${line})\n`),
  });
  say(`It is up: API and git at ${server.url}, apps at ${server.gatewayUrl}`);
  try {
    await story(server, data);
    if (!values.exit) await untilInterrupted();
  } finally {
    await tearDown(server, data);
  }
}

/** The usual port, or any free one when somebody has it. */
async function usual(address: string): Promise<string> {
  const [host = '127.0.0.1', port = '0'] = address.split(':');
  const server = createServer();
  const free = await new Promise<boolean>((settle) => {
    server.once('error', () => settle(false));
    server.listen(Number(port), host, () => settle(true));
  });
  if (!free) server.listen(0, host);
  if (!free) await once(server, 'listening');
  const bound = server.address();
  server.close();
  await once(server, 'close');
  return `${host}:${bound !== null && typeof bound === 'object' ? bound.port : port}`;
}

async function story(server: RunningServer, data: string): Promise<void> {
  const token = (await readFile(server.tokenFile, 'utf8')).trim();
  const shop = join(data, 'demo-shop');
  await rm(shop, { recursive: true, force: true });
  await cp(join(import.meta.dirname, '../../examples/shop'), shop, {
    recursive: true,
    filter: (path) => !path.includes('node_modules'),
  });
  await addShop(server, token);
  const git = gitIn(shop, server, token);
  await git.quiet('init', '--quiet', '--initial-branch=main');
  await git.quiet('add', '--all');
  await git.quiet('commit', '--quiet', '--message', 'The shop opens');
  say('\nA team has a shop. It pushes main with plain git:\n');
  await git.loud('push', git.remote, 'main');
  await takeSnapshot(server, token);

  say('\nSomebody wants cheaper tea: a branch with a migration, pushed for others to look at:\n');
  await git.quiet('checkout', '--quiet', '-B', branch);
  await writeFile(join(shop, 'db/migrations/0003-cheaper-tea.sql'), cheaperTea);
  await git.quiet('add', '--all');
  await git.quiet('commit', '--quiet', '--message', 'Cheaper tea');
  await git.loud('push', git.remote, branch);
  await lookAtAll(server);
}

async function call<T>(
  server: RunningServer,
  token: string,
  method: string,
  path: string,
  body?: object,
): Promise<T> {
  const reply = await fetch(`${server.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await reply.text();
  if (!reply.ok) throw new Error(`${method} ${path} answered ${reply.status}: ${text}`);
  return JSON.parse(text) as T;
}

async function addShop(server: RunningServer, token: string): Promise<void> {
  const { apps } = await call<{ apps: { name: string }[] }>(server, token, 'GET', '/api/v1/apps');
  if (!apps.some(({ name }) => name === 'shop'))
    await call(server, token, 'POST', '/api/v1/apps', { name: 'shop' });
}

/** The branch's preview starts from a copy of staging's data, so there must be one. */
async function takeSnapshot(server: RunningServer, token: string): Promise<void> {
  say('\nSignalbox keeps a copy of staging’s data for previews (every day; now by hand):');
  const { snapshots } = await call<{ snapshots: { id: string }[] }>(
    server,
    token,
    'POST',
    '/api/v1/apps/shop/snapshots',
    { from: 'staging' },
  );
  for (const { id } of snapshots) {
    for (;;) {
      const taken = await call<{ state: string; how: string | null; reason: string | null }>(
        server,
        token,
        'GET',
        `/api/v1/snapshots/${id}`,
      ).catch(() => null);
      if (taken?.state === 'ready') say(`  snapshot ${id}: ${taken.how}`);
      if (taken?.state === 'failed') throw new Error(`no snapshot: ${taken.reason}`);
      if (taken && taken.state !== 'taking') break;
      await new Promise((done) => setTimeout(done, 100));
    }
  }
}

function gitIn(directory: string, server: RunningServer, token: string) {
  const remote = new URL(`${server.url}/git/shop.git`);
  remote.username = 'demo';
  remote.password = token;
  const env = {
    GIT_AUTHOR_NAME: 'Demo',
    GIT_AUTHOR_EMAIL: 'demo@example.com',
    GIT_COMMITTER_NAME: 'Demo',
    GIT_COMMITTER_EMAIL: 'demo@example.com',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
  };
  return {
    remote: remote.href,
    quiet: async (...args: string[]) => void (await execa('git', args, { cwd: directory, env })),
    async loud(...args: string[]) {
      say(`  $ ${['git', ...args].join(' ').replace(remote.href, 'signalbox')}`);
      const run = execa('git', args, { cwd: directory, env, all: true, buffer: false });
      for await (const line of createInterface({ input: run.all }))
        say(`  ${line.replaceAll(token, '…').trimEnd()}`);
      await run;
    },
  };
}

async function lookAtAll(server: RunningServer): Promise<void> {
  say('\nWhat answers now:');
  for (const [what, host, price] of [
    ['production', 'shop.localhost', prices.before],
    ['staging', 'staging--shop.localhost', prices.before],
    [`branch ${branch}`, `${branch}--shop.localhost`, prices.after],
  ] as const) {
    const url = server.gatewayUrl.replace('://localhost', `://${host}`);
    const { status, body } = await visit(url, host);
    say(`  ${what.padEnd(20)} ${url}/  ${status}, tea at ${body.includes(price) ? price : '?'}`);
    if (status !== 200 || !body.includes(price))
      throw new Error(`${url} answered ${status}: ${body}`);
  }
  say(`\nFrom nothing to here: ${((Date.now() - began) / 1000).toFixed(0)} s.`);
}

/** Asked on 127.0.0.1 by name: not every machine resolves *.localhost. */
function visit(url: string, host: string): Promise<{ status: number; body: string }> {
  const { port } = new URL(url);
  const headers = { host: `${host}:${port}` };
  return new Promise((settle, reject) => {
    const asked = request({ host: '127.0.0.1', port, path: '/', headers }, (reply) => {
      let body = '';
      reply.setEncoding('utf8');
      reply.on('data', (text: string) => (body += text));
      reply.on('end', () => settle({ status: reply.statusCode ?? 0, body }));
    });
    asked.on('error', reject);
    asked.end();
  });
}

async function untilInterrupted(): Promise<void> {
  say('\nIt stays up. Open the addresses, push more branches; Ctrl-C ends everything.');
  // Signal listeners alone do not keep a process alive.
  const awake = setInterval(() => undefined, 60_000);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  clearInterval(awake);
}

/** Nothing is left running; a throw-away directory goes too. */
async function tearDown(server: RunningServer, data: string): Promise<void> {
  say('\nTaking everything down …');
  await server.stop();
  await takeDown({ data, files: data });
  if (!values.data) await rm(data, { recursive: true, force: true });
  say('Gone.');
}

try {
  await demo();
} catch (error) {
  process.stderr.write(
    `\nThe demo failed: ${error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exitCode = 1;
}
process.exit();
