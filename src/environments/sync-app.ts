import { inTransaction } from '../db/pool.ts';
import { followedAddress } from '../git/add-app.ts';
import { apps, type App } from '../git/app.ts';
import { branches } from '../git/branch.ts';
import { isRewritten, pushes, recordMove } from '../git/push.ts';
import { runGit } from '../git/repositories.ts';
import { fetchSource, type SourceChange, type Synced } from '../git/sync.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { endPreviews } from './branch-ends.ts';
import { startFollowing } from './reconcile.ts';
import type { World } from './world.ts';

export interface SyncReport {
  /** In words. */
  text: string;
  changes: (Omit<SourceChange, 'before'> & { push: string | null })[];
}

/** Older branches of a repository that is seen for the first time get an environment only when asked for. */
const staleMs = 14 * 86_400_000;

const running = new Map<string, Promise<SyncReport>>();
const waiting = new Map<string, Promise<SyncReport>>();

/**
 * What the followed repository has is here when it resolves: each moved branch has its push and is being
 * followed, previews of branches that have certainly ended are on their way out. Repeatable; calls during a
 * running sync share the one after it. Refuses with `git/cannot-fetch`, and the app's row says so too.
 */
export function syncApp(world: World, app: App): Promise<SyncReport> {
  const now = running.get(app.id);
  if (!now) return begin(world, app);
  const next = waiting.get(app.id) ?? now.then(ignore, ignore).then(() => begin(world, app));
  waiting.set(app.id, next);
  return next;
}

const ignore = (): void => undefined;

function begin(world: World, app: App): Promise<SyncReport> {
  waiting.delete(app.id);
  const work = sync(world, app).finally(() => running.delete(app.id));
  running.set(app.id, work);
  return work;
}

/** Every followed app, one after the other; one that cannot be reached does not keep the others waiting. */
export async function syncFollowedApps(world: World): Promise<void> {
  for (const app of await apps.all(world.db)) {
    if (app.source === null) continue;
    await syncApp(world, app).catch((error: unknown) => {
      const { message } = error as Error;
      if (app.syncError === null || !(error instanceof SignalboxError))
        world.log(`sync of ${app.name}: ${message}`);
    });
  }
}

async function sync(world: World, app: App): Promise<SyncReport> {
  const source = followedAddress(world.key, app);
  if (source === null) throw followsNothing(app);
  try {
    const first = (await branches.all(world.db, app.id)).length === 0;
    const synced = await fetchSource(
      world.repositories,
      { ...app, source },
      { now: world.clock.now() },
    );
    const changes: SyncReport['changes'] = [];
    for (const change of mainFirst(app, synced.changes)) {
      const push =
        first && (await isStale(world, app, change)) ? null : await record(world, app, change);
      const { branch, commit } = change;
      changes.push({ branch, change: change.change, commit, push });
    }
    await endPreviews(world, app);
    await apps.synced(world.db, app.id, null);
    return { text: inWords(app, { ...synced, changes }), changes };
  } catch (error) {
    if (error instanceof SignalboxError) {
      await apps.synced(world.db, app.id, [error.what, error.why].filter(Boolean).join(' '));
    }
    throw error;
  }
}

const followsNothing = ({ name }: App): SignalboxError =>
  new SignalboxError({
    code: 'app/follows-nothing',
    what: `${name} follows no other repository, so there is nothing to fetch.`,
    why: 'It is pushed to.',
    fix: ['git push signalbox BRANCH'],
  });

/** Staging is what previews take their data from. */
const mainFirst = ({ mainBranch }: App, changes: readonly SourceChange[]): SourceChange[] => [
  ...changes.filter(({ branch }) => branch === mainBranch),
  ...changes.filter(({ branch }) => branch !== mainBranch),
];

/** Records it and starts what follows; the push's id, when there is one. */
async function record(
  world: World,
  app: App,
  { branch, before, commit }: SourceChange,
): Promise<string | null> {
  if (commit === null) {
    const why = 'was deleted in the followed repository';
    await branches.gone(world.db, app.id, { name: branch, head: before, why });
    return null;
  }
  const rewritten = await isRewritten(world.repositories, app, { before, commit });
  const move = { app, branch, before, commit, rewritten, by: 'the followed repository' };
  const push = await inTransaction(world.db, (tx) => recordMove(tx, move));
  if (push) await startFollowing(world, push.id);
  // The reconciler may have noticed it first.
  return (push ?? (await pushes.newest(world.db, app.id, branch)))?.id ?? null;
}

async function isStale(world: World, app: App, { branch, commit }: SourceChange): Promise<boolean> {
  if (commit === null || branch === app.mainBranch) return false;
  const args = [
    '--git-dir',
    world.repositories.path(app.name),
    'log',
    '-1',
    '--format=%ct',
    commit,
  ];
  const movedAt = new Date(Number(await runGit(args)) * 1000);
  if (!(world.clock.now().getTime() - movedAt.getTime() > staleMs)) return false;
  await branches.note(world.db, app.id, { name: branch, head: commit, movedAt });
  return true;
}

function inWords(
  app: App,
  { changes, missing, notes }: Pick<SyncReport, 'changes'> & Pick<Synced, 'missing' | 'notes'>,
): string {
  const left = changes.filter(({ change, push }) => change === 'new' && push === null).length;
  return [
    changes.length === 0
      ? `${app.name} is up to date.`
      : `${app.name}: ${changes.length} ${changes.length === 1 ? 'branch' : 'branches'} changed.`,
    ...(left > 0
      ? [
          `${left} of them are older than two weeks and get a preview when they move, or now: signalbox env create BRANCH`,
        ]
      : []),
    ...missing.map(
      (branch) => `${branch} is missing there; its preview goes when the next look says so too.`,
    ),
    ...notes,
  ].join(' ');
}
