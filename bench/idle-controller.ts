// node bench/idle-controller.ts [--environments 200] [--seconds 60]
// What a controller costs while nothing happens: CPU and memory with many environments recorded, and how
// long `env list` takes. The peer is the same controller with no environments.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { ensureEmbeddedPostgres } from '../src/db/embedded.ts';
import { openDatabase, sql } from '../src/db/pool.ts';
import { testSignalbox, type Controller } from '../test/support/signalbox.ts';

const { values } = parseArgs({
  options: {
    environments: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '60' },
  },
});
const environments = Number(values.environments);
const seconds = Number(values.seconds);
const lists = 300;

interface Cost {
  cpuPercent: number;
  megabytes: number;
  listP50: number;
  listP99: number;
}

const signalbox = await testSignalbox({ rhythm: {} });
try {
  const controller = await signalbox.start();
  await controller.call('POST', '/api/v1/apps', { name: 'idle' });
  const empty = await cost(controller);
  await fill();
  // The first look of the reconciler gives each its route; what is measured is what comes every minute.
  await pause(70_000);
  const full = await cost(controller);
  const table = new Table({
    head: ['controller, idle', 'CPU of a core', 'resident memory', 'env list p50', 'env list p99'],
  });
  const row = (name: string, of: Cost) => [
    name,
    `${of.cpuPercent.toFixed(1)} %`,
    `${of.megabytes.toFixed(0)} MB`,
    `${of.listP50.toFixed(1)} ms`,
    `${of.listP99.toFixed(1)} ms`,
  ];
  table.push(row('no environments', empty), row(`${environments} environments`, full));
  table.push([
    'ratio',
    (full.cpuPercent / empty.cpuPercent).toFixed(2),
    (full.megabytes / empty.megabytes).toFixed(2),
    (full.listP50 / empty.listP50).toFixed(2),
    (full.listP99 / empty.listP99).toFixed(2),
  ]);
  console.log(table.toString());
} finally {
  await signalbox.end();
}

/** Recorded environments without processes, as when they sleep. */
async function fill(): Promise<void> {
  const { url } = await ensureEmbeddedPostgres({
    directory: join(signalbox.directory, 'data/postgres'),
  });
  const own = new URL(url);
  own.pathname = '/signalbox';
  const { db, close } = openDatabase(own.href, 1);
  await sql`insert into environments (id, app_id, name, kind, branch, host, state, deploy_id, requested_at)
    select 'idle' || lpad(i::text, 8, '0'), (select id from apps where name = 'idle'), 'preview/branch-' || i, 'preview',
      'branch-' || i, 'branch-' || i || '--idle.localhost', 'live', 'deploy' || i, now()
    from generate_series(1, ${environments}::int) as i`.execute(db);
  await sql`insert into deploys (id, environment_id, number, artifact_key, commit, config, state)
    select 'deploy' || i, 'idle' || lpad(i::text, 8, '0'), 1, 'none', md5(i::text), '{}', 'live'
    from generate_series(1, ${environments}::int) as i`.execute(db);
  await close();
}

async function cost(controller: Controller): Promise<Cost> {
  await pause(5000);
  const before = await cpuMs(controller);
  await pause(seconds * 1000);
  const cpuPercent = ((await cpuMs(controller)) - before) / (seconds * 10);
  const status = await readFile(`/proc/${controller.process.pid}/status`, 'utf8');
  const megabytes = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
  const times: number[] = [];
  for (let index = 0; index < lists; index += 1) {
    const began = performance.now();
    await controller.call('GET', '/api/v1/environments');
    times.push(performance.now() - began);
  }
  times.sort((one, other) => one - other);
  return {
    cpuPercent,
    megabytes,
    listP50: times[Math.floor(lists / 2)] ?? 0,
    listP99: times[Math.floor(lists * 0.99)] ?? 0,
  };
}

/** User and system time of the whole process, in milliseconds: fields 14 and 15, in ticks of 10 ms. */
async function cpuMs(controller: Controller): Promise<number> {
  const stat = await readFile(`/proc/${controller.process.pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
