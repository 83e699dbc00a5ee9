import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa, type Options } from 'execa';
import { newId } from '../kernel/id.ts';

/** Where a pushed object can be read before it is accepted: git's quarantine. */
export type Quarantine = Readonly<Record<string, string>>;

/** The bare repositories of all apps, read and written by the system's git. */
export interface Repositories {
  readonly directory: string;
  path(app: string): string;
  /** The app's repository exists, with hooks that ask the controller. Repeatable. */
  ensure(app: string): Promise<string>;
  remove(app: string): Promise<void>;
  /** Branch → commit. */
  heads(app: string): Promise<Map<string, string>>;
  /** The commit a branch points to; null is proof that the branch is not there (the repository was readable). */
  head(app: string, branch: string): Promise<string | null>;
  /** A file's text at a commit; null when the commit has no such file. Throws when it is over `limitBytes`. */
  readFile(
    app: string,
    at: { commit: string; path: string; limitBytes: number },
    quarantine?: Quarantine,
  ): Promise<string | null>;
  /** The id of the commit's tree: two commits with the same files have the same. */
  tree(app: string, commit: string): Promise<string>;
  /** Hash of the files' contents at a commit, for cache keys; missing files count as missing. */
  blobs(app: string, commit: string, paths: readonly string[]): Promise<string[]>;
  mergeBase(app: string, one: string, other: string): Promise<string | null>;
  isAncestor(app: string, ancestor: string, of: string): Promise<boolean>;
  /** Paths that differ between two commits. */
  changedPaths(app: string, from: string, to: string): Promise<string[]>;
  /** A tar of the commit's files, complete or not at all. Repeatable. */
  archive(app: string, commit: string, file: string): Promise<void>;
  /** One line: first line of the commit's message, and its author. */
  describe(app: string, commit: string): Promise<{ subject: string; author: string }>;
}

export function repositories(directory: string): Repositories {
  const path = (app: string): string => join(directory, `${app}.git`);
  const git: Git = (app, args, options = {}) => runGit(['--git-dir', path(app), ...args], options);
  return {
    directory,
    path,
    ensure: (app) => ensureRepository(path(app)),
    remove: (app) => rm(path(app), { recursive: true, force: true }),
    ...refs(git),
    ...contents(git),
    ...history(git),
  };
}

type Git = (app: string, args: readonly string[], options?: Options) => Promise<string>;

function refs(git: Git): Pick<Repositories, 'heads' | 'head'> {
  return {
    async heads(app) {
      const format = '--format=%(objectname) %(refname:strip=2)';
      const listed = await git(app, ['for-each-ref', format, 'refs/heads/']);
      return new Map(listed.split('\n').filter(Boolean).map(branchAndCommit));
    },

    async head(app, branch) {
      // for-each-ref answers for a folder of refs too; the name must be the very one.
      const format = '--format=%(objectname) %(refname:strip=2)';
      const listed = await git(app, ['for-each-ref', format, '--', `refs/heads/${branch}`]);
      const found = listed.split('\n').filter(Boolean).map(branchAndCommit);
      return found.find(([name]) => name === branch)?.[1] ?? null;
    },
  };
}

function contents(git: Git): Pick<Repositories, 'readFile' | 'tree' | 'blobs' | 'archive'> {
  return {
    async readFile(app, { commit, path: file, limitBytes }, quarantine = {}) {
      const env = { ...quarantine };
      const object = `${commit}:${file}`;
      const size = await git(app, ['cat-file', '-s', object], { env }).catch(() => null);
      if (size === null) return null;
      if (Number(size) > limitBytes) {
        throw new Error(`${file} has ${size.trim()} bytes; ${limitBytes} are allowed.`);
      }
      return git(app, ['cat-file', 'blob', object], { env, stripFinalNewline: false });
    },

    tree: async (app, commit) =>
      (await git(app, ['rev-parse', '--verify', `${commit}^{tree}`])).trim(),

    async blobs(app, commit, paths) {
      if (paths.length === 0) return [];
      const input = paths.map((file) => `${commit}:${file}`).join('\n');
      const listed = await git(app, ['cat-file', '--batch-check=%(objectname)'], { input });
      const lines = listed.trim().split('\n');
      return lines.map((line, index) => `${paths[index]} ${line.split(' ').at(-1)}`);
    },

    async archive(app, commit, file) {
      if (await exists(file)) return;
      const partial = `${file}.${newId()}.partial`;
      await git(app, ['archive', '--format=tar', '-o', partial, commit]);
      await rename(partial, file);
    },
  };
}

function history(
  git: Git,
): Pick<Repositories, 'mergeBase' | 'isAncestor' | 'changedPaths' | 'describe'> {
  return {
    async mergeBase(app, one, other) {
      return (await git(app, ['merge-base', one, other]).catch(() => '')).trim() || null;
    },

    isAncestor: (app, ancestor, of) =>
      git(app, ['merge-base', '--is-ancestor', ancestor, of]).then(
        () => true,
        () => false,
      ),

    async changedPaths(app, from, to) {
      return (await git(app, ['diff', '--name-only', '-z', from, to])).split('\0').filter(Boolean);
    },

    async describe(app, commit) {
      const shown = await git(app, ['log', '-1', '--format=%s%x00%an <%ae>', commit]);
      const [subject = '', author = ''] = shown.split('\0');
      return { subject, author };
    },
  };
}

/** Runs git with nothing of our environment or the machine's configuration. Returns its output. */
export async function runGit(args: readonly string[], options: Options = {}): Promise<string> {
  const { env, ...rest } = options;
  const result = await execa('git', args, {
    extendEnv: false,
    env: { ...cleanEnvironment(), ...env },
    ...rest,
  });
  return String(result.stdout ?? '');
}

export function cleanEnvironment(): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: '/nonexistent',
    LC_ALL: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ADVICE: '0',
  };
}

function branchAndCommit(line: string): [string, string] {
  const space = line.indexOf(' ');
  return [line.slice(space + 1), line.slice(0, space)];
}

async function ensureRepository(directory: string): Promise<string> {
  if (!(await exists(join(directory, 'HEAD')))) {
    const partial = `${directory}.${newId()}.partial`;
    await mkdir(partial, { recursive: true, mode: 0o700 });
    await runGit(['init', '--quiet', '--bare', '--initial-branch=main', partial]);
    for (const [key, value] of settings) await runGit(['--git-dir', partial, 'config', key, value]);
    await rename(partial, directory).catch(async (error: NodeJS.ErrnoException) => {
      await rm(partial, { recursive: true, force: true });
      // Another controller was quicker.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  }
  await writeHooks(directory);
  return directory;
}

const settings: readonly (readonly [string, string])[] = [
  ['http.receivepack', 'true'],
  ['receive.fsckObjects', 'true'],
  ['receive.denyNonFastForwards', 'false'],
  ['receive.denyDeleteCurrent', 'ignore'],
  ['receive.maxInputSize', String(2 * 1024 ** 3)],
  // Objects are shared by running builds; housekeeping happens when we say so.
  ['gc.auto', '0'],
  ['receive.autogc', 'false'],
  ['core.logAllRefUpdates', 'true'],
];

/** Both hooks ask the controller whose git server runs them; without one nothing is accepted. */
async function writeHooks(directory: string): Promise<void> {
  for (const name of ['pre-receive', 'post-receive']) {
    const text = `#!/bin/sh
if [ -z "$SIGNALBOX_HOOK" ]; then
  echo "Signalbox: push to the address that 'signalbox app show' prints, not into this directory." >&2
  exit 1
fi
exec "$SIGNALBOX_NODE" "$SIGNALBOX_HOOK" ${name}
`;
    await writeFile(join(directory, 'hooks', name), text, { mode: 0o755 });
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
