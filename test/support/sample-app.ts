import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import type { Controller } from './signalbox.ts';

/** A git repository of a small real app, pushed with stock git. */
export interface SampleApp {
  directory: string;
  name: string;
  write(files: Readonly<Record<string, string>>): Promise<void>;
  git(...args: string[]): Promise<string>;
  /** Commits everything on a branch (made from the present one when new). Returns the commit. */
  commit(branch: string, message: string): Promise<string>;
  /** Pushes with stock git; what git printed, and whether it was accepted. */
  push(...args: string[]): Promise<{ accepted: boolean; output: string }>;
  end(): Promise<void>;
}

const identity = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
};

export async function sampleApp(
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<SampleApp> {
  const directory = await mkdtemp(join(tmpdir(), `app-${name}-`));
  const run = (args: readonly string[]) =>
    execa('git', args, { cwd: directory, env: identity, reject: false, all: true });
  const git = async (...args: string[]): Promise<string> => {
    const result = await run(args);
    if (result.exitCode !== 0) throw new Error(`git ${args.join(' ')}: ${result.all}`);
    return result.stdout;
  };
  const app: SampleApp = {
    directory,
    name,
    git,
    async write(texts) {
      for (const [file, text] of Object.entries(texts)) {
        await mkdir(dirname(join(directory, file)), { recursive: true });
        await writeFile(join(directory, file), text);
      }
    },
    async commit(branch, message) {
      await run(['checkout', '--quiet', '-B', branch]);
      await git('add', '--all', '--force');
      await git('commit', '--quiet', '--allow-empty', '--message', message);
      return (await git('rev-parse', 'HEAD')).trim();
    },
    async push(...args) {
      const result = await run(['push', ...args]);
      return { accepted: result.exitCode === 0, output: result.all };
    },
    end: () => rm(directory, { recursive: true, force: true }),
  };
  await git('init', '--quiet', '--initial-branch=main');
  await app.write(files);
  return app;
}

/** Adds the app to a controller and its remote, with the token in it, to the repository. */
export async function addApp(controller: Controller, app: SampleApp): Promise<void> {
  await controller.call('POST', '/api/v1/apps', { name: app.name });
  await setRemote(controller, app);
}

/** Controllers get a new port when they start again. */
export async function setRemote(controller: Controller, app: SampleApp): Promise<void> {
  await app.git('remote', 'remove', 'signalbox').catch(() => undefined);
  await app.git('remote', 'add', 'signalbox', remoteOf(controller, app));
}

/** Where git finds the app at this controller, with the token in it. */
export function remoteOf(controller: Controller, app: Pick<SampleApp, 'name'>): string {
  const remote = new URL(`${controller.url}/git/${app.name}.git`);
  remote.username = 'test';
  remote.password = controller.token;
  return remote.href;
}

/** The four-line app: no stores, answers what it is. */
export const helloFiles = (name: string): Record<string, string> => ({
  'signalbox.yaml': `app: ${name}\nservices:\n  web: { run: node server.js }\n`,
  'server.js': `const { SIGNALBOX_COMMIT, SIGNALBOX_BRANCH, SIGNALBOX_ENVIRONMENT } = process.env;
const server = require('node:http').createServer((request, reply) => {
  reply.setHeader('content-type', 'application/json');
  reply.end(JSON.stringify({ commit: SIGNALBOX_COMMIT, branch: SIGNALBOX_BRANCH, environment: SIGNALBOX_ENVIRONMENT }));
});
server.listen(process.env.PORT);
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`,
});

/** web + worker on Postgres with migrations; needs node_modules from withPackages. */
export const notesFiles = (name: string): Record<string, string> => ({
  'signalbox.yaml': `app: ${name}
services:
  web: { run: node server.js, health: /healthz, smoke: node smoke.js, stop: 3s }
  worker: { run: node worker.js, stop: 1s }
jobs:
  tidy: { run: node -e "console.log('tidied')", schedule: "* * * * *" }
stores:
  db:
    postgres: { variable: DATABASE_URL, migrate: node migrate.js }
    seed: { from: staging }
checks:
  syntax: node --check server.js
environments:
  preview: { limit: 30 }
`,
  'migrations/1-notes.sql': 'create table notes (id serial primary key, text text not null);',
  'migrate.js': `const { Client } = require('pg');
const { readdirSync, readFileSync } = require('node:fs');
(async () => {
  const client = new Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  await client.query('create table if not exists schema_migrations (version text primary key, applied_at timestamptz default now())');
  const known = new Set((await client.query('select version from schema_migrations')).rows.map((row) => row.version));
  for (const file of readdirSync('migrations').sort()) {
    const version = file.replace('.sql', '');
    if (known.has(version)) continue;
    await client.query('begin');
    await client.query(readFileSync('migrations/' + file, 'utf8'));
    await client.query('insert into schema_migrations (version) values ($1)', [version]);
    await client.query('commit');
    console.log('applied', version);
  }
  await client.end();
})().catch((error) => { console.error(error.message); process.exit(1); });
`,
  'server.js': `const { Pool } = require('pg');
const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 4 });
pool.on('error', () => {});
const { SIGNALBOX_COMMIT: commit, SIGNALBOX_BRANCH: branch } = process.env;
const server = require('node:http').createServer(async (request, reply) => {
  try {
    if (request.method === 'POST') await pool.query('insert into notes (text) values ($1)', [branch]);
    const notes = (await pool.query('select text from notes order by id')).rows.map((row) => row.text);
    reply.end(JSON.stringify({ commit, branch, notes }));
  } catch (error) {
    reply.statusCode = 500;
    reply.end(error.message);
  }
});
server.listen(process.env.PORT);
process.on('SIGTERM', () => { server.close(() => pool.end().then(() => process.exit(0))); });
`,
  'smoke.js': `require('node:http').get(process.env.SIGNALBOX_URL, (reply) => process.exit(reply.statusCode === 200 ? 0 : 1));`,
  'worker.js': `setInterval(() => {}, 1000); process.on('SIGTERM', () => process.exit(0)); console.log('worker of', process.env.SIGNALBOX_BRANCH);`,
});

/** Copies a package of the project and all it needs into the app, so that its build needs no network. */
export async function withPackages(app: SampleApp, ...names: string[]): Promise<void> {
  const modules = join(import.meta.dirname, '../../node_modules');
  const wanted = new Set(names);
  for (const name of wanted) {
    const description = JSON.parse(await readFile(join(modules, name, 'package.json'), 'utf8')) as {
      dependencies?: Record<string, string>;
    };
    for (const needed of Object.keys(description.dependencies ?? {})) wanted.add(needed);
    await cp(join(modules, name), join(app.directory, 'node_modules', name), { recursive: true });
  }
}
