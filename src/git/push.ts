import { inTransaction, type Database } from '../db/pool.ts';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { branchOf, unusableBranchName, type RefUpdate } from './branch.ts';
import type { Quarantine, Repositories } from './repositories.ts';
import { branches, pushes, recordMove, type App, type Move, type Push } from './tables.ts';

export const configFile = 'signalbox.yaml';
const configLimitBytes = 256 * 1024;

export type Judgement =
  | { accepted: true; notes: string[] }
  | { accepted: false; reasons: string[] };

/**
 * Whether a push can be used, known before it is accepted. Objects are read from git's quarantine, so a
 * refused push leaves nothing behind.
 */
export async function judgePush(
  repositories: Repositories,
  app: App,
  updates: readonly RefUpdate[],
  quarantine: Quarantine,
): Promise<Judgement> {
  const reasons: string[] = [];
  const notes: string[] = [];
  for (const update of updates) {
    const branch = branchOf(update.ref);
    if (branch === null) {
      if (!update.ref.startsWith('refs/tags/'))
        reasons.push(`${update.ref}: push branches or tags.`);
      continue;
    }
    const unusable = unusableBranchName(branch);
    if (unusable) reasons.push(`Branch refused: ${unusable}. Rename it: git branch -m NEW-NAME`);
    else if (update.after === null) {
      if (branch === app.mainBranch)
        reasons.push(`${branch} is the main branch of ${app.name}; it cannot be deleted.`);
    } else {
      const read = await readConfig(repositories, { app, commit: update.after }, quarantine).catch(
        asRefusal,
      );
      if (read instanceof SignalboxError) reasons.push(`${branch}: ${read.message}`);
      else notes.push(...read.notes);
    }
  }
  return reasons.length > 0 ? { accepted: false, reasons } : { accepted: true, notes };
}

function asRefusal(error: unknown): SignalboxError {
  if (error instanceof SignalboxError) return error;
  throw error;
}

/** The app's signalbox.yaml at a commit, or a refusal that says what to write. */
export async function readConfig(
  repositories: Repositories,
  { app, commit }: { app: Pick<App, 'name'>; commit: string },
  quarantine?: Quarantine,
): Promise<{ config: Config; notes: string[] }> {
  const at = { commit, path: configFile, limitBytes: configLimitBytes };
  const text = await repositories.readFile(app.name, at, quarantine).catch((error: Error) => {
    throw new SignalboxError({
      code: 'push/config-too-large',
      what: `${configFile} cannot be read: ${error.message}`,
      fix: [`Keep ${configFile} under ${configLimitBytes / 1024} KiB.`],
    });
  });
  if (text === null) throw noConfig(app.name);
  const loaded = loadConfig(text);
  if (loaded.config.app !== app.name) throw otherApp(app.name, loaded.config.app);
  return loaded;
}

const noConfig = (app: string): SignalboxError =>
  new SignalboxError({
    code: 'push/no-config',
    what: `This commit has no ${configFile} at its root, so Signalbox does not know how to run it.`,
    fix: [
      `Write ${configFile} with three lines, commit and push again:\n    app: ${app}\n    services:\n      web: { run: node server.js }`,
    ],
  });

const otherApp = (app: string, named: string): SignalboxError =>
  new SignalboxError({
    code: 'push/other-app',
    what: `${configFile} says "app: ${named}", but this is the repository of ${app}.`,
    fix: [`Write "app: ${app}" in ${configFile}, or push to the remote of ${named}.`],
  });

export interface Received {
  pushes: Push[];
  /** Branches that a later push has moved on already; that one is followed. */
  overtaken: string[];
  /** Branches that were deleted. */
  gone: string[];
}

/**
 * Records what git has accepted: one push a moved branch, and the proof of each deleted one, all or
 * nothing. Repeatable: a move that is known already gives the push it gave before.
 */
export async function recordPush(
  { db, repositories }: { db: Database; repositories: Repositories },
  app: App,
  updates: readonly RefUpdate[],
  by: string,
): Promise<Received> {
  const looked = await Promise.all(updates.map((update) => lookAt(repositories, app, update)));
  return inTransaction(db, async (tx) => {
    const received: Received = { pushes: [], overtaken: [], gone: [] };
    for (const { branch, before, after, isBack, isOld, rewritten } of looked) {
      if (branch === null || isBack) continue;
      if (after === null) {
        await branches.gone(tx, app.id, { name: branch, head: before, why: `deleted by ${by}` });
        received.gone.push(branch);
        continue;
      }
      const move = { app, branch, before, commit: after, rewritten, by, onlyFromBefore: isOld };
      const push = await recordMove(tx, move);
      // The reconciler may have seen the branch move before we were told; that is the same push.
      const known = push ?? (await pushes.newest(tx, app.id, branch));
      if (known?.commit !== after) {
        received.overtaken.push(branch);
        continue;
      }
      await pushes.claim(tx, known.id, by);
      received.pushes.push({ ...known, by });
    }
    return received;
  });
}

/**
 * `isBack`: it was deleted, but we come late and somebody has pushed it again. `isOld`: it was moved, but we
 * come late and it is elsewhere by now; whoever moved it there may have recorded that already.
 */
async function lookAt(repositories: Repositories, app: App, { ref, before, after }: RefUpdate) {
  const branch = branchOf(ref);
  const head = branch === null ? null : await repositories.head(app.name, branch);
  const isBack = after === null && head !== null;
  const isOld = after !== null && head !== after;
  const rewritten =
    after !== null && (await isRewritten(repositories, app, { before, commit: after }));
  return { branch, before, after, isBack, isOld, rewritten };
}

/** Whether a move leaves commits of the branch behind, or we cannot tell. */
export async function isRewritten(
  repositories: Repositories,
  app: App,
  { before, commit }: Pick<Move, 'before' | 'commit'>,
): Promise<boolean> {
  return before === null || !(await repositories.isAncestor(app.name, before, commit));
}

export { pushes, recordMove, type Push } from './tables.ts';
