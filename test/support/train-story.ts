import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { TrainDetails } from '../../src/api/contract/trains.ts';
import type { ControllerOptions } from './controller-program.ts';
import { addApp, helloFiles, sampleApp, setRemote, type SampleApp } from './sample-app.ts';
import { shell, type Shell } from './signalbox-cli.ts';
import {
  eventually,
  testSignalbox,
  visit,
  type Controller,
  type TestSignalbox,
} from './signalbox.ts';

/** A Signalbox with the app `shop` that leaves by train, and people with tokens of their own. */
export interface TrainStory {
  signalbox: TestSignalbox;
  controller(): Controller;
  app: SampleApp;
  /** The command line of an admin, and of each person. */
  admin: Shell;
  as(person: string): Shell;
  /** Moves the clock of all controllers on by this. */
  later(ms: number): Promise<void>;
  /** What the clock of the controllers shows. */
  now(): number;
  /** Moves it to the next departure of the timetable, and a little further. */
  nextDeparture(): Promise<void>;
  /** A change on main by somebody, pushed and green. Returns its commit. */
  change(by: string, files: Readonly<Record<string, string>>, subject: string): Promise<string>;
  train(): Promise<TrainDetails>;
  /** Looks until the newest train is as wished. */
  until(what: (train: TrainDetails) => boolean): Promise<TrainDetails>;
  /** Resolves when those on board are asked, or were, however many controllers die meanwhile. */
  isAsked(): Promise<void>;
  served(stage: 'staging' | 'production'): Promise<string | null>;
  /** Kills the controller and starts another one. */
  restart(options?: Partial<ControllerOptions>): Promise<void>;
  /** Says something to the API as somebody, and again until it is answered, whatever happens to controllers. */
  insist(person: string, path: string, body: object): Promise<void>;
  end(): Promise<void>;
}

const hourMs = 3_600_000;

interface TrainWish {
  /** The train section of the app's file; it departs once an hour, but not while a test that moves no clock goes on. */
  train: string;
  /** Name → role. */
  people: Readonly<Record<string, string>>;
  /** Another line of the file. */
  more?: string;
}

/** What changes while the story goes on. */
interface Scene {
  signalbox: TestSignalbox;
  controller: Controller;
  app: SampleApp;
  home: string;
  tokens: Map<string, string>;
  /** It departs at this minute of every hour. */
  minute: number;
  aheadMs: number;
}

export async function trainStory(
  { train, people, more = '' }: TrainWish,
  options: Partial<ControllerOptions> = {},
): Promise<TrainStory> {
  const signalbox = await testSignalbox(options);
  const controller = await signalbox.start();
  const minute = (new Date().getUTCMinutes() + 45) % 60;
  const app = await sampleApp('shop', shopFiles(`departs: '${minute} * * * *', ${train}`, more));
  await addApp(controller, app);
  const home = join(signalbox.directory, 'home');
  await mkdir(home);
  const scene: Scene = {
    signalbox,
    controller,
    app,
    home,
    minute,
    tokens: new Map(),
    aheadMs: 0,
  };
  const story: TrainStory = {
    signalbox,
    controller: () => scene.controller,
    app,
    get admin() {
      return shellOf(scene, scene.controller.token);
    },
    as: (person) => shellOf(scene, scene.tokens.get(person) ?? ''),
    ...clockOf(scene),
    ...looksAt(scene),
    change: (by, files, subject) => change(scene, { by, files, subject }),
    async restart(how = {}) {
      await scene.controller.kill('SIGKILL');
      scene.controller = await signalbox.start(how);
      await setRemote(scene.controller, app);
    },
    insist: (person, path, body) => insist(scene, { person, path, body }),
    async end() {
      await app.end();
      await signalbox.end();
    },
  };
  await addPeople(scene, story.admin, people);
  return story;
}

const shellOf = ({ controller, home, app }: Scene, token: string): Shell =>
  shell({ controller: { ...controller, token }, home, directory: app.directory });

async function addPeople(
  { tokens }: Scene,
  admin: Shell,
  people: TrainWish['people'],
): Promise<void> {
  for (const [name, role] of Object.entries(people)) {
    await done(admin, ['person', 'add', name, '--role', role, '--email', `${name}@example.com`]);
    const asked = ['token', 'create', `${name} laptop`, '--person', name];
    const made = await admin.json<{ token: string }>(...asked);
    tokens.set(name, made.token);
  }
}

function clockOf(scene: Scene): Pick<TrainStory, 'later' | 'now' | 'nextDeparture'> {
  const now = (): number => Date.now() + scene.aheadMs;
  const later = async (ms: number): Promise<void> => {
    scene.aheadMs += ms;
    await scene.signalbox.ahead(scene.aheadMs);
  };
  const departsMs = scene.minute * 60_000;
  return {
    now,
    later,
    nextDeparture: () => later(hourMs - ((now() - departsMs) % hourMs) + 2000),
  };
}

function looksAt(scene: Scene): Pick<TrainStory, 'train' | 'until' | 'isAsked' | 'served'> {
  const train = (): Promise<TrainDetails> =>
    scene.controller.call<TrainDetails>('GET', '/api/v1/apps/shop/train');
  return {
    train,
    until: (what) =>
      eventually(
        'the train is as wished',
        async () => {
          const now = await train();
          if (what(now)) return now;
          throw new Error(JSON.stringify([now.number, now.state, now.reason, now.stages]));
        },
        180_000,
      ),
    async isAsked() {
      while (((await train().catch(() => null))?.answersUntil ?? null) === null) await pause(100);
    },
    async served(stage) {
      const host = stage === 'staging' ? 'staging--shop.localhost' : 'shop.localhost';
      const { status, body } = await visit(scene.signalbox.gatewayPort, host);
      return status === 200 ? (JSON.parse(body) as { commit: string }).commit : null;
    },
  };
}

async function change(
  { app }: Scene,
  { by, files, subject }: { by: string; files: Readonly<Record<string, string>>; subject: string },
): Promise<string> {
  await app.write(files);
  await app.git('add', '--all', '--force');
  const author = `--author=${by} <${by}@example.com>`;
  await app.git('commit', '--quiet', '--allow-empty', author, '--message', subject);
  const pushed = await app.push('signalbox', 'main');
  if (!/Green\. It leaves with the next train/.test(pushed.output)) throw new Error(pushed.output);
  return (await app.git('rev-parse', 'HEAD')).trim();
}

async function insist(
  scene: Scene,
  { person, path, body }: { person: string; path: string; body: object },
): Promise<void> {
  const authorization = `Bearer ${scene.tokens.get(person)}`;
  const headers = { authorization, 'content-type': 'application/json' };
  for (;;) {
    const how = { method: 'POST', headers, body: JSON.stringify(body) };
    const answer = await fetch(`${scene.controller.url}${path}`, how).catch(() => null);
    if (answer?.ok) return;
    const said = (await answer?.json().catch(() => null)) as { code?: string } | null | undefined;
    // None has left yet; anything else will not become better.
    if (answer && answer.status < 500 && said?.code !== 'train/none')
      throw new Error(`${person}: ${said?.code}`);
    await pause(100);
  }
}

/** Throws with what it said when the command failed; what it printed otherwise. */
export async function done(person: Shell, args: readonly string[]): Promise<string> {
  const { code, out, err } = await person.signalbox(args);
  if (code !== 0) throw new Error(`signalbox ${args.join(' ')}: ${err}`);
  return out;
}

const shopFiles = (train: string, more: string): Record<string, string> => ({
  ...helloFiles('shop'),
  'signalbox.yaml': `app: shop
services:
  web: { run: node server.js, stop: 1s }
pipeline:
  stages:
    - staging: { tests: { acceptance: "test ! -e broken" } }
    - production: {}
train: { ${train} }
${more}
`,
});
