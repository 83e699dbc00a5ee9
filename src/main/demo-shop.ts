import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { say } from './demo-say.ts';

/** The sample shop as a team has it: a repository with stock git. */
export interface DemoShop {
  /** Writes files (text), or changes one (a function of what is there), and commits all. */
  commit(
    message: string,
    files?: Record<string, string | ((now: string) => string)>,
  ): Promise<void>;
  switchTo(branch: string): Promise<void>;
  /** Takes the newest commit back, by a commit. */
  revert(): Promise<void>;
  /** Pushes, and says each line that git prints. */
  push(branch: string): Promise<void>;
}

interface Ground {
  /** The controller's. */
  url: string;
  token: string;
  /** Of whoever writes the commits. */
  email: string;
  /** Aborted, git ends and the call throws. */
  signal: AbortSignal;
}

const identityOf = (email: string): Record<string, string> => ({
  GIT_AUTHOR_NAME: 'You',
  GIT_AUTHOR_EMAIL: email,
  GIT_COMMITTER_NAME: 'You',
  GIT_COMMITTER_EMAIL: email,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
});

/** A fresh copy of examples/shop, in its own repository. */
export async function demoShop(
  directory: string,
  { url, token, email, signal }: Ground,
): Promise<DemoShop> {
  await rm(directory, { recursive: true, force: true });
  await cp(join(import.meta.dirname, '../../examples/shop'), directory, {
    recursive: true,
    filter: (path) => !path.includes('node_modules'),
  });
  const remote = new URL(`${url}/git/shop.git`);
  remote.username = 'you';
  remote.password = token;
  const options = { cwd: directory, env: identityOf(email), cancelSignal: signal } as const;
  const git = async (...args: string[]): Promise<void> => void (await execa('git', args, options));
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
    async revert() {
      say('  $ git revert HEAD');
      await git('revert', '--no-edit', 'HEAD');
    },
    async push(branch) {
      say(`  $ git push signalbox ${branch}`);
      const run = execa('git', ['push', remote.href, branch], {
        ...options,
        all: true,
        buffer: false,
      });
      // It may fail while its last lines are still being read.
      const ended = run.then(() => undefined);
      ended.catch(() => undefined);
      for await (const line of createInterface({ input: run.all }))
        say(`  ${line.replaceAll(token, '…').trimEnd()}`);
      await ended;
    },
  };
}
