import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DBOSClient } from '@dbos-inc/dbos-sdk';
import { ensureEmbeddedPostgres } from '../../src/db/embedded.ts';
import { openDatabase, type OpenDatabase } from '../../src/db/pool.ts';
import { answerGate, type AnswerOrder } from '../../src/pipeline/answer-gate.ts';
import { findCandidate } from '../../src/pipeline/find-candidate.ts';
import { describeCandidate, type ShownCandidate } from '../../src/pipeline/show-candidates.ts';
import type { Engine } from '../../src/workflow/workflow.ts';
import type { ControllerOptions } from './controller-program.ts';
import { addApp, helloFiles, sampleApp, type SampleApp } from './sample-app.ts';
import {
  eventually,
  testSignalbox,
  visit,
  type Controller,
  type TestSignalbox,
} from './signalbox.ts';

/** A Signalbox with the app `shop`, whose stages a test writes; nothing is pushed yet. */
export interface PipelineStory {
  signalbox: TestSignalbox;
  controller: Controller;
  app: SampleApp;
  database: OpenDatabase;
  /** A commit on main with these files. Returns it. */
  commit(files: Readonly<Record<string, string>>, message?: string): Promise<string>;
  /** Pushes main; what git printed. */
  push(): Promise<string>;
  candidate(number: number): Promise<ShownCandidate>;
  /** Looks until the candidate is as wished. */
  until(number: number, what: (candidate: ShownCandidate) => boolean): Promise<ShownCandidate>;
  answer(number: number, order: Omit<AnswerOrder, 'candidate'>): ReturnType<typeof answerGate>;
  /** What a stage serves; null: nothing. */
  served(stage: 'staging' | 'production'): Promise<string | null>;
  environment(name: string): Promise<{ id: string; state: string } | undefined>;
  /** One line a build, and what else a test has written there (`LOG` in the stages' commands). */
  builds(): Promise<string[]>;
  log: string;
  /** A commit whose file `hold` names it has tests that wait until it is there. */
  signal: string;
  end(): Promise<void>;
}

export async function pipelineStory(
  stages: string,
  options: Partial<ControllerOptions> = {},
): Promise<PipelineStory> {
  const signalbox = await testSignalbox(options);
  const controller = await signalbox.start();
  const place = await mkdtemp(join(tmpdir(), 'builds-'));
  await chmod(place, 0o777);
  const file = join(place, 'log');
  await writeFile(file, '');
  await chmod(file, 0o666);
  const app = await sampleApp('shop', shopFiles(stages.replaceAll('LOG', file), file));
  await addApp(controller, app);
  const database = await openItsDatabase(join(signalbox.directory, 'data', 'postgres'));
  const story: PipelineStory = {
    signalbox,
    controller,
    app,
    database,
    async commit(files, message = 'a change') {
      await app.write(files);
      return app.commit('main', message);
    },
    push: async () => (await app.push('signalbox', 'main')).output,
    candidate: (number) => describeCandidate(database.db, 'shop', number),
    until: (number, what) =>
      eventually(`candidate ${number} is as wished`, async () => {
        const now = await story.candidate(number);
        if (what(now)) return now;
        throw new Error(JSON.stringify([now.state, now.reason, now.stages]));
      }),
    async answer(number, order) {
      const { id } = await findCandidate(database.db, 'shop', number);
      const engine = { nudge } as unknown as Engine;
      return answerGate({ db: database.db, engine }, { ...order, candidate: id });
    },
    async served(stage) {
      const host = stage === 'staging' ? 'staging--shop.localhost' : 'shop.localhost';
      const { status, body } = await visit(signalbox.gatewayPort, host);
      return status === 200 ? (JSON.parse(body) as { commit: string }).commit : null;
    },
    async environment(name) {
      const { environments } = await story.controller.call<{
        environments: { id: string; name: string; state: string }[];
      }>('GET', '/api/v1/environments?app=shop');
      return environments.find((one) => one.name === name);
    },
    log: file,
    signal: join(place, 'signal'),
    builds: async () => (await readFile(file, 'utf8')).split('\n').filter(Boolean),
    async end() {
      await database.close();
      await app.end();
      await signalbox.end();
      await rm(place, { recursive: true, force: true });
    },
  };
  const { url } = database;
  /** As the API's controller would. */
  async function nudge(run: string, topic: string): Promise<void> {
    const client = await DBOSClient.create({ systemDatabaseUrl: url });
    await client.send(run, 'nudge', topic);
    await client.destroy();
  }
  return story;
}

async function openItsDatabase(directory: string): Promise<OpenDatabase & { url: string }> {
  const url = new URL((await ensureEmbeddedPostgres({ directory })).url);
  url.pathname = '/signalbox';
  return { ...openDatabase(url.href, 3), url: url.href };
}

/** Its test asks what is deployed for its commit; what a commit's files say makes it fail or wait. */
function shopFiles(stages: string, builds: string): Record<string, string> {
  return {
    ...helloFiles('shop'),
    'signalbox.yaml': `app: shop
build: { run: "echo $SIGNALBOX_COMMIT >> ${builds}" }
services:
  web: { run: node server.js, stop: 1s }
stores:
  db: { postgres: {} }
pipeline:
  stages:
${stages}`,
    'ask.js': `const { existsSync, readFileSync } = require('node:fs');
require('node:http').get(process.env.SIGNALBOX_URL, (reply) => {
  let text = '';
  reply.on('data', (part) => (text += part)).on('end', () => {
    const { commit, environment } = JSON.parse(text);
    if (commit !== process.env.SIGNALBOX_COMMIT || environment !== process.env.SIGNALBOX_ENVIRONMENT)
      throw new Error('asked something else: ' + text);
    if (existsSync('wrong-price')) {
      console.log('the price is wrong');
      process.exit(1);
    }
    const look = () => existsSync('hold') && !existsSync(readFileSync('hold', 'utf8')) && setTimeout(look, 50);
    look();
  });
});
`,
  };
}
