import { createHash } from 'node:crypto';
import type { Build } from '../config/config.ts';

/** A commit's files, built once, kept under the name of what went in. */
export interface Artifact {
  /** See artifactKey. */
  key: string;
  appId: string;
  commit: string;
  tree: string;
  /** Of the tar file itself. */
  sha256: string;
  bytes: number;
  builtAt: Date;
}

/** Grows when the way of building changes what comes out, so that old artifacts are not taken for new ones. */
const recipe = 1;

/**
 * The artifact's name before it exists: SHA-256 of the app, the commit's tree and the build section. Two
 * commits with the same files and the same build section have one artifact; except that one which a branch
 * builds with what it has cached itself is of that branch alone, because nobody has reviewed that cache.
 */
export function artifactKey(of: {
  app: string;
  tree: string;
  build: Build;
  /** Whose own cache goes in; null: main's or none. */
  cacheOf: string | null;
}): string {
  const { timeoutMs: _, ...build } = of.build;
  const cacheOf = of.cacheOf === null ? [] : [of.cacheOf];
  return createHash('sha256')
    .update(JSON.stringify([recipe, of.app, of.tree, build, ...cacheOf]))
    .digest('hex');
}

/** The name of what a build's cached paths are kept under: SHA-256 of the paths and of the key files' contents. */
export function cacheKey(paths: readonly string[], keyFiles: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify([recipe, paths, keyFiles]))
    .digest('hex');
}

/** The workload of one attempt at a build. */
export const buildJob = (key: string, attempt: number): string =>
  `build-${key.slice(0, 16)}-${attempt}`;

export const attemptOf = (job: string): number => Number(job.slice(job.lastIndexOf('-') + 1));

export { artifacts, builds, type BuildRow } from './tables.ts';
