import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import {
  fakeAudit,
  fakeAuthenticate,
  fakeHandlers,
  fakeTokens,
} from '../../../test/fakes/api-handlers.ts';
import { testDatabase } from '../../../test/support/postgres.ts';
import { aCount } from '../../../test/support/some-counts.ts';
import { migrate } from '../../db/migrate.ts';
import { openDatabase, sql, type OpenDatabase } from '../../db/pool.ts';
import { latencyBucket } from '../../gateway/latency-bucket.ts';
import type { TrafficCount } from '../../gateway/traffic.ts';
import { apiServer } from '../server.ts';
import { metricsRoutes } from './metrics.ts';

let database: OpenDatabase;
let drop: () => Promise<void>;
let app: FastifyInstance;
let totals: TrafficCount[] = [];

before(async () => {
  const made = await testDatabase();
  drop = made.drop;
  database = openDatabase(made.url, 3);
  await migrate(database.db);
  await sql`insert into apps (id, name) values ('app-1', 'shop')`.execute(database.db);
  await sql`insert into environments (id, app_id, name, kind, branch, host, state)
    values ('environment-1', 'app-1', 'preview/a"b\\c', 'preview', 'x', 'shop.test', 'live')`.execute(
    database.db,
  );
  const place = { host: 'shop.test', path: '/', environment: 'environment-1' };
  const line = { ...place, requests: 1, lastRequestAt: null, openRequests: 3, waiting: 0 };
  const gateway = {
    totals: async () => totals,
    activity: async () => [line, { ...line, path: '/old', openRequests: 4 }],
  };
  app = apiServer({
    version: '0.0.0',
    authenticate: fakeAuthenticate,
    audit: fakeAudit(),
    handlers: fakeHandlers({}),
    extend: metricsRoutes({ db: database.db, gateway } as Parameters<typeof metricsRoutes>[0]),
  });
  await app.ready();
});
after(async () => {
  await app.close();
  await database.close();
  await drop();
});

const scrape = async (token: string | null = fakeTokens.viewer) =>
  app.inject({
    url: '/metrics',
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
  });

test('a viewer may read it and nobody without a token', async () => {
  assert.equal((await scrape(null)).statusCode, 401);
  assert.equal((await scrape('sbx_no')).statusCode, 401);
  for (const token of Object.values(fakeTokens)) {
    const { statusCode, headers } = await scrape(token);
    assert.equal(statusCode, 200);
    assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  }
});

test('every line is as the format wants it, and no series is there twice', async () => {
  totals = [
    aCount({ requests: 7, answers: [1, 2, 3, 4], failed: 5, bytesOut: 6e12 }),
    aCount({ path: '/old', requests: 7, answers: [10, 0, 0, 0], failed: 1 }),
    aCount({ environment: 'gone\n"', version: '', instance: '', refused: 9 }),
  ];
  const samples = parsed((await scrape()).body);
  const labels = {
    app: 'shop',
    environment: 'preview/a"b\\c',
    service: 'web',
    version: 'deploy-1',
    instance: 'instance-1',
  };
  const value = (name: string, more: Record<string, string> = {}): number | undefined =>
    samples.get(keyOf(`signalbox_gateway_${name}`, { ...labels, ...more }));
  assert.equal(value('requests_total', { class: '2xx' }), 11);
  assert.equal(value('requests_total', { class: '5xx' }), 4);
  assert.equal(value('failed_total'), 6);
  assert.equal(value('sent_bytes_total'), 6e12);
  const none = { service: 'web', version: '', instance: '' };
  const gone = { app: '', environment: 'gone\n"', ...none };
  assert.equal(samples.get(keyOf('signalbox_gateway_refused_total', gone)), 9);
  const { app: appName, environment } = labels;
  const open = keyOf('signalbox_gateway_open_requests', { app: appName, environment });
  assert.equal(samples.get(open), 7);
});

test('the histogram only grows from bound to bound, and its count and sum fit', async () => {
  const latencies = [800, 1200, 4000, 90_000, 90_000, 700_000, 100_000_000];
  const buckets = latencies.map((us): [number, number] => [latencyBucket(us), 1]);
  totals = [
    aCount({ total: buckets.slice(0, 3) }),
    aCount({ path: '/old', total: buckets.slice(3) }),
  ];
  const samples = [...parsed((await scrape()).body)].filter(([key]) => key.includes('_seconds_'));
  const buckets_ = samples.filter(([key]) => key.includes('_bucket'));
  const counts = buckets_.map(([, count]) => count);
  assert.deepEqual(counts, [1, 2, 3, 3, 3, 3, 5, 5, 5, 6, 6, 6, 6, 6, 6, 7]);
  assert.match(buckets_.at(-1)?.[0] ?? '', /"le":"\+Inf"/);
  const [sum, count] = samples.slice(-2).map(([, number]) => number);
  assert.equal(count, 7);
  assert.ok(Math.abs((sum ?? 0) / 100.886 - 1) < 0.01, String(sum));
});

test('a gateway without traffic has its names all the same', async () => {
  totals = [];
  assert.match((await scrape()).body, /# TYPE signalbox_gateway_requests_total counter\n/);
  parsed((await scrape()).body);
});

/** A strict reader of the text format: what is not in its grammar fails. */
function parsed(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  const kinds = new Map<string, string>();
  let family = '';
  assert.ok(text.endsWith('\n'));
  for (const line of text.slice(0, -1).split('\n')) {
    const help = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) \S.*$/.exec(line);
    const type = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)$/.exec(line);
    if (help) family = help[1] ?? '';
    else if (type) {
      assert.equal(type[1], family, 'TYPE follows its HELP');
      assert.ok(!kinds.has(family), `${family} is one group`);
      kinds.set(family, type[2] ?? '');
    } else {
      const { name, labels, value } = sampleOf(line);
      const suffix = name.slice(family.length);
      assert.ok(name.startsWith(family), line);
      const suffixes = kinds.get(family) === 'histogram' ? /^_(bucket|sum|count)$/ : /^$/;
      assert.match(suffix, suffixes, line);
      const key = keyOf(name, labels);
      assert.ok(!samples.has(key), `twice: ${line}`);
      samples.set(key, value);
    }
  }
  return samples;
}

function sampleOf(line: string): { name: string; labels: Record<string, string>; value: number } {
  const parts = /^([a-zA-Z_:][a-zA-Z0-9_:]*)\{(.*)\} (\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/.exec(line);
  assert.ok(parts, line);
  const [, name = '', inner = '', value = ''] = parts;
  const labels: Record<string, string> = {};
  let rest = inner;
  while (rest !== '') {
    const pair = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(?:,|$)/.exec(rest);
    assert.ok(pair, line);
    const [whole, label = '', escaped = ''] = pair;
    assert.ok(!(label in labels), line);
    labels[label] = escaped.replaceAll(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign));
    rest = rest.slice(whole.length);
  }
  return { name, labels, value: Number(value) };
}

const keyOf = (name: string, labels: Record<string, string>): string =>
  `${name} ${JSON.stringify(Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))))}`;
