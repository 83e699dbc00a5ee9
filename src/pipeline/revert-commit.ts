import { setTimeout as pause } from 'node:timers/promises';
import { endPreviews } from '../environments/branch-ends.ts';
import { startFollowing } from '../environments/reconcile.ts';
import type { World } from '../environments/world.ts';
import type { App } from '../git/app.ts';
import type { RefUpdate } from '../git/branch.ts';
import { findCommit } from '../git/find-commit.ts';
import { unknownCommit } from '../git/unknown-commit.ts';
import { findRevert } from '../git/find-revert.ts';
import { makeRevert } from '../git/make-revert.ts';
import { moveBranch } from '../git/move-branch.ts';
import { judgePush, recordPush } from '../git/push.ts';
import { markCommit } from '../rollout/mark-commit.ts';
import * as refusals from './revert-refusals.ts';

export interface RevertWish {
  app: App;
  /** At least four digits of it. */
  commit: string;
  /** The branch that gets the new commit; absent: the main branch. One that is not there begins at main. */
  on?: string | undefined;
  by: string;
  reason?: string | null | undefined;
}

export interface MadeRevert {
  /** The new commit. */
  commit: string;
  /** The one it takes back; in full. */
  reverts: string;
  subject: string;
  branch: string;
  /** The push that carries it on; null: the branch has moved on since, and the newer push carries it. */
  push: string | null;
}

const mostTries = 8;
const againAfterMs = 50;

/**
 * A commit that takes another back is on the branch and goes the way of any push: checks, build, stages.
 * Its author is whoever asked. Pushes that come at the same time are kept; the revert comes after them. Killed
 * before the push is recorded, the reconciler notices the branch as it does any other. A second time it refuses
 * with `revert/done-before`; with `commit/unknown`, `revert/followed-repository`, `revert/not-on-branch`,
 * `revert/conflict`, `revert/no-change`, `revert/unusable` and `revert/branch-busy` where it cannot be done.
 */
export async function revertCommit(world: World, wish: RevertWish): Promise<MadeRevert> {
  const { app, commit: text, on: branch = app.mainBranch } = wish;
  if (app.source !== null) throw refusals.followsAnother(app, { commit: text, branch });
  const reverts = await findCommit(world.repositories, app.name, text);
  if (reverts === null) throw unknownCommit(app.name, text);
  let why = 'Somebody else pushed to it each time.';
  for (let tries = 0; tries < mostTries; tries += 1) {
    const made = await make(world, wish, { branch, reverts });
    const moved = await moveBranch(world.repositories, app.name, { ...made, why: 'revert' });
    if (moved.kind === 'moved') {
      const push = await carryOn(world, wish, made);
      const { after: commit, subject } = made;
      if (branch === app.mainBranch) await mark(world, wish, { commit, reverts });
      return { commit, reverts, subject, branch, push };
    }
    if (moved.kind === 'busy') why = `git says: ${moved.why}`;
    await pause(againAfterMs);
  }
  throw refusals.branchBusy(app.name, { branch, why });
}

interface Made {
  branch: string;
  before: string | null;
  after: string;
  subject: string;
}

/** On top of what the branch is now; nobody sees it yet. */
async function make(
  world: World,
  { app, by, reason = null }: RevertWish,
  { branch, reverts }: { branch: string; reverts: string },
): Promise<Made> {
  const { repositories } = world;
  const before = await repositories.head(app.name, branch);
  const onto = before ?? (await repositories.head(app.name, app.mainBranch));
  const of = { app: app.name, branch, commit: reverts };
  if (onto === null || !(await repositories.isAncestor(app.name, reverts, onto)))
    throw refusals.notOnBranch(of);
  const earlier = await findRevert(repositories, { app: app.name, commit: reverts, head: onto });
  if (earlier !== null) throw refusals.doneBefore(of, earlier);
  const order = { app: app.name, commit: reverts, onto, by, reason };
  const made = await makeRevert(repositories, order);
  if (made.kind === 'conflict') throw refusals.conflict(of, made.paths);
  if (made.kind === 'no change') throw refusals.noChange(of);
  const update = refUpdate({ branch, before, after: made.commit });
  const judged = await judgePush(repositories, app, [update], {});
  if (!judged.accepted) throw refusals.unusable(of, judged.reasons);
  return { branch, before, after: made.commit, subject: made.subject };
}

/** As it is with a push that git has accepted. */
async function carryOn(world: World, { app, by }: RevertWish, made: Made): Promise<string | null> {
  const { pushes } = await recordPush(world, app, [refUpdate(made)], by);
  for (const { id } of pushes) await startFollowing(world, id);
  await endPreviews(world, app);
  return pushes[0]?.id ?? null;
}

/** For people. A locked lane looks at the commits of a candidate itself: not every one contains the revert. */
async function mark(
  world: World,
  { app, by, reason }: RevertWish,
  { commit, reverts }: Pick<MadeRevert, 'commit' | 'reverts'>,
): Promise<void> {
  const why = `by ${commit.slice(0, 7)}${reason ? `: ${reason}` : ''}`;
  await markCommit(world, { app, commit: reverts, mark: 'reverted', by, reason: why });
}

const refUpdate = ({
  branch,
  before,
  after,
}: Pick<Made, 'branch' | 'before' | 'after'>): RefUpdate => ({
  ref: `refs/heads/${branch}`,
  before,
  after,
});
