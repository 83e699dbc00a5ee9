import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newId } from '../kernel/id.ts';
import { askSource } from './ask-source.ts';
import { unusableBranchName } from './branch.ts';
import { runGit, type Repositories } from './repositories.ts';
import { parseSource, type Source } from './source.ts';
import type { App } from './tables.ts';

export interface SourceChange {
  branch: string;
  change: 'new' | 'moved' | 'gone';
  before: string | null;
  /** null: gone. */
  commit: string | null;
}

export interface Synced {
  changes: SourceChange[];
  /** Missing at the source for the first time; gone when the next look says so too. */
  missing: string[];
  /** Branches that are left alone, and why. */
  notes: string[];
}

export interface SyncOptions {
  /** Two looks closer together than this are one: a fault of a moment must not end an environment. */
  lookAgainAfterMs?: number;
  now: Date;
}

const listMs = 60_000;
const fetchMs = 15 * 60_000;
const looksAtOnce = 50;

/**
 * Our copy has the source's branches when it resolves. A branch is deleted here only when the source, asked
 * for it by name, answered for the main branch and not for it, in two looks. Repeatable; refuses with
 * `git/cannot-fetch`.
 */
export async function fetchSource(
  repositories: Repositories,
  app: Pick<App, 'name' | 'mainBranch'> & { source: string },
  { now, lookAgainAfterMs = 5000 }: SyncOptions,
): Promise<Synced> {
  const source = parseSource(app.source);
  await repositories.ensure(app.name);
  const there = await headsAt(source, ['--heads']);
  const here = await repositories.heads(app.name);
  const lost = [...here.keys()].filter((branch) => !there.has(branch));
  const looked = await lookForLost({ repositories, app, source }, { lost, now, lookAgainAfterMs });
  for (const branch of looked.gone)
    await deleteBranch(repositories, app.name, branch, here.get(branch) ?? '');

  const notes = [...there.keys()].flatMap((branch) => {
    const why = unusableBranchName(branch);
    return why ? [`A branch is left out: ${why}.`] : [];
  });
  const fresh = [...there].filter(
    ([branch, commit]) => unusableBranchName(branch) === null && here.get(branch) !== commit,
  );
  await fetchBranches(repositories, { app, source, branches: fresh.map(([branch]) => branch) });
  const after = await repositories.heads(app.name);
  const moved = fresh.map(([branch]): SourceChange => {
    const before = here.get(branch) ?? null;
    return { branch, change: before ? 'moved' : 'new', before, commit: after.get(branch) ?? null };
  });
  const gone = looked.gone.map((branch): SourceChange => ({
    branch,
    change: 'gone',
    before: here.get(branch) ?? null,
    commit: null,
  }));
  return {
    changes: [...moved.filter(({ commit }) => commit !== null), ...gone],
    missing: looked.missing,
    notes,
  };
}

/** The branch the source itself calls its main one; null: it does not say. Proves that it can be reached. */
export async function mainBranchAt(
  text: string,
): Promise<{ head: string | null; branches: Set<string> }> {
  const source = parseSource(text);
  const listed = await askSource({
    source,
    command: ['ls-remote', '--symref'],
    after: ['HEAD', 'refs/heads/*'],
    timeoutMs: listMs,
  });
  const head = /^ref: refs\/heads\/(.+)\tHEAD$/m.exec(listed)?.[1] ?? null;
  return { head, branches: new Set(headsIn(listed).keys()) };
}

async function headsAt(
  source: Source,
  options: string[],
  refs: string[] = [],
): Promise<Map<string, string>> {
  const command = ['ls-remote', ...options];
  return headsIn(await askSource({ source, command, after: refs, timeoutMs: listMs }));
}

function headsIn(listed: string): Map<string, string> {
  const heads = listed.matchAll(/^([0-9a-f]{40,64})\trefs\/heads\/(.+)$/gm);
  return new Map(Array.from(heads, ([, commit = '', branch = '']) => [branch, commit]));
}

async function fetchBranches(
  repositories: Repositories,
  {
    app,
    source,
    branches,
  }: { app: Pick<App, 'name'>; source: Source; branches: readonly string[] },
): Promise<void> {
  if (branches.length === 0) return;
  await askSource({
    source,
    command: [
      '--git-dir',
      repositories.path(app.name),
      'fetch',
      '--quiet',
      '--no-tags',
      '--no-prune',
      '--no-recurse-submodules',
      '--no-write-fetch-head',
      '--no-auto-maintenance',
      '--stdin',
    ],
    input: branches.map((branch) => `+refs/heads/${branch}:refs/heads/${branch}\n`).join(''),
    timeoutMs: fetchMs,
  });
}

interface Looking {
  repositories: Repositories;
  app: Pick<App, 'name' | 'mainBranch'>;
  source: Source;
}

async function lookForLost(
  { repositories, app, source }: Looking,
  { lost, now, lookAgainAfterMs }: { lost: string[]; now: Date; lookAgainAfterMs: number },
): Promise<{ gone: string[]; missing: string[] }> {
  const file = join(repositories.path(app.name), 'signalbox-missing.json');
  const seen = await readSeen(file);
  const missing: string[] = [];
  for (let at = 0; at < lost.length; at += looksAtOnce) {
    const asked = lost.slice(at, at + looksAtOnce).filter((branch) => branch !== app.mainBranch);
    const refs = [app.mainBranch, ...asked].map((branch) => `refs/heads/${branch}`);
    const answer = await headsAt(source, [], refs);
    // Without an answer for main nothing is proven about anybody.
    if (answer.has(app.mainBranch)) missing.push(...asked.filter((branch) => !answer.has(branch)));
  }
  const first = Object.fromEntries(
    missing.map((branch) => [branch, seen[branch] ?? now.getTime()]),
  );
  const gone = missing.filter((branch) => {
    const before = seen[branch];
    return before !== undefined && now.getTime() - before >= lookAgainAfterMs;
  });
  await writeSeen(
    file,
    Object.fromEntries(Object.entries(first).filter(([branch]) => !gone.includes(branch))),
  );
  return { gone, missing: missing.filter((branch) => !gone.includes(branch)) };
}

/** Branch → when it was first seen missing, in milliseconds. A broken file only costs one more look. */
async function readSeen(file: string): Promise<Record<string, number>> {
  try {
    return { ...(JSON.parse(await readFile(file, 'utf8')) as Record<string, number>) };
  } catch {
    return {};
  }
}

async function writeSeen(file: string, seen: Record<string, number>): Promise<void> {
  if (Object.keys(seen).length === 0) return rm(file, { force: true });
  const partial = `${file}.${newId()}.partial`;
  await writeFile(partial, JSON.stringify(seen));
  await rename(partial, file);
}

async function deleteBranch(
  repositories: Repositories,
  app: string,
  branch: string,
  head: string,
): Promise<void> {
  const args = [
    '--git-dir',
    repositories.path(app),
    'update-ref',
    '-d',
    `refs/heads/${branch}`,
    head,
  ];
  await runGit(args);
}
