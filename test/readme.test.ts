import { equal, match, ok } from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { execa } from 'execa';
import { loadConfig } from '../src/config/load.ts';
import { projectRoot, readProjectFile } from './support/project-files.ts';
import { sampleApp, type SampleApp } from './support/sample-app.ts';
import { testSignalbox, type Controller, type TestSignalbox } from './support/signalbox.ts';

const page = readProjectFile('README.md');
const files = blocks('yaml');

test('every signalbox.yaml that README shows is valid', () => {
  equal(files.length, 2);
  for (const file of files) equal(loadConfig(file).config.app, 'notes');
});

test('every program in bin/ that README names is there', () => {
  const named = [...page.matchAll(/(?<![\w./])bin\/[a-z]+/g)].map(([name]) => name);
  ok(named.length > 0);
  for (const name of named) ok(readProjectFile(name).startsWith('#!/bin/sh'), name);
});

describe('the first ten minutes, line by line as README has them', () => {
  let signalbox: TestSignalbox;
  let controller: Controller;
  let app: SampleApp;
  let home = '';

  before(async () => {
    signalbox = await testSignalbox();
    controller = await signalbox.start();
    app = await sampleApp('notes', { ...appFiles, 'signalbox.yaml': files[0] ?? '' });
    await app.commit('main', 'Notes');
    home = await mkdtemp(join(tmpdir(), 'readme-'));
    await mkdir(join(home, 'bin'));
    await symlink(join(projectRoot, 'bin', 'signalbox'), join(home, 'bin', 'signalbox'));
  });

  after(async () => {
    await signalbox?.end();
    await app?.end();
    await rm(home, { recursive: true, force: true });
  });

  /** Runs one line of README as somebody would who has a controller somewhere else. */
  async function type(line: string): Promise<string> {
    const ended = await execa(line.replaceAll('http://127.0.0.1:7070', controller.url), {
      shell: '/bin/sh',
      cwd: app.directory,
      env: {
        PATH: `${join(home, 'bin')}:${process.env['PATH']}`,
        HOME: home,
        SIGNALBOX_URL: controller.url,
        SIGNALBOX_TOKEN: controller.token,
        GIT_TERMINAL_PROMPT: '0',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_AUTHOR_NAME: 'Ada',
        GIT_AUTHOR_EMAIL: 'ada@example.com',
        GIT_COMMITTER_NAME: 'Ada',
        GIT_COMMITTER_EMAIL: 'ada@example.com',
      },
      extendEnv: false,
      stdin: 'ignore',
      reject: false,
      all: true,
    });
    equal(ended.exitCode, 0, `${line}\n${ended.all}`);
    return ended.all;
  }

  test('adding the app and pushing it brings staging, production and a preview', async () => {
    for (const line of commands('signalbox app add')) {
      if (line.startsWith('git commit')) await app.write({ 'page.txt': 'A new page' });
      const said = await type(line);
      if (line.startsWith('signalbox app add')) match(said, /git remote add signalbox http/);
      if (line.startsWith('git push signalbox main')) match(said, /staging is live: http/);
      if (line.startsWith('git push signalbox new-page')) {
        match(said, /Data: db from snapshot/);
        match(said, /Live: http:\/\/new-page--notes\.localhost/);
      }
    }
  });

  test('then one can look at it, and take it away', async () => {
    for (const line of commands('signalbox open')) {
      const said = await type(line);
      if (line.startsWith('signalbox open')) match(said, /^http:\/\/new-page--notes\./);
      if (line.startsWith('signalbox env list')) match(said, /^new-page +live/m);
      if (line.startsWith('signalbox logs')) match(said, /web \| notes listen/);
      if (line.startsWith('signalbox run')) match(said, /pass 1/);
      if (line.startsWith('git push')) match(said, /new-page is deleted; its environment goes/);
    }
    match(await type('signalbox doctor new-page || true'), /new-page .*was deleted|deleted by/);
  });
});

/** An app for README's first file that needs nothing from outside. */
const appFiles = {
  'package.json': JSON.stringify({
    name: 'notes',
    version: '1.0.0',
    scripts: { test: 'node --test', migrate: 'node migrate.js' },
  }),
  'package-lock.json': JSON.stringify({
    name: 'notes',
    version: '1.0.0',
    lockfileVersion: 3,
    packages: { '': { name: 'notes', version: '1.0.0' } },
  }),
  'page.txt': 'A page',
  'migrate.js': `if (!process.env.DATABASE_URL) process.exit(1);`,
  'page.test.js': `require('node:test')('a page', () => {});`,
  'server.js': `const page = require('node:fs').readFileSync('page.txt');
require('node:http').createServer((request, reply) => reply.end(page))
  .listen(process.env.PORT, () => console.log('notes listen'));`,
};

/** The lines of the shell block that has this command, without their comments. */
function commands(command: string): string[] {
  const block = blocks('sh').find((text) => text.includes(command)) ?? '';
  return block
    .split('\n')
    .map((line) => line.replace(/\s+# .*$/, '').trim())
    .filter(Boolean);
}

function blocks(language: string): string[] {
  const found = page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'));
  return Array.from(found, ([, text]) => text ?? '');
}
