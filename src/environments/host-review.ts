import { hostRows } from '../git/host-tables.ts';
import type { Reviews } from '../git/host.ts';
import { readConfig } from '../git/push.ts';
import { runGit } from '../git/repositories.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { HandOver } from './follow-push.ts';
import { consultHost, isQuiet } from './host-answers.ts';
import { greenCommits, reviewWaits, type ReviewWait } from './host-review-tables.ts';
import { trainTarget, type Plan } from './plan-push.ts';
import { wishes } from './push-tables.ts';
import { endPush, tell } from './report-push.ts';
import type { World } from './world.ts';

/** More than that in one go nobody has reviewed one by one. */
const mostCommits = 100;
const knownGreen = 20;
const firstPauseMs = 60_000;
const longestPauseMs = 3_600_000;

/**
 * A commit of the main branch goes on once everything in it was approved as often as pipeline.review asks; until
 * then its push has ended as passed, with what is missing, and is looked at again. Without a host: at once.
 */
export const onceReviewed =
  (world: World, handOver: HandOver): HandOver =>
  async (plan) => {
    // What a train carries was approved before it came aboard, and was looked at here then.
    const asked = await wishes.asked(world.db, plan.push);
    if (asked?.target === trainTarget) return handOver(plan);
    const missing = await missingReviews(world, plan);
    if (missing === null) return goOn(world, plan, handOver);
    const reason = `it waits for approvals: ${missing}`;
    await wait(world, plan, { reason, since: world.clock.now() });
    await endPush(world, plan.push, { state: 'passed', reason });
  };

/** Commits whose approvals came late have gone on when it resolves. Repeatable. */
export async function lookForReviews(world: World, handOver: HandOver): Promise<void> {
  for (const waiting of await reviewWaits.due(world.db, world.clock.now())) {
    await lookAgain(world, handOver, waiting).catch((error: unknown) => {
      const { app, commit } = waiting.plan;
      const why = error instanceof Error ? error.message : String(error);
      world.log(`reviews of ${app} ${commit.slice(0, 7)}: ${why}`);
    });
  }
}

async function lookAgain(world: World, handOver: HandOver, waiting: ReviewWait): Promise<void> {
  const { plan, since } = waiting;
  if (await isPast(world, plan)) {
    await reviewWaits.end(world.db, plan.push);
    return;
  }
  const missing = await missingReviews(world, plan);
  if (missing !== null) {
    const reason = `it waits for approvals: ${missing}`;
    await wait(world, plan, { reason, since });
    if (reason !== waiting.reason) await reviewWaits.say(world.db, plan.push, reason);
    return;
  }
  await goOn(world, plan, handOver);
  await reviewWaits.say(world.db, plan.push, 'its approvals came, and it went on');
  await tell(world, plan, {
    kind: 'push-approved',
    text: `${plan.commit.slice(0, 7)} is approved and goes on`,
  });
}

/** Its commit went on inside a newer one, or is no part of the main branch any more. */
async function isPast(world: World, { app, appId, mainBranch, commit }: Plan): Promise<boolean> {
  const head = await world.repositories.head(app, mainBranch);
  if (head !== null && !(await world.repositories.isAncestor(app, commit, head))) return true;
  const [green] = await greenCommits.newest(world.db, appId, 1);
  return green !== undefined && (await world.repositories.isAncestor(app, commit, green.commit));
}

/** In this order: killed in between, it is done again, which changes nothing. */
async function goOn(world: World, plan: Plan, handOver: HandOver): Promise<void> {
  const { appId, commit, push } = plan;
  await handOver(plan);
  await greenCommits.add(world.db, { appId, commit, now: world.clock.now() });
  await reviewWaits.end(world.db, push);
}

/** The longer it has waited the less often it is looked at; what the host tells by itself is looked at at once. */
async function wait(
  world: World,
  plan: Plan,
  { reason, since }: { reason: string; since: Date },
): Promise<void> {
  const now = world.clock.now();
  const waitedMs = now.getTime() - since.getTime();
  const pauseMs = Math.min(longestPauseMs, Math.max(firstPauseMs, waitedMs / 20));
  const lookAt = new Date(now.getTime() + pauseMs);
  await reviewWaits.put(world.db, plan, { reason, now: since, lookAt });
}

/** What is missing, in words; null: nothing. */
async function missingReviews(world: World, plan: Plan): Promise<string | null> {
  const row = await hostRows.get(world.db, plan.appId);
  if (row === null) return null;
  const base = await lastGreen(world, plan);
  const wanted = await approvalsFor(world, plan, base);
  if (wanted === 0) return null;
  const commits = await notYetGreen(world, plan, base);
  if (commits.length > mostCommits)
    return `more than ${mostCommits} commits came at once, which is too many to ask for one by one. Deploy it by hand: signalbox deploy staging ${plan.commit.slice(0, 12)}`;
  if (isQuiet(world, row)) return `${row.kind} does not say who approved it: ${row.trouble}`;
  const missing: string[] = [];
  for (const commit of commits) {
    const answer = await consultHost(world, row, (host) => host.reviews(commit));
    if (answer.kind !== 'answered')
      return `${row.kind} does not say who approved it: ${answer.why}`;
    const short = shortfall(commit, answer.value, wanted);
    if (short !== null) missing.push(short);
  }
  return missing.length === 0 ? null : [...new Set(missing)].join('; ');
}

/** A commit that asks for fewer than what went before it needs as many as that asked for. */
async function approvalsFor(world: World, plan: Plan, base: string | null): Promise<number> {
  const own = plan.config.pipeline.review;
  if (base === null) return own;
  const before = await readConfig(world.repositories, {
    app: { name: plan.app },
    commit: base,
  }).catch((error: unknown) => {
    if (error instanceof SignalboxError) return null;
    throw error;
  });
  return Math.max(own, before?.config.pipeline.review ?? 0);
}

/** First parents only: each is one merge, or one commit that somebody pushed. Newest first. */
async function notYetGreen(world: World, plan: Plan, base: string | null): Promise<string[]> {
  if (base === null) return [plan.commit];
  const listed = await runGit([
    '--git-dir',
    world.repositories.path(plan.app),
    'rev-list',
    '--first-parent',
    `--max-count=${mostCommits + 1}`,
    plan.commit,
    `^${base}`,
  ]);
  return listed.split('\n').filter(Boolean);
}

/** What went on before it; before anything has, where its push began. */
async function lastGreen(
  { db, repositories }: World,
  { app, appId, commit, push }: Plan,
): Promise<string | null> {
  const green = await greenCommits.newest(db, appId, knownGreen);
  const before = await greenCommits.beforePush(db, push);
  const known = [...green.map((one) => one.commit), before?.commit ?? null];
  for (const one of known)
    if (one !== null && (await repositories.isAncestor(app, one, commit))) return one;
  return null;
}

/** What one commit lacks, in words; null: nothing. Pure. */
export function shortfall(commit: string, reviews: Reviews | null, wanted: number): string | null {
  const short = commit.slice(0, 7);
  if (reviews === null) return `${short} came by no request, so nobody can approve it`;
  const { request, approvedBy, against } = reviews;
  if (against.length > 0) return `${against.join(', ')} asked for changes of #${request}`;
  const has = new Set(approvedBy).size;
  if (has >= wanted) return null;
  const who = has === 0 ? '' : ` (${approvedBy.join(', ')})`;
  return `#${request} has ${has} of ${wanted} approvals${who}`;
}
