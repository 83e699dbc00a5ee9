// node bench/rollback.ts [--quick] [--rollbacks 50] [--requests 100000] [--json FILE]
// A real controller, gateway, PostgreSQL and app. Release after release is pushed, promoted and rolled back while
// visitors come all the time: how long the bad release is still reached after the command has been sent, by the
// clock of the instances themselves, and how many requests fail.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { addApp, sampleApp, type SampleApp } from '../test/support/sample-app.ts';
import { testSignalbox, type Controller } from '../test/support/signalbox.ts';
import { quantileOf } from './rollback/quantile-of.ts';
import { timedLoad, type TimedLoad } from './rollback/timed-load.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rollbacks: { type: 'string' },
    requests: { type: 'string' },
    json: { type: 'string' },
  },
});
const rollbacks = Number(values.rollbacks ?? (values.quick ? 5 : 50));
const leastRequests = Number(values.requests ?? (values.quick ? 5000 : 100_000));

const production = '/api/v1/environments/shop%2Fproduction';

/** Answers its release and when the request came, on the clock that all processes of the machine share. */
const files = {
  'signalbox.yaml': `app: shop
services:
  web: { run: node server.js, health: /healthz, instances: 2, stop: 3s }
pipeline:
  stages:
    - production: { rollout: swift }
rollouts:
  swift: { strategy: blue-green, bake: 0s, warm: 1h }
`,
  'server.js': `const server = require('node:http').createServer((request, reply) => {
  const at = process.hrtime.bigint();
  reply.setHeader('x-release', process.env.SIGNALBOX_COMMIT);
  reply.setHeader('x-came', String(at));
  reply.end('ok');
});
server.listen(process.env.PORT);
process.on('SIGTERM', () => { server.close(() => process.exit(0)); server.closeIdleConnections(); });
`,
};

interface Measured {
  /** From the command to the last request that reached the bad release, in milliseconds; 0: none came after it. */
  lastBadMs: number;
  /** From the command to its answer. */
  answerMs: number;
}

async function push(app: SampleApp, message: string): Promise<string> {
  const commit = await app.commit('main', message);
  const { output } = await app.push('signalbox', 'main');
  if (!/Live: http/.test(output)) throw new Error(output);
  return commit;
}

async function undo(
  controller: Controller,
  { load, bad }: { load: TimedLoad; bad: string },
): Promise<Measured> {
  await load.met(bad);
  const began = process.hrtime.bigint();
  const body = { reason: 'the bench takes it back' };
  const done = await controller.call<{ kind: string }>('POST', `${production}/rollback`, body);
  const answered = process.hrtime.bigint();
  if (done.kind !== 'at once') throw new Error(`It was rolled back ${done.kind}.`);
  // All that was on its way has been answered.
  await load.more(500);
  const last = load.lastOf(bad);
  const tookMs = (to: bigint): number => Math.max(0, Number(to - began) / 1e6);
  await finished(controller);
  await controller.call('POST', `${production}/lane/lift`, body);
  return { lastBadMs: tookMs(last), answerMs: tookMs(answered) };
}

async function finished(controller: Controller): Promise<void> {
  for (;;) {
    const lane = await controller.call<{ rollbacks: { endedAt: string | null }[] }>(
      'GET',
      `${production}/lane`,
    );
    if (lane.rollbacks.every(({ endedAt }) => endedAt !== null)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function say(measured: readonly Measured[], load: TimedLoad): void {
  const line = (name: string, all: number[], goal: string): string => {
    const [p50, p99] = [quantileOf(all, 0.5), quantileOf(all, 0.99)];
    const figures = [p50, p99, Math.max(...all)].map((ms) => ms.toFixed(1).padStart(8));
    return `| ${name.padEnd(50)} | ${figures.join(' | ')} | ${goal.padEnd(12)} |`;
  };
  console.log(
    `\n| ${measured.length} rollbacks, ms`.padEnd(53),
    '|      p50 |      p99 |    worst | goal         |',
  );
  console.log('|---|--:|--:|--:|---|');
  console.log(
    line(
      'command to the last request at the bad release',
      measured.map((one) => one.lastBadMs),
      'p99 <= 100',
    ),
  );
  console.log(
    line(
      'command to its answer',
      measured.map((one) => one.answerMs),
      '',
    ),
  );
  const failures = load.failures();
  console.log(`\n${load.answered()} requests answered, ${failures.length} failed (goal: 0).`);
  for (const failure of failures.slice(0, 5)) console.log(`  ${failure}`);
}

const signalbox = await testSignalbox({ rhythm: {} });
const app = await sampleApp('shop', files);
let load: TimedLoad | null = null;
const measured: Measured[] = [];
try {
  const controller = await signalbox.start();
  await addApp(controller, app);
  await push(app, 'good');
  load = timedLoad(signalbox.gatewayPort, 'shop.localhost', 8);
  for (let round = 1; round <= rollbacks; round += 1) {
    const bad = await push(app, `bad ${round}`);
    measured.push(await undo(controller, { load, bad }));
    process.stderr.write(`${round} `);
  }
  await load.more(leastRequests - load.answered());
} finally {
  await load?.stop();
  await signalbox.end();
  await app.end();
}
say(measured, load);
if (values.json !== undefined)
  writeFileSync(values.json, JSON.stringify({ measured, failures: load.failures() }, null, 2));
