import { inTransaction } from '../db/pool.ts';
import { wishes } from '../environments/push-tables.ts';
import { startFollowing } from '../environments/reconcile.ts';
import type { World } from '../environments/world.ts';
import { runGit } from '../git/repositories.ts';
import { newId } from '../kernel/id.ts';
import { lastReleased } from '../pipeline/find-candidate.ts';
import { changesOnBoard, mostChanges } from './changes-on-board.ts';
import { endItsRow, stopCandidates } from './end-train.ts';
import { freezesOf } from './freeze.ts';
import { platform, type Waiting } from './platform-tables.ts';
import { sayOfTrain } from './situation.ts';
import { changes, trains } from './tables.ts';
import { lastDeparture } from './timetable.ts';
import {
  departWorkflow,
  namedTrain,
  shortCommit,
  trainBranch,
  trainRun,
  trainTarget,
  type Change,
  type Train,
} from './train.ts';
import { isOpen } from './windows.ts';

/** What a departure would do now, or why it does nothing. */
export type Boarding =
  | { kind: 'boards'; waiting: Waiting; since: string | null; onBoard: Change[] }
  | { kind: 'stays'; why: string };

/**
 * What the newest commit that was green at that time would take to production. No changes, no train; what failed leaves
 * again only when somebody wants it to. Reads only.
 */
export async function boardingAt(
  world: World,
  appId: string,
  { greenAt, byHand = false }: { greenAt: Date; byHand?: boolean },
): Promise<Boarding> {
  const waiting = await platform.newest(world.db, appId, greenAt);
  if (!waiting) return { kind: 'stays', why: 'no commit is green' };
  const { app, commit, settings } = waiting;
  const released = await lastReleased(world.db, appId);
  const since = released?.commit ?? null;
  const [last] = await trains.recent(world.db, appId, 1);
  if (!byHand && last?.boarded === commit) {
    const was = whatBecameOf(last, since);
    if (was !== null)
      return {
        kind: 'stays',
        why: `${shortCommit(commit)} ${was} train ${last.number}, and nothing came since`,
      };
  }
  // Looked at every second while nothing is new: git is asked only where the rows do not say it.
  const isThere = async (released: string): Promise<boolean> =>
    released === commit || world.repositories.isAncestor(app, commit, released);
  if (since !== null && (await isThere(since)))
    return {
      kind: 'stays',
      why: `nothing is new since ${shortCommit(since)}, which is in production`,
    };
  if (!byHand && since !== null && (await tooManySince(world, { app, since, commit })))
    return {
      kind: 'stays',
      why: `${mostChanges} changes or more are new since production, and only the authors of the newest ${mostChanges} would be asked; a release manager can send it all the same: signalbox train depart ${app}`,
    };
  const onBoard = await changesOnBoard(world, { appId, app, since, commit, settings });
  return { kind: 'boards', waiting, since, onBoard };
}

/** What keeps a commit from leaving twice by itself, after the last train had it; null: nothing. */
function whatBecameOf({ state, commit }: Train, since: string | null): string | null {
  if (state === 'failed') return 'failed on';
  // It is not in production any more.
  return state === 'arrived' && commit !== since ? 'was rolled back after' : null;
}

async function tooManySince(
  { repositories }: World,
  { app, since, commit }: { app: string; since: string; commit: string },
): Promise<boolean> {
  const range = ['--first-parent', '--count', `--max-count=${mostChanges}`, `${since}..${commit}`];
  const counted = await runGit(['--git-dir', repositories.path(app), 'rev-list', ...range, '--']);
  return Number(counted) >= mostChanges;
}

/** The departure of an app whose time has come has one train, whoever looks and however often. */
export async function departIfDue(world: World, newest: Waiting): Promise<void> {
  const now = world.clock.now();
  const { appId, settings } = newest;
  const due = settings.departs === null ? newest.greenAt : lastDeparture(settings, now);
  if (due === null || (await trains.departedSince(world.db, appId, due))) return;
  if (!isOpen(settings.windows, now)) return;
  if ((await freezesOf(world.db, appId, now)).length > 0) return;
  const open = await trains.open(world.db, appId);
  if (open && (settings.next === 'wait' || open.state === 'releasing')) return;
  // A train that is under way is not given up for the same commit.
  if (open && (await platform.newest(world.db, appId, due))?.commit === open.boarded) return;
  const boarding = await boardingAt(world, appId, { greenAt: due });
  if (boarding.kind === 'stays') return;
  await depart(world, { boarding, plannedAt: due, instead: open });
}

/**
 * Repeatable: a departure has one train. Returns it; null: it had one, or another is just leaving. `instead`: the one
 * that gives way to it.
 */
export async function depart(
  world: World,
  {
    boarding,
    plannedAt,
    instead,
  }: { boarding: Boarding & { kind: 'boards' }; plannedAt: Date; instead: Train | null },
): Promise<Train | null> {
  const { appId } = boarding.waiting;
  const now = world.clock.now();
  const id = newId();
  const train = await inTransaction(world.db, async (tx) => {
    await trains.lockDepartures(tx, appId);
    const open = await trains.open(tx, appId);
    // It left in this moment: it gives way to nobody.
    if (open && open.id !== instead?.id) return null;
    const before = open && (await trains.lock(tx, open.id));
    if (before && !before.endedAt) {
      if (before.state === 'releasing') return null;
      const reason = `the train of ${plannedAt.toISOString()} took its place`;
      await endItsRow(tx, before, { state: 'superseded', reason, at: now });
    }
    return (await add(tx, { id, boarding, plannedAt, now })) ? trains.get(tx, id) : null;
  });
  if (train && instead) await stopCandidates(world, instead, { but: null });
  if (train) await startTrain(world, train);
  return train;
}

async function add(
  tx: Parameters<typeof trains.add>[0],
  of: { id: string; boarding: Boarding & { kind: 'boards' }; plannedAt: Date; now: Date },
): Promise<boolean> {
  const { id, boarding, plannedAt, now } = of;
  const { waiting, since, onBoard } = boarding;
  const { appId, commit, settings } = waiting;
  const push = newId();
  const row = {
    id,
    appId,
    plannedAt,
    settings,
    commit,
    push,
    releasedBefore: since,
    departedAt: now,
  };
  if ((await trains.add(tx, row)) === 0) return false;
  const train = await trains.get(tx, id);
  if (!train) return false;
  const wish = { id: push, appId, branch: trainBranch(train), commit, by: namedTrain(train) };
  await wishes.add(tx, { ...wish, target: trainTarget, reset: null });
  await changes.add(tx, id, onBoard);
  await platform.leaveBehind(tx, appId, waiting.push);
  const authors = new Set(onBoard.flatMap(({ authors: all }) => all.map(({ email }) => email)));
  await sayOfTrain(tx, train, {
    kind: 'train-departed',
    text: `${namedTrain(train)} leaves with ${shortCommit(commit)}: ${count(onBoard.length, 'change')} of ${count(authors.size, 'author')}`,
    data: {
      to: [...authors],
      changes: onBoard.map((one) => ({
        commit: one.commit,
        number: one.number,
        subject: one.subject,
      })),
    },
  });
  return true;
}

const count = (many: number, what: string): string => `${many} ${what}${many === 1 ? '' : 's'}`;

/** Repeatable; also how a lost start is mended. */
export async function startTrain(world: World, train: Pick<Train, 'id' | 'push'>): Promise<void> {
  await startFollowing(world, train.push);
  await world.engine.start(departWorkflow, { id: trainRun(train.id), input: { train: train.id } });
}
