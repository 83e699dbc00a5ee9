import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { demoShop, type DemoShop } from './demo-shop.ts';
import { demoVisitors, type DemoVisitors } from './demo-visitors.ts';
import type { RunningServer } from './server.ts';

export const say = (text = ''): void => void process.stdout.write(`${text}\n`);

const branch = 'cheaper-tea';
const cheaperTea = "update products set price_cents = 590 where slug = 'tea';\n";
/** What the tea costs, as the page shows it. */
const prices = { before: '8.90', after: '5.90' };
const began = Date.now();

/** Enough that the judge can tell a good release from a bad one within seconds. */
const visitorsPerSecond = 60;

interface Stage {
  server: RunningServer;
  token: string;
  shop: DemoShop;
  whileClimbing(): Promise<void>;
}

/**
 * A push of main, a branch with its preview, a good release that climbs, and a bad one that is undone. `whileClimbing` is
 * called when the good one is pushed.
 */
export async function tellStory(
  server: RunningServer,
  data: string,
  whileClimbing: () => Promise<void> = async () => undefined,
): Promise<void> {
  const token = (await readFile(server.tokenFile, 'utf8')).trim();
  const shop = await demoShop(join(data, 'demo-shop'), { server, token, say });
  const stage = { server, token, shop, whileClimbing };
  await addShop(stage);
  say('\nA team has a shop. It pushes main with plain git:\n');
  // People who watch have less patience than a canary.
  await shop.commit('The shop opens', {
    'signalbox.yaml': (text) => text.replace(/bake: 2m.*/, 'bake: 5s'),
  });
  await shop.push('main');
  await takeSnapshot(stage);

  say('\nSomebody wants cheaper tea: a branch with a migration, pushed for others to look at:\n');
  await shop.switchTo(branch);
  await shop.commit('Cheaper tea', { 'db/migrations/0003-cheaper-tea.sql': cheaperTea });
  await shop.push(branch);
  await lookAtAll(server);
  await release(stage);
  say(`\nFrom nothing to here: ${((Date.now() - began) / 1000).toFixed(0)} s.`);
}

/** While people come to the shop: a good release, then a bad one. */
async function release(stage: Stage): Promise<void> {
  const { server, shop } = stage;
  const visitors = demoVisitors(...placeOf(server, 'shop.localhost'), visitorsPerSecond);
  try {
    say(
      `\nProduction has ${visitorsPerSecond} visitors a second now. A good release takes over, step by step:\n`,
    );
    await shop.switchTo('main');
    await shop.commit('A friendlier footer', {
      'page.js': (text) => text.replace('<footer>', '<footer>Thank you for looking in! '),
    });
    await Promise.all([shop.push('main'), stage.whileClimbing()]);
    sayMet(visitors);
    await expectPage(server, 'Thank you for looking in!');

    say('\nAnd one that breaks now and then, which no test has noticed:\n');
    await shop.commit('Quicker pages', {
      // Only visitors meet it: tests ask for the page once or twice.
      'web.js': (text) =>
        `let asked = 0;\n${text}`.replace(
          "'GET /': async (request) =>",
          "'GET /': async (request) => (asked += 1) > 5 && asked % 3 === 0 ? json(500, { error: 'oh' }) :",
        ),
    });
    await shop.push('main').catch(() => undefined);
    const { errors } = sayMet(visitors);
    await expectPage(server, 'Thank you for looking in!');
    if (errors === 0) throw new Error('the bad release was never tried');
    await untilTidied(stage);
  } finally {
    visitors.stop();
  }
  say('\nThe old release answers again, and the lane is locked until somebody has looked:');
  say('  signalbox rollout status production · signalbox lane production');
}

/** The bad release's processes are gone: who takes everything down should not meet them. */
async function untilTidied(stage: Stage): Promise<void> {
  const path = '/api/v1/environments/shop%2Fproduction/rollouts';
  for (const end = Date.now() + 60_000; Date.now() < end;) {
    const { rollouts } = await call<{ rollouts: { state: string }[] }>(stage, 'GET', path);
    if (rollouts[0]?.state === 'rolled-back') return;
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error('the bad release was never tidied away');
}

function sayMet(visitors: DemoVisitors): { pages: number; errors: number } {
  const met = visitors.met();
  say(`\n  Its visitors meanwhile saw ${met.pages} pages and ${met.errors} errors.`);
  return met;
}

async function expectPage(server: RunningServer, words: string): Promise<void> {
  const [url, host] = placeOf(server, 'shop.localhost');
  for (let n = 0; n < 20; n += 1) {
    const { status, body } = await visit(url, host);
    if (status !== 200 || !body.includes(words)) throw new Error(`${url} answered ${status}`);
  }
}

const placeOf = (server: RunningServer, host: string): [url: string, host: string] => [
  server.gatewayUrl.replace('://localhost', `://${host}`),
  host,
];

async function call<T>(
  { server, token }: Stage,
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

async function addShop(stage: Stage): Promise<void> {
  const { apps } = await call<{ apps: { name: string }[] }>(stage, 'GET', '/api/v1/apps');
  if (!apps.some(({ name }) => name === 'shop'))
    await call(stage, 'POST', '/api/v1/apps', { name: 'shop' });
}

/** The branch's preview starts from a copy of staging's data, so there must be one. */
async function takeSnapshot(stage: Stage): Promise<void> {
  say('\nSignalbox keeps a copy of staging’s data for previews (every day; now by hand):');
  const path = '/api/v1/apps/shop/snapshots';
  const { snapshots } = await call<{ snapshots: { id: string }[] }>(stage, 'POST', path, {
    from: 'staging',
  });
  for (const { id } of snapshots) {
    for (;;) {
      const taken = await call<{ state: string; how: string | null; reason: string | null }>(
        stage,
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

async function lookAtAll(server: RunningServer): Promise<void> {
  say('\nWhat answers now:');
  for (const [what, host, price] of [
    ['production', 'shop.localhost', prices.before],
    ['staging', 'staging--shop.localhost', prices.before],
    [`branch ${branch}`, `${branch}--shop.localhost`, prices.after],
  ] as const) {
    const [url] = placeOf(server, host);
    const { status, body } = await visit(url, host);
    say(`  ${what.padEnd(20)} ${url}/  ${status}, tea at ${body.includes(price) ? price : '?'}`);
    if (status !== 200 || !body.includes(price))
      throw new Error(`${url} answered ${status}: ${body}`);
  }
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
