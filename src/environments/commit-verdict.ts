import { inTransaction, type Queryable } from '../db/pool.ts';
import { publish } from '../events/publish.ts';
import type { App } from '../git/app.ts';
import { verdicts, type CommitVerdict } from './node-tables.ts';
import type { Plan } from './plan-push.ts';
import type { World } from './world.ts';

export type { CommitVerdict } from './node-tables.ts';

/** What Signalbox has found of a commit, by the whole commit; null: nothing, or nothing any more. */
export async function commitVerdict(
  db: Queryable,
  app: Pick<App, 'id'>,
  commit: string,
): Promise<CommitVerdict | null> {
  return (await verdicts.of(db, app.id, [commit]))[0] ?? null;
}

/** Those of many commits at once, by commit. */
export async function commitVerdicts(
  db: Queryable,
  app: Pick<App, 'id'>,
  commits: readonly string[],
): Promise<ReadonlyMap<string, CommitVerdict>> {
  if (commits.length === 0) return new Map();
  return new Map((await verdicts.of(db, app.id, commits)).map((one) => [one.commit, one]));
}

/**
 * The commit is marked good: it is live in a preview, which it only is when its checks and its smoke tests have
 * passed there. Where the file has neither, nothing is said. Repeatable; the first mark is kept.
 */
export async function markGood(world: Pick<World, 'db' | 'clock'>, plan: Plan): Promise<void> {
  const why = whatPassed(plan);
  if (why === null) return;
  const { appId, app, push, commit } = plan;
  const verdict = 'good';
  const at = world.clock.now();
  await inTransaction(world.db, async (tx) => {
    if (!(await verdicts.put(tx, { appId, push, commit, verdict, why, by: 'signalbox', at })))
      return;
    const text = `${commit.slice(0, 7)} is good: ${why}`;
    await publish(tx, { kind: 'commit-good', app, push, text, data: { commit } });
  });
}

function whatPassed({ config, branch }: Plan): string | null {
  const checks = Object.keys(config.checks);
  const smoked = Object.entries(config.services).flatMap(([name, { smoke }]) =>
    smoke === null ? [] : [name],
  );
  const said = [
    ...(checks.length > 0 ? [`checks passed (${checks.join(', ')})`] : []),
    ...(smoked.length > 0
      ? [`smoke tests passed in preview/${branch} (${smoked.join(', ')})`]
      : []),
  ];
  return said.length > 0 ? said.join('; ') : null;
}

/** What was said of the commit does not hold any more: it has failed since. Repeatable. */
export async function takeBackGood(world: Pick<World, 'db'>, plan: Plan): Promise<void> {
  const { appId, app, push, commit } = plan;
  await inTransaction(world.db, async (tx) => {
    if (!(await verdicts.remove(tx, appId, commit))) return;
    const text = `${commit.slice(0, 7)} is not good any more: it has failed since`;
    await publish(tx, { kind: 'commit-not-good', app, push, text, data: { commit } });
  });
}
