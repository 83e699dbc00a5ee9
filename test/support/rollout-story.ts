import assert from 'node:assert/strict';
import { join } from 'node:path';
import { ensureEmbeddedPostgres } from '../../src/db/embedded.ts';
import { openDatabase, type OpenDatabase } from '../../src/db/pool.ts';
import { moodyApp, type Mood, type MoodyApp } from './moody-app.ts';
import { addApp, setRemote } from './sample-app.ts';
import { eventually, testSignalbox, type Controller, type TestSignalbox } from './signalbox.ts';
import { steadyLoad, type SteadyLoad } from './steady-load.ts';

/** Of the newest rollout into production, as the API says it. */
export interface ToldRollout {
  id: string;
  state: string;
  phase: string;
  decision: string | null;
  decidedBy: string | null;
  pausedBy: string | null;
}

/** A Signalbox whose app has visitors all the time, and ways for releases to take over. */
export interface RolloutStory {
  signalbox: TestSignalbox;
  controller: Controller;
  app: MoodyApp;
  load: SteadyLoad;
  /** Commits a release that takes over `how`, and pushes it. What git printed. */
  ship(mood: Mood, how: string): Promise<string>;
  newest(): Promise<ToldRollout>;
  /** Looks until the newest rollout is as wished. */
  until(what: string, is: (rollout: ToldRollout) => boolean): Promise<ToldRollout>;
  /** Only this release answers. */
  onlyAnswers(release: string): Promise<void>;
  /** All that visitors have met but answers of these releases. */
  odd(...releases: string[]): string[];
  /** `pause`, `resume`, `promote` and `abort` of the rollout, `rollback` and `lane/lift`. */
  order(what: string, body?: Record<string, unknown>): Promise<unknown>;
  database(): Promise<OpenDatabase>;
  /** Instances that run, as `DEPLOY SERVICE`, in order. */
  running(): Promise<string[]>;
  end(): Promise<void>;
}

/**
 * `ways`: the lines below `rollouts:`. The app has a web service of two instances and a worker; its release `first`
 * serves. `files`: where Signalbox keeps all but its database, if not there.
 */
export async function rolloutStory(
  name: string,
  { ways, first, files }: { ways: string; first: string; files?: string },
): Promise<RolloutStory> {
  const signalbox = await testSignalbox(files === undefined ? {} : { files });
  const app = await moodyApp(name, '');
  const at = `/api/v1/environments/${name}%2Fproduction`;
  let open: OpenDatabase | null = null;
  const controller = await signalbox.start();
  await addApp(controller, app);
  const commit = (mood: Mood, how: string) =>
    app.release(mood, { 'signalbox.yaml': yaml({ name, how, ways }), 'worker.js': worker });
  await commit({ release: 'first' }, first);
  assert.match((await app.push('signalbox', 'main')).output, /Live: http/);
  const story: RolloutStory = {
    signalbox,
    controller,
    app,
    load: steadyLoad(signalbox.gatewayPort, `${name}.localhost`, 80),
    async ship(mood, how) {
      await commit(mood, how);
      await setRemote(story.controller, app);
      return (await app.push('signalbox', 'main')).output;
    },
    async newest() {
      const { rollouts } = await story.controller.call<{ rollouts: ToldRollout[] }>(
        'GET',
        `${at}/rollouts`,
      );
      if (!rollouts[0]) throw new Error('There is no rollout yet.');
      return rollouts[0];
    },
    until: (what, is) =>
      eventually(what, async () => {
        const rollout = await story.newest();
        if (is(rollout)) return rollout;
        throw new Error(JSON.stringify(rollout));
      }),
    onlyAnswers: (release) => onlyAnswers(story.load, release),
    odd(...releases) {
      const usual = new Set(releases.map((release) => `200 ${release}`));
      return Object.keys(story.load.seen()).filter((what) => !usual.has(what));
    },
    order(what, body = { reason: 'somebody wants it so' }) {
      const isPlain = what === 'rollback' || what.startsWith('lane/');
      return story.controller.call('POST', `${at}/${isPlain ? '' : 'rollout/'}${what}`, body);
    },
    async database() {
      open ??= await openIts(join(signalbox.directory, 'data', 'postgres'));
      return open;
    },
    running: () => runningIn(signalbox),
    async end() {
      await story.load.stop();
      await open?.close();
      await signalbox.end();
      await app.end();
    },
  };
  return story;
}

const yaml = ({
  name,
  how,
  ways,
}: {
  name: string;
  how: string;
  ways: string;
}): string => `app: ${name}
services:
  web: { run: node server.js, health: /healthz, smoke: node smoke.js, instances: 2, stop: 3s, start: 20s }
  worker: { run: node worker.js, stop: 1s }
pipeline:
  stages:
    - production: { rollout: ${how} }
rollouts:
${ways}`;

const onlyAnswers = (load: SteadyLoad, release: string): Promise<void> =>
  eventually(`only ${release} answers`, async () => {
    const before = load.seen();
    await new Promise((resolve) => setTimeout(resolve, 400));
    const grown = Object.entries(load.seen()).filter(
      ([what, count]) => count > (before[what] ?? 0),
    );
    if (grown.length === 1 && grown[0]?.[0] === `200 ${release}`) return true;
    throw new Error(JSON.stringify(grown));
  }).then(() => undefined);

const worker = "setInterval(() => {}, 1000); process.on('SIGTERM', () => process.exit(0));";

async function runningIn(signalbox: TestSignalbox): Promise<string[]> {
  const holdings = await (await signalbox.runtime()).holdings();
  const services = holdings.filter(({ kind, running }) => kind === 'service' && running);
  return services.map(({ id }) => id.split('-').slice(1, 3).join(' ')).toSorted();
}

async function openIts(directory: string): Promise<OpenDatabase> {
  const url = new URL((await ensureEmbeddedPostgres({ directory })).url);
  url.pathname = '/signalbox';
  return openDatabase(url.href, 3);
}
