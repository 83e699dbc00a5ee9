import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { execa } from 'execa';
import { addApp, sampleApp, withPackages, type SampleApp } from '../support/sample-app.ts';
import { shell, signalboxProgram, type Shell } from '../support/signalbox-cli.ts';
import {
  eventually,
  testSignalbox,
  type Controller,
  type TestSignalbox,
} from '../support/signalbox.ts';

interface Run {
  id: string;
  job: string;
  state: string;
  by: string;
  dueAt: string;
  exitCode: number | null;
  logTail: string | null;
}

const day = 86_400_000;
const roundMs = 300;
const key = 'canary-7b1f-nobody-may-see-this';
const yaml = (preview: string): string => `app: desk
secrets: [PAY_KEY]
variables: { GREETING: "good day" }
services:
  web: { run: node server.js, stop: 1s }
  worker: { run: node worker.js, stop: 1s }
jobs:
  nightly: { run: "echo tidied $SIGNALBOX_ENVIRONMENT", schedule: "0 3 * * *" }
  broken: { run: "echo the disk is on fire; echo my key is $PAY_KEY; exit 7" }
  ask: { run: node query.js }
  slow: { run: sleep 60, timeout: 1s }
stores:
  db: { postgres: {} }
environments:
  preview: { ${preview} }
`;

let signalbox: TestSignalbox;
let controller: Controller;
let app: SampleApp;
let ada: Shell;

before(async () => {
  signalbox = await testSignalbox();
  controller = await signalbox.start({ rhythm: { reconcileMs: 1000, jobsMs: roundMs } });
  app = await sampleApp('desk', {
    'signalbox.yaml': yaml('jobs: off'),
    'server.js': `console.log('web at', process.env.SIGNALBOX_COMMIT, 'with', process.env.PAY_KEY);
require('node:http').createServer((request, reply) => reply.end('desk')).listen(process.env.PORT);
process.on('SIGTERM', () => process.exit(0));
`,
    'worker.js': `console.log('worker at', process.env.SIGNALBOX_COMMIT);
setInterval(() => {}, 1000);
process.on('SIGTERM', () => process.exit(0));
`,
    'query.js': `const { Client } = require('pg');
const client = new Client({ connectionString: process.env.DATABASE_URL });
client.connect()
  .then(() => client.query('select 6 * 7 as answer, current_database() as name'))
  .then(({ rows: [row] }) => console.log('answer', row.answer, 'in', row.name))
  .then(() => client.end());
`,
  });
  await withPackages(app, 'pg');
  await addApp(controller, app);
  ada = shell({ controller, home: signalbox.directory, directory: app.directory });
  for (const scope of ['staging', 'production', 'preview']) {
    const { code, err } = await ada.signalbox(['secret', 'set', 'PAY_KEY', '--for', scope], key);
    assert.equal(code, 0, err);
  }
  await app.commit('main', 'first');
  await push('main');
  await app.commit('quiet', 'a branch like any other');
  await push('quiet');
  await app.write({ 'signalbox.yaml': yaml('jobs: on') });
  await app.commit('busy', 'its schedules run');
  await push('busy');
});

after(async () => {
  await app?.end();
  await signalbox?.end();
});

async function push(branch: string): Promise<void> {
  const pushed = await app.push('signalbox', branch);
  assert.match(pushed.output, /Live: http/, pushed.output);
}

const runs = async (env: string): Promise<Run[]> =>
  (await ada.json<{ runs: Run[] }>('job', 'runs', env)).runs;

/** The next 03:00 UTC after so many days, and half a minute. */
const nightAhead = (days: number): number => {
  const now = Date.now();
  const threes = Math.ceil((now - 3 * 3_600_000) / day) * day + 3 * 3_600_000;
  return threes - now + days * day + 30_000;
};

describe('jobs', () => {
  test('a scheduled job runs once for each time it is due: in staging, in previews that ask for it', async () => {
    for (const [index, name] of ['the first night', 'the second night'].entries()) {
      await signalbox.ahead(nightAhead(index));
      for (const env of ['staging', 'busy']) {
        await eventually(`${name} in ${env}`, async () => {
          const all = await runs(env);
          return all.length === index + 1 && all.every(({ state }) => state === 'succeeded');
        });
      }
      // Some more rounds of whoever starts what is due.
      await pause(4 * roundMs);
    }
    for (const env of ['staging', 'production', 'busy']) {
      const all = await runs(env);
      assert.equal(all.length, 2, env);
      for (const { job, by, dueAt } of all) {
        assert.equal(job, 'nightly');
        assert.equal(by, 'schedule');
        assert.match(dueAt, /T03:00:00/);
      }
      const log = await ada.signalbox(['job', 'logs', all[0]?.id ?? '']);
      assert.match(log.out, /^tidied /m);
    }
    assert.deepEqual(await runs('quiet'), []);
    const listed = await ada.signalbox(['job', 'list', 'quiet']);
    assert.match(listed.out, /nightly +0 3 \* \* \* +off/);
    await signalbox.ahead(0);
  });

  test('a job by hand prints its log and ends as it ended, in previews too', async () => {
    const { code, out, err } = await ada.signalbox(['job', 'run', 'quiet', 'ask']);
    assert.equal(code, 0, err);
    assert.match(out, /answer 42 in sb_env_/);
    assert.match(out, /ask: succeeded/);
    const [run] = await runs('quiet');
    assert.equal(run?.state, 'succeeded');
  });

  test('one that fails shows exit code and log, without its secrets', async () => {
    const { code, out, err } = await ada.signalbox(['job', 'run', 'quiet', 'broken']);
    assert.equal(code, 1);
    assert.match(out, /the disk is on fire/);
    assert.match(out, /broken: failed/);
    assert.match(out + err, /exit code 7/);
    const [run] = await runs('quiet');
    assert.equal(run?.exitCode, 7);
    assert.match(run.logTail ?? '', /the disk is on fire/);
    const again = await ada.signalbox(['job', 'logs', run.id]);
    assert.match(again.out, /my key is/);
    assert.ok(![out, err, again.out, JSON.stringify(run)].join('').includes(key));
  });

  test('one that takes too long is ended; one that is not there is refused by name', async () => {
    const slow = await ada.signalbox(['job', 'run', 'quiet', 'slow']);
    assert.equal(slow.code, 1);
    assert.match(slow.out, /slow: timed-out/);
    const none = await ada.signalbox(['job', 'run', 'quiet', 'brokn']);
    assert.equal(none.code, 1);
    assert.match(none.err, /no job called brokn[\s\S]*Its jobs: .*broken/);
  });
});

describe('inside an environment', () => {
  const inside = (args: string[], input = '') => ada.signalbox(['run', 'quiet', ...args], input);

  test('run: in its files, with its variables and its database, and the exit code comes back', async () => {
    const command =
      'ls; echo "$GREETING, $SIGNALBOX_BRANCH"; echo aside >&2; node query.js; exit 5';
    const { code, out } = await inside(['--', command]);
    assert.equal(code, 5);
    assert.match(out, /server\.js/);
    assert.match(out, /good day, quiet/);
    assert.match(out, /answer 42 in sb_env_/);
    assert.match(out, /aside/);
    assert.ok(!out.includes(process.cwd()));
    const words = await inside(['--', 'printf', '[%s]', 'two words', '$HOME']);
    assert.equal(words.out, '[two words][$HOME]', 'words stay words');
  });

  test('run: what is piped in arrives whole, up to its end', async () => {
    const text = Array.from({ length: 20_000 }, (_, index) => `line ${index}`).join('\n');
    const counted = await inside(['--', 'wc', '-c'], text);
    assert.equal(counted.code, 0, counted.err);
    assert.equal(Number(counted.out.trim()), text.length);
    const echoed = await inside(['--', 'cat'], text);
    assert.equal(echoed.out, text);
    const tty = await inside(['--', 'tty']);
    assert.match(tty.out, /not a tty/);
  });

  test('run and console in a terminal have a real one, of its size', async (context) => {
    if ((await execa('script', ['--version'], { reject: false })).failed)
      return context.skip('script is not installed (Debian: bsdutils)');
    const typed = (command: string, input: string) =>
      execa(
        'script',
        ['-qec', `stty cols 101 rows 33; exec ${signalboxProgram} ${command}`, '/dev/null'],
        {
          cwd: app.directory,
          env: { ...ada.env, TERM: 'xterm', SHELL: '/bin/sh' },
          extendEnv: false,
          input,
          reject: false,
        },
      );
    const ran = await typed(`run quiet -- 'tty; stty size; echo $TERM; exit 9'`, '');
    assert.match(ran.stdout, /\/dev\/pts\/\d+/);
    assert.match(ran.stdout, /33 101/);
    assert.equal(ran.exitCode, 9, ran.stdout);
    const shell = await typed('console quiet', 'stty size\necho "$((6*7)) is $GREETING"\nexit 4\n');
    assert.match(shell.stdout, /33 101/);
    assert.match(shell.stdout, /42 is good day/);
    assert.equal(shell.exitCode, 4, shell.stdout);
  });

  test('console without a terminal says what to type instead', async () => {
    const { code, err } = await ada.signalbox(['console', 'quiet']);
    assert.equal(code, 1);
    assert.match(err, /signalbox run quiet -- COMMAND/);
  });
});

test('logs -f goes over to the new instances at a redeploy, filters by service, and masks secrets', async () => {
  const web = ada.start('logs', 'quiet', '--follow', '--service', 'web');
  const all = ada.start('logs', 'quiet', '--follow');
  try {
    const old = await app.git('rev-parse', 'quiet');
    const has = (of: { said(): string }, text: string) =>
      eventually(text, () => Promise.resolve(of.said().includes(text)), 30_000);
    await has(web, `web at ${old}`);
    await has(all, `worker at ${old}`);
    await app.git('checkout', '--quiet', '--force', 'quiet');
    const newer = await app.commit('quiet', 'again');
    await push('quiet');
    await has(web, `web at ${newer}`);
    await has(all, `web at ${newer}`);
    await has(all, `worker at ${newer}`);
    assert.doesNotMatch(web.said(), /worker/);
    assert.match(all.said(), /^web \| web at/m);
    assert.match(all.said(), /^worker \| worker at/m);
    assert.ok(!(web.said() + all.said()).includes(key));
  } finally {
    await Promise.all([web.end(), all.end()]);
  }
  const filtered = await ada.signalbox(['logs', 'quiet', '--service', 'worker']);
  assert.match(filtered.out, /^worker \|/m);
  assert.doesNotMatch(filtered.out, /^web \|/m);
  const unknown = await ada.signalbox(['logs', 'quiet', '--service', 'wroker']);
  assert.equal(unknown.code, 1, unknown.out);
  assert.match(unknown.err, /wroker[\s\S]*web, worker/);
});
