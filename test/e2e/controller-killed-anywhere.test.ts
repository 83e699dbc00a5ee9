import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import {
  addApp,
  notesFiles,
  sampleApp,
  setRemote,
  withPackages,
  type SampleApp,
} from '../support/sample-app.ts';
import {
  eventually,
  testSignalbox,
  visit,
  type Controller,
  type TestSignalbox,
} from '../support/signalbox.ts';
import type { ControllerOptions } from '../support/controller-program.ts';

// 54 controllers are killed one after the other while branches are pushed and deleted; the 55th must find
// everything as if nothing had happened.
const kills = 54;
/** As many of the last branches are live in the end; they are never deleted, so nothing of them happens twice. */
const survivors = 6;
const moments = ['before', 'done, not noted', 'after'] as const;

interface Environment {
  id: string;
  branch: string;
  host: string;
  state: string;
  commit: string | null;
}

let signalbox: TestSignalbox;
let app: SampleApp;
let effects = '';

before(async () => {
  signalbox = await testSignalbox();
  const controller = await signalbox.start();
  const directory = join(signalbox.directory, 'effects');
  await mkdir(directory);
  effects = join(directory, 'log');
  await writeFile(effects, '');
  await chmod(directory, 0o777);
  await chmod(effects, 0o666);
  app = await sampleApp('notes', notesFiles('notes'));
  await withPackages(app, 'pg');
  const server = notesFiles('notes')['server.js'] ?? '';
  await app.write({
    // Every build, migration and start leaves a line, told apart by the environment's own database.
    'signalbox.yaml': `${notesFiles('notes')['signalbox.yaml']?.replace('limit: 30', 'limit: 100')}build: { run: "echo build $SIGNALBOX_COMMIT >> ${effects}" }\n`,
    'server.js': `require('node:fs').appendFileSync(${JSON.stringify(effects)}, 'start ' + new URL(process.env.DATABASE_URL).pathname + ' ' + process.env.SIGNALBOX_COMMIT + '\\n');\n${server}`,
    'migrate.js': `require('node:fs').appendFileSync(${JSON.stringify(effects)}, 'migrate ' + new URL(process.env.DATABASE_URL).pathname + ' ' + process.env.SIGNALBOX_COMMIT + '\\n');\n${notesFiles('notes')['migrate.js']}`,
  });
  await addApp(controller, app);
  await app.commit('main', 'first');
  const pushed = await app.push('signalbox', 'main');
  assert.ok(pushed.accepted && /Live: http/.test(pushed.output), pushed.output);
  await controller.kill();
});

after(async () => {
  await app?.end();
  await signalbox?.end();
});

/** The same on every run: mulberry32. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const branch = (round: number): string => `round-${round}`;

async function pushRound(round: number): Promise<string> {
  await app.git('checkout', '--quiet', '--force', 'main');
  await app.write({ 'round.txt': String(round) });
  return app.commit(branch(round), `round ${round}`);
}

/** A controller that dies at a step, or after a while; meanwhile one branch is pushed and one deleted. */
async function liveAndDie(round: number, random: () => number): Promise<void> {
  const atStep = round % 3 !== 0;
  const killAt: ControllerOptions['killAt'] = {
    // A push has about twelve steps; a controller that waits for a later one only idles.
    step: 1 + Math.floor(random() * 12),
    moment: moments[round % 3] ?? 'after',
  };
  const controller: Controller = await signalbox.start(atStep ? { killAt } : {});
  await setRemote(controller, app);
  const work = [app.push('signalbox', branch(round))];
  if (round > 4 && round % 2 === 0 && round - 4 <= kills - survivors)
    work.push(app.push('signalbox', '--delete', branch(round - 4)));
  const died = once(controller.process, 'exit');
  await Promise.race([died, pause(atStep ? 2500 : 100 + random() * 1600)]);
  await controller.kill('SIGKILL');
  await Promise.all(work);
}

test(`${kills} controllers killed at steps and at random instants lose, double and leave nothing`, async () => {
  const random = randomNumbers(20_261_121);
  const commits = new Map<string, string>();
  for (let round = 1; round <= kills; round += 1) {
    commits.set(branch(round), await pushRound(round));
    await liveAndDie(round, random);
  }
  const last = await signalbox.start();
  await setRemote(last, app);
  const wanted = [...commits.keys()].slice(kills - survivors);
  // What git never accepted because the controller died first is pushed again, as a person would.
  for (const name of wanted) await app.push('signalbox', name);
  const there = `${await app.git('ls-remote', '--heads', 'signalbox')}\n`;
  const unwanted = [...commits.keys()].filter(
    (name) => !wanted.includes(name) && there.includes(`refs/heads/${name}\n`),
  );
  if (unwanted.length > 0) await app.push('signalbox', '--delete', ...unwanted);
  const living = async (): Promise<Environment[]> =>
    (
      await last.call<{ environments: Environment[] }>('GET', '/api/v1/environments?app=notes')
    ).environments.filter((one) => one.branch !== 'main');
  const settled = await eventually(
    'exactly the last six previews live',
    async () => {
      const now = await living();
      const right =
        now.length === survivors &&
        now.every(
          (one) =>
            wanted.includes(one.branch) &&
            one.state === 'live' &&
            one.commit === commits.get(one.branch),
        );
      if (!right)
        throw new Error(
          JSON.stringify(now.map(({ branch, state, commit }) => [branch, state, commit])),
        );
      return now;
    },
    120_000,
  );
  for (const { host, branch } of settled)
    await eventually(`${branch} answers`, async () => {
      const { body } = await visit(signalbox.gatewayPort, host);
      return (JSON.parse(body) as { commit: string }).commit === commits.get(branch);
    });
  await nothingDoubled();
  await nothingLeft(last, new Set(settled.map(({ id }) => id)));
});

/** A commit is built once; each environment migrates and starts a commit once. */
async function nothingDoubled(): Promise<void> {
  const counts = new Map<string, number>();
  for (const line of (await readFile(effects, 'utf8')).split('\n').filter(Boolean)) {
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  const doubled = [...counts].filter(([, count]) => count > 1);
  assert.deepEqual(doubled, []);
}

async function nothingLeft(controller: Controller, previews: ReadonlySet<string>): Promise<void> {
  const runtime = await signalbox.runtime();
  const foreign = async (): Promise<string[]> => {
    const { environments } = await controller.call<{ environments: Environment[] }>(
      'GET',
      '/api/v1/environments',
    );
    const known = new Set(
      [...previews, ...environments.map(({ id }) => id)].map((id) => `environment:${id}`),
    );
    const holdings = await runtime.holdings();
    return holdings
      .filter(({ kind, owner, running }) => !known.has(owner) && (running || kind === 'workspace'))
      .map(({ kind, id, owner }) => `${kind} ${id} of ${owner}`);
  };
  await eventually(
    'nothing of ended environments runs or lies about',
    async () => {
      const left = await foreign();
      if (left.length > 0) throw new Error(left.join('\n'));
      return true;
    },
    90_000,
  );
  const web = (await runtime.holdings()).filter(
    ({ kind, running, owner }) =>
      kind === 'service' && running && previews.has(owner.slice('environment:'.length)),
  );
  assert.equal(web.length, previews.size * 2, 'one web and one worker a preview');
  const { findings } = await controller.call<{ findings: { finding: string; text: string }[] }>(
    'GET',
    '/api/v1/doctor',
  );
  const orphans = findings.filter(({ finding }) => finding.startsWith('orphan'));
  assert.deepEqual(orphans, []);
}
