import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleApp, type SampleApp } from './sample-app.ts';

/** How one release of the app behaves. */
export interface Mood {
  release: string;
  /** One request in so many fails; 0: none. */
  failsOneIn?: number;
  delayMs?: number;
  /** Its smoke test fails so many times (on this machine) before it passes. */
  smokeFails?: number;
  /** It ends soon after it was started. */
  crashes?: boolean;
  /** Each instance of it ends when it has been asked so often. */
  diesAfter?: number;
}

export interface MoodyApp extends SampleApp {
  /** Commits a release with this mood on main. Returns the commit. */
  release(mood: Mood, more?: Readonly<Record<string, string>>): Promise<string>;
  /** How many programs of this release were ever started. */
  starts(release: string): Promise<number>;
  /** How often its smoke test was ever run. */
  smokes(release: string): Promise<number>;
  /** While it is on, three requests in ten fail, whatever the release. */
  incident(on: boolean): Promise<void>;
}

const server = (
  place: string,
): string => `const { appendFileSync, existsSync } = require('node:fs');
const mood = require('./mood.json');
appendFileSync(${JSON.stringify(place)} + '/start-' + mood.release, 'x');
let asked = 0;
const answer = (reply) => {
  asked += 1;
  if (mood.diesAfter && asked > mood.diesAfter) process.exit(9);
  const fails = (mood.failsOneIn && asked % mood.failsOneIn === 0) || (existsSync(${JSON.stringify(join(place, 'incident'))}) && asked % 10 < 3);
  reply.statusCode = fails ? 500 : 200;
  reply.setHeader('x-release', mood.release);
  reply.end(mood.release);
};
const server = require('node:http').createServer((request, reply) => {
  if (request.url === '/healthz') return reply.end('ok');
  if (mood.delayMs) setTimeout(answer, mood.delayMs, reply);
  else answer(reply);
});
server.listen(process.env.PORT);
if (mood.crashes) setTimeout(() => process.exit(7), 50);
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`;

const smoke = (
  place: string,
): string => `const { appendFileSync, readFileSync, existsSync } = require('node:fs');
const mood = require('./mood.json');
const file = ${JSON.stringify(place)} + '/smoke-' + mood.release;
const before = existsSync(file) ? readFileSync(file, 'utf8').length : 0;
appendFileSync(file, 'x');
if (before < (mood.smokeFails ?? 0)) { console.error('the smoke test found smoke'); process.exit(1); }
require('node:http').get(process.env.SIGNALBOX_URL + '/healthz', (reply) => process.exit(reply.statusCode === 200 ? 0 : 1));
`;

/** 0: nobody was there yet. */
const countIn = (file: string): Promise<number> =>
  readFile(file, 'utf8').then(
    (text) => text.length,
    () => 0,
  );

/** An app whose releases are good, failing, slow or broken, as its commits say. `rest` of signalbox.yaml: pipeline, rollouts. */
export async function moodyApp(name: string, rest: string, instances = 2): Promise<MoodyApp> {
  const place = await mkdtemp(join(tmpdir(), 'moods-'));
  await chmod(place, 0o777);
  const app = await sampleApp(name, {
    'signalbox.yaml': `app: ${name}
services:
  web: { run: node server.js, health: /healthz, smoke: node smoke.js, instances: ${instances}, stop: 3s }
${rest}`,
    'server.js': server(place),
    'smoke.js': smoke(place),
  });
  return {
    ...app,
    async release(mood, more = {}) {
      await app.write({ 'mood.json': JSON.stringify(mood), ...more });
      return app.commit('main', `release ${mood.release}`);
    },
    starts: (release) => countIn(join(place, `start-${release}`)),
    smokes: (release) => countIn(join(place, `smoke-${release}`)),
    incident: (on) =>
      on ? writeFile(join(place, 'incident'), '') : rm(join(place, 'incident'), { force: true }),
    async end() {
      await app.end();
      await rm(place, { recursive: true, force: true });
    },
  };
}
