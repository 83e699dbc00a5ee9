import { deploys, environments } from '../environments/environment-rows.ts';
import type { Deploy, Environment } from '../environments/environment.ts';
import type { World } from '../environments/world.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { commitMarks, type CommitMark } from './lane-tables.ts';
import { releases, rollbacks, type Rollback } from './rollback-tables.ts';
import type { Rollout } from './rollout.ts';
import { rollouts } from './tables.ts';

/** What a rollback would do, found from the rows alone. */
export type WayBack =
  | OpenWay
  /** Somebody has done it before. */
  | { kind: 'done before'; rollback: Rollback };

export interface OpenWay {
  kind: 'open';
  environment: Environment;
  /** What is to be undone: what is being rolled out, else what serves. */
  from: Deploy;
  to: Deploy;
  /** The rollout that is under way or being undone. */
  rollout: Rollout | null;
}

export interface Wanted {
  /** The deploy to go back to. */
  to?: string | undefined;
  /** The deploy to undo; when it was undone before, nothing happens again. */
  from?: string | undefined;
  /** Also over a commit that is marked as not safe to roll back. */
  force?: boolean | undefined;
}

/** Reads only. Refuses with `rollback/…` where there is no way back. */
export async function findWayBack(
  world: Pick<World, 'db' | 'repositories'>,
  id: string,
  wanted: Wanted,
): Promise<WayBack> {
  const { db } = world;
  // Every question less is a few requests less for the bad release.
  const [environment, rollout, latest] = await Promise.all([
    environments.get(db, id),
    rollouts.current(db, id),
    rollbacks.of(db, id, 1),
  ]);
  if (!environment || environment.state === 'destroying' || environment.state === 'destroyed')
    throw gone(environment);
  const running = rollout?.state === 'running' ? rollout : null;
  const known = { environment, running, latest: latest[0] ?? null };
  const before = await doneBefore(world, known, wanted);
  if (before) return { kind: 'done before', rollback: before };
  const { from, to } = await endsOf(world, { environment, running, wanted });
  if (!wanted.force) await refuseMarked(world, environment, { from, to });
  return { kind: 'open', environment, from, to, rollout };
}

/** One click too many, or a step that is done again, must not undo one release more. */
async function doneBefore(
  { db }: Pick<World, 'db'>,
  known: { environment: Environment; running: Rollout | null; latest: Rollback | null },
  { to, from }: Wanted,
): Promise<Rollback | null> {
  const { environment, running, latest } = known;
  if (from !== undefined && from !== running?.id && from !== environment.deployId) {
    const undone = await rollbacks.from(db, from);
    if (undone) return undone;
  }
  if (!latest || running) return null;
  if (to !== undefined && to !== latest.to) return null;
  if (latest.kind === 'starting again') return latest.endedAt === null ? latest : null;
  if (latest.to !== environment.deployId) return null;
  return to !== undefined || latest.endedAt === null ? latest : null;
}

async function endsOf(
  { db }: Pick<World, 'db'>,
  asked: { environment: Environment; running: Rollout | null; wanted: Wanted },
): Promise<{ from: Deploy; to: Deploy }> {
  const { environment, running, wanted } = asked;
  const bad = running?.id ?? environment.deployId;
  if (bad === null) throw nothingBefore(environment);
  const [from, back] = await Promise.all([
    deploys.get(db, bad),
    wanted.to ?? (running ? running.stableDeploy : before(db, environment.id, bad)),
  ]);
  const to = back === null ? null : await deploys.get(db, back);
  if (!from) throw nothingBefore(environment);
  if (wanted.to !== undefined) return { from, to: namedTarget(environment, { from, to, wanted }) };
  if (!to) throw nothingBefore(environment);
  return { from, to };
}

async function before(
  db: World['db'],
  environmentId: string,
  deploy: string,
): Promise<string | null> {
  return (await releases.before(db, { environmentId, deploy }))?.id ?? null;
}

function namedTarget(
  environment: Environment,
  { from, to, wanted }: { from: Deploy; to: Deploy | null; wanted: Wanted },
): Deploy {
  if (to?.environmentId !== environment.id || to.releasedAt === null)
    throw neverReleased(environment, wanted.to ?? '');
  if (to.number >= from.number) throw notBefore(environment, { from, to });
  return to;
}

/** Refuses to go back over a commit after which the old release would do harm. */
async function refuseMarked(
  { db, repositories }: Pick<World, 'db' | 'repositories'>,
  environment: Environment,
  { from, to }: { from: Deploy; to: Deploy },
): Promise<void> {
  const { appId, app } = environment;
  for (const mark of await commitMarks.of(db, appId, 'not-safe-to-roll-back')) {
    const isIn = (commit: string) => repositories.isAncestor(app, mark.commit, commit);
    if ((await isIn(from.commit)) && !(await isIn(to.commit))) throw notSafe(environment, to, mark);
  }
}

const short = (commit: string): string => commit.slice(0, 7);

const gone = (environment: Environment | null): SignalboxError =>
  new SignalboxError({
    code: 'rollback/environment-gone',
    what: `Nothing was rolled back: ${environment ? `${environment.app}/${environment.name}` : 'the environment'} is gone or going.`,
    why: environment?.destroyReason ?? undefined,
    fix: ['signalbox env list'],
  });

const nothingBefore = ({ app, name }: Environment): SignalboxError =>
  new SignalboxError({
    code: 'rollback/nothing-before',
    what: `${app}/${name} has no release to go back to.`,
    why: 'No other commit has served there before, or all that have were rolled back themselves.',
    fix: ['Mend it and push again.', `What was there: signalbox deploys ${name}`],
  });

const neverReleased = ({ app, name }: Environment, to: string): SignalboxError =>
  new SignalboxError({
    code: 'rollback/never-released',
    what: `${app}/${name} cannot go back to ${to}.`,
    why: 'No deploy of it that once had all requests has this number, id or commit.',
    fix: [`signalbox deploys ${name}`],
  });

const notBefore = (
  { app, name }: Environment,
  { from, to }: { from: Deploy; to: Deploy },
): SignalboxError =>
  new SignalboxError({
    code: 'rollback/not-before',
    what: `${app}/${name} cannot go back to deploy ${to.number}: deploy ${from.number} is there now, and is not newer.`,
    fix: [
      `To go forward to it: signalbox deploy ${name} --deploy ${to.id}`,
      `signalbox deploys ${name}`,
    ],
  });

const notSafe = ({ app, name }: Environment, to: Deploy, mark: CommitMark): SignalboxError =>
  new SignalboxError({
    code: 'rollback/not-safe',
    what: `${app}/${name} was not rolled back to deploy ${to.number} (${short(to.commit)}).`,
    why: `${short(mark.commit)} lies between, and ${mark.by} marked it as not safe to roll back: ${mark.reason}`,
    fix: [
      'Go forward: mend it and push again.',
      `If it must be: signalbox rollback ${name} ${to.number} --force --reason "…"`,
    ],
  });
