import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Build } from '../config/config.ts';
import type { Database } from '../db/pool.ts';
import type { JobResult, Jobs } from '../kernel/job.ts';
import { attemptOf, buildJob, type Artifact } from './artifact.ts';
import { moveFile, type BuildCache, type CacheEntry } from './cache.ts';
import { artifacts, builds, type BuildRow } from './tables.ts';

/** What a build needs of the rest of Signalbox. */
export interface BuildYard {
  db: Database;
  jobs: Jobs;
  cache: BuildCache;
  /** Where artifacts lie. */
  directory: string;
}

export interface BuildOrder {
  key: string;
  appId: string;
  app: string;
  commit: string;
  tree: string;
  build: Build;
  /** Tar of the commit's files. */
  source: string;
  cache: CacheEntry | null;
  /** What the key allows to go in. */
  cacheFrom: 'branch and main' | 'main';
  variables: Readonly<Record<string, string>>;
}

export type Begun =
  | { kind: 'built before'; artifact: Artifact }
  | { kind: 'building'; job: string };

export type Built =
  | { outcome: 'built'; bytes: number }
  | { outcome: 'failed'; reason: string; logTail: string }
  /** By somebody for whom it was not worth while any more; begin it again if you still want it. */
  | { outcome: 'stopped' };

const tailLines = 30;

export const artifactFile = (directory: string, key: string): string =>
  join(directory, key.slice(0, 2), `${key}.tar`);

/**
 * What was built before is not built again; what is being built, by whichever push and controller, is
 * joined. Otherwise the job runs when it resolves. Repeatable.
 */
export async function beginBuild(yard: BuildYard, order: BuildOrder): Promise<Begun> {
  const known = await builtBefore(yard, order.key);
  if (known) return { kind: 'built before', artifact: known };
  const begun = await builds.begin(yard.db, order.key, order.appId);
  if (!begun) throw new Error(`No row for build ${order.key}.`);
  const job = buildJob(order.key, begun.attempt);
  await startJob(yard, order, job);
  return { kind: 'building', job };
}

async function builtBefore(yard: BuildYard, key: string): Promise<Artifact | null> {
  const known = await artifacts.use(yard.db, key);
  if (!known) return null;
  const there = await stat(artifactFile(yard.directory, key)).catch(() => null);
  if (there?.size === known.bytes) return known;
  await artifacts.gone(yard.db, key);
  return null;
}

export async function isBuiltOrBuilding(yard: BuildYard, key: string): Promise<boolean> {
  return (
    (await builtBefore(yard, key)) !== null || (await builds.get(yard.db, key))?.state === 'running'
  );
}

async function startJob(yard: BuildYard, order: BuildOrder, job: string): Promise<void> {
  const cached = order.cache && (await yard.cache.find(order.cache, order.cacheFrom));
  const place = { owner: `build:${order.key.slice(0, 16)}`, isolation: job };
  const archives = cached ? [order.source, cached] : [order.source];
  await yard.jobs.ensureWorkspace({ id: job, archives, ...place });
  await yard.jobs.ensureJob({
    id: job,
    ...place,
    workspace: job,
    run: buildScript(order.build.run),
    variables: order.variables,
    timeoutMs: order.build.timeoutMs,
    collect: {
      artifact: order.build.keep ?? ['.'],
      // What was restored unchanged need not be put away again.
      ...(order.build.cache && !cached ? { cache: order.build.cache.paths } : {}),
    },
  });
}

/** Each command is shown before it runs; the first that fails ends the build. */
function buildScript(commands: readonly string[]): string {
  const shown = commands.map((command) => `printf '%s\\n' ${quoted(`$ ${command}`)}\n${command}`);
  return ['set -e', ...shown].join('\n');
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * The artifact is in its place when it resolves with 'built'. Repeatable, also by several pushes that wait
 * for the same build. Abort ends the waiting only.
 */
export async function finishBuild(
  yard: BuildYard,
  order: BuildOrder,
  job: string,
  signal: AbortSignal,
): Promise<Built> {
  const known = await builtBefore(yard, order.key);
  if (known) return { outcome: 'built', bytes: known.bytes };
  const ended = await builds.get(yard.db, order.key);
  if (ended?.state === 'failed' && ended.attempt === attemptOf(job)) {
    return ended.reason === stoppedReason
      ? { outcome: 'stopped' }
      : failedBuild(ended.reason, ended.logTail);
  }
  const result = await yard.jobs.finishedJob(job, signal);
  if (result.outcome === 'stopped') {
    await endBuild(
      yard,
      { key: order.key, job },
      { outcome: 'failed', reason: stoppedReason, logTail: '' },
    );
    return { outcome: 'stopped' };
  }
  const built =
    result.outcome === 'succeeded'
      ? await keepArtifact(yard, order, result)
      : failedBuild(whyFailed(result, order.build), await yard.jobs.logTail(job, tailLines));
  if (built.outcome !== 'stopped') await endBuild(yard, { key: order.key, job }, built);
  return built;
}

/**
 * Stops this attempt, because nobody waits for it. A controller that died between an artifact's file and its row
 * has left a file that nobody would ever look for: it goes too. Repeatable; whoever still wants the build is told
 * that it was stopped, and begins it again.
 */
export async function abandonBuild(
  yard: BuildYard,
  { key, attempt }: Pick<BuildRow, 'key' | 'attempt'>,
): Promise<void> {
  const job = buildJob(key, attempt);
  await yard.jobs.stopJob(job);
  if (!(await artifacts.get(yard.db, key)))
    await rm(artifactFile(yard.directory, key), { force: true });
  await endBuild(yard, { key, job }, { outcome: 'failed', reason: stoppedReason, logTail: '' });
}

/** How a build that nobody wants any more is written down. */
const stoppedReason = 'stopped: nobody waits for it any more';

async function endBuild(
  yard: BuildYard,
  { key, job }: { key: string; job: string },
  built: Exclude<Built, { outcome: 'stopped' }>,
): Promise<void> {
  const { reason = null, logTail = null } = built.outcome === 'failed' ? built : {};
  const end = { state: built.outcome, reason, logTail };
  await builds.end(yard.db, { key, attempt: attemptOf(job) }, end);
  await yard.jobs.removeWorkspace(job);
}

const failedBuild = (
  reason: string | null,
  logTail: string | null,
): Built & { outcome: 'failed' } => ({
  outcome: 'failed',
  reason: reason ?? 'the build failed',
  logTail: logTail ?? '',
});

function whyFailed({ outcome, exitCode }: JobResult, build: Build): string {
  switch (outcome) {
    case 'timed-out':
      return `the build took longer than ${build.timeoutMs / 1000} s (build.timeout)`;
    case 'stopped':
      return 'the build was stopped';
    case 'lost':
      return 'the build was lost: the machine stopped, or somebody killed it';
    case 'failed':
    case 'succeeded':
      if (exitCode === null)
        return 'what the build made could not be packed, most likely because the disk is full (df -h)';
      return `a build command failed with exit code ${exitCode}`;
  }
}

async function keepArtifact(
  yard: BuildYard,
  order: BuildOrder,
  result: JobResult,
): Promise<Exclude<Built, { outcome: 'failed' }>> {
  const made = result.archives['artifact'];
  const file = artifactFile(yard.directory, order.key);
  await mkdir(join(file, '..'), { recursive: true, mode: 0o700 });
  if (made && (await stat(made).catch(() => null))) await moveFile(made, file);
  const kept = await stat(file).catch(() => null);
  // Somebody abandoned this attempt after its job had ended.
  if (!kept) return { outcome: 'stopped' };
  const bytes = kept.size;
  const artifact = { ...order, sha256: await sha256(file), bytes };
  await artifacts.add(yard.db, artifact);
  const cached = result.archives['cache'];
  if (order.cache && cached && (await stat(cached).catch(() => null)))
    await yard.cache.keep(order.cache, cached);
  return { outcome: 'built', bytes };
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** Removes artifacts nobody has used since, and logs of builds that ended before. Repeatable. */
export async function sweepBuilds(
  yard: BuildYard,
  limits: { artifactsUsedBefore: Date; logsEndedBefore: Date },
): Promise<number> {
  const unused = await artifacts.unused(yard.db, limits.artifactsUsedBefore);
  for (const { key } of unused) {
    await artifacts.gone(yard.db, key);
    await rm(artifactFile(yard.directory, key), { force: true });
  }
  for (const { key, attempt } of await builds.endedBefore(yard.db, limits.logsEndedBefore)) {
    for (let number = 1; number <= attempt; number += 1) {
      await yard.jobs.forget(buildJob(key, number));
    }
  }
  return unused.length;
}
