import { buildBranch } from '../environments/build-branch.ts';
import type { Environment } from '../environments/environment.ts';
import { findLiving } from '../environments/find-environment.ts';
import { wakeCandidates } from '../pipeline/wake.ts';
import { liftLane, lockLane } from '../rollout/lane-lock.ts';
import { rollBack } from '../rollout/roll-back.ts';
import { freezeApp, liftFreezes } from '../train/freeze.ts';
import { shownInstant } from '../train/local-time.ts';
import { readEnd } from '../train/read-end.ts';
import { timezoneOfApp } from '../train/timezone-of-app.ts';
import { shortCommit } from '../train/train.ts';
import type { Asked } from './asked.ts';
import type { Command } from './command.ts';

type Of<Word extends Command['word']> = Extract<Command, { word: Word }>;

/** `production`, `shop/production`, or a branch. */
export const environmentOf = ({ world, app }: Asked, name: string): Promise<Environment> =>
  findLiving(world.db, name.startsWith(`${app.name}/`) ? name : `${app.name}/${name}`);

export async function obeyBuild(asked: Asked, { branch }: Of<'bb'>): Promise<string[]> {
  const { world, app, speaker } = asked;
  const { node, url } = await buildBranch(world, { app, branch, by: speaker.name });
  const where = node === null ? 'its preview' : `node ${node}`;
  return [`${branch} is being built for ${where}: ${url}`];
}

export async function obeyLock(asked: Asked, command: Of<'lock'>): Promise<string[]> {
  const { world, speaker } = asked;
  const environment = await environmentOf(asked, command.environment);
  await lockLane(world, { environment, by: speaker.name, reason: command.reason });
  const where = `${environment.app}/${environment.name}`;
  return [`Nothing new is released into ${where} until somebody says !unlock ${environment.name}.`];
}

export async function obeyUnlock(asked: Asked, command: Of<'unlock'>): Promise<string[]> {
  const { world, speaker } = asked;
  const environment = await environmentOf(asked, command.environment);
  const reason = command.reason ?? 'asked for in chat';
  const lifted = await liftLane(world, { environment, by: speaker.name, reason });
  await wakeCandidates(world, environment.appId);
  const where = `${environment.app}/${environment.name}`;
  if (lifted.length === 0) return [`${where} was not locked.`];
  const before = lifted.map(({ by, reason: why }) => `by ${by}: ${why}`).join('; ');
  return [`${where} is open again. It was locked ${before}`];
}

export async function obeyFreeze(asked: Asked, command: Of<'freeze'>): Promise<string[]> {
  const { world, app, speaker } = asked;
  const timezone = await timezoneOfApp(world, app.id);
  const until = readEnd(command.until, { now: world.clock.now(), timezone });
  const freeze = await freezeApp(world, {
    app,
    by: speaker.name,
    until,
    reason: command.reason,
  });
  const when = shownInstant(freeze.until, timezone);
  return [`No train of ${app.name} goes to production until ${when}. !unfreeze ends that.`];
}

export async function obeyUnfreeze({ world, app, speaker }: Asked): Promise<string[]> {
  const lifted = await liftFreezes(world, { app, by: speaker.name });
  const before = lifted.map(({ by, reason }) => `by ${by}: ${reason}`).join('; ');
  return [`${app.name} may go to production again. It was frozen ${before}`];
}

export async function obeyRollback(asked: Asked, command: Of<'rollback'>): Promise<string[]> {
  const { world, speaker } = asked;
  const environment = await environmentOf(asked, command.environment ?? 'production');
  const reason = command.reason ?? 'asked for in chat';
  const { kind, from, to, compatible } = await rollBack(world, {
    environment,
    by: speaker.name,
    reason,
  });
  const how = kind === 'at once' ? 'has gone back' : 'goes back, and the old release starts again';
  const named = ({ number, commit }: typeof from): string => `${number} (${shortCommit(commit)})`;
  return [
    `${environment.app}/${environment.name} ${how}: from deploy ${named(from)} to ${named(to)}; ${compatible}.`,
    `Nothing new is released into it until somebody says !unlock ${environment.name}.`,
  ];
}
