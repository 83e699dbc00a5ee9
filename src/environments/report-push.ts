import type { CheckResult } from '../checks/check.ts';
import { publish } from '../events/publish.ts';
import { pushes, type Push } from '../git/push.ts';
import type { Plan } from './plan-push.ts';
import type { World } from './world.ts';

/** Tells whoever follows the push. */
export async function tell(
  world: World,
  { app, push }: Pick<Plan, 'app' | 'push'>,
  said: { kind: string; text: string; environment?: string; data?: Record<string, unknown> },
): Promise<void> {
  await publish(world.db, { ...said, app, push });
}

type Ending = {
  state: 'live' | 'passed' | 'failed' | 'superseded';
  reason?: string;
  logTail?: string;
  fix?: readonly string[];
  url?: string;
  /** Where it lives, or did not come to live. */
  environment?: string;
};

/** The push's last word. The first ending counts; repeating it changes nothing. */
export async function endPush(world: World, id: string, end: Ending): Promise<void> {
  const push = await pushes.get(world.db, id);
  if (!push || push.endedAt) return;
  if (end.logTail) {
    await publish(world.db, {
      kind: 'log-tail',
      app: push.app,
      push: id,
      text: end.logTail.trimEnd(),
    });
  }
  const { state, fix = [], url = null, environment = null } = end;
  const ending = { state, fix, url, environment, text: lastWord(push, end) };
  await pushes.end(
    world.db,
    push,
    end.reason === undefined ? ending : { ...ending, reason: end.reason },
  );
}

function lastWord(push: Push, { state, reason, url }: Ending): string {
  switch (state) {
    case 'live':
      return `Live: ${url}  (after ${tookSince(push.at)})`;
    case 'passed':
      return `Passed. ${reason}`;
    case 'failed':
      return `Failed: ${reason}`;
    case 'superseded':
      return `Stopped ${push.commit.slice(0, 7)}: ${reason}`;
  }
}

/** Says each check's result; 'passed' when all did. */
export async function sayChecks(
  world: World,
  plan: Plan,
  results: readonly CheckResult[],
): Promise<'passed' | { state: 'failed'; reason: string; fix: string[] }> {
  for (const { name, state, logTail, startedAt, endedAt } of results) {
    const seconds = endedAt
      ? ` (${((endedAt.getTime() - startedAt.getTime()) / 1000).toFixed(1)} s)`
      : '';
    await tell(world, plan, {
      kind: 'check-ended',
      text: `Check ${name}: ${state}${seconds}`,
      data: { name, state },
    });
    if (logTail) await tell(world, plan, { kind: 'log-tail', text: logTail.trimEnd() });
  }
  const bad = results.filter(({ state }) => state !== 'passed');
  if (bad.length === 0) return 'passed';
  const named = bad.map(({ name, state }) => `${name} ${state}`).join(', ');
  const fix = bad.map(({ name }) => `signalbox logs ${plan.branch} --check ${name}`);
  return {
    state: 'failed',
    reason: `checks did not pass: ${named}`,
    fix: ['Mend it and push again.', ...fix],
  };
}

/** For people: `2.7 s`, `1m 40s`. */
function tookSince(begin: Date): string {
  const seconds = Math.max(0, Date.now() - begin.getTime()) / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)}m ${Math.floor(seconds % 60)}s`;
}
