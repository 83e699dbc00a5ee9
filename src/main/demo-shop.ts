import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import type { RunningServer } from './server.ts';

/** The sample shop as a team has it: a repository with stock git. */
export interface DemoShop {
  /** Writes files (text), or changes one (a function of what is there), and commits all. */
  commit(
    message: string,
    files?: Record<string, string | ((now: string) => string)>,
  ): Promise<void>;
  switchTo(branch: string): Promise<void>;
  /** Pushes, and says each line that git prints. */
  push(branch: string): Promise<void>;
}

const identity = {
  GIT_AUTHOR_NAME: 'Demo',
  GIT_AUTHOR_EMAIL: 'demo@example.com',
  GIT_COMMITTER_NAME: 'Demo',
  GIT_COMMITTER_EMAIL: 'demo@example.com',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
};

/** A fresh copy of examples/shop, in its own repository. */
export async function demoShop(
  directory: string,
  { server, token, say }: { server: RunningServer; token: string; say(line: string): void },
): Promise<DemoShop> {
  await rm(directory, { recursive: true, force: true });
  await cp(join(import.meta.dirname, '../../examples/shop'), directory, {
    recursive: true,
    filter: (path) => !path.includes('node_modules'),
  });
  const remote = new URL(`${server.url}/git/shop.git`);
  remote.username = 'demo';
  remote.password = token;
  const git = async (...args: string[]): Promise<void> =>
    void (await execa('git', args, { cwd: directory, env: identity }));
  await git('init', '--quiet', '--initial-branch=main');
  return {
    async commit(message, files = {}) {
      for (const [name, text] of Object.entries(files)) {
        const file = join(directory, name);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, typeof text === 'string' ? text : text(await readFile(file, 'utf8')));
      }
      await git('add', '--all');
      await git('commit', '--quiet', '--message', message);
    },
    switchTo: (branch) => git('checkout', '--quiet', '-B', branch),
    async push(branch) {
      say(`  $ git push signalbox ${branch}`);
      const args = ['push', remote.href, branch];
      const run = execa('git', args, { cwd: directory, env: identity, all: true, buffer: false });
      for await (const line of createInterface({ input: run.all }))
        say(`  ${line.replaceAll(token, '…').trimEnd()}`);
      await run;
    },
  };
}
