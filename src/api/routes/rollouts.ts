import type { Deploy } from '../../environments/environment.ts';
import { findEnvironment, findLiving } from '../../environments/find-environment.ts';
import { findApp } from '../../git/app.ts';
import { wakeCandidates } from '../../pipeline/wake.ts';
import { findRelease } from '../../rollout/find-release.ts';
import { liftLane, lockLane } from '../../rollout/lane-lock.ts';
import { markCommit } from '../../rollout/mark-commit.ts';
import { replayRollout } from '../../rollout/replay-rollout.ts';
import { rollBack } from '../../rollout/roll-back.ts';
import type { Rollout } from '../../rollout/rollout.ts';
import {
  describeRollout,
  listRollouts,
  viewLane,
  type DescribedRollout,
  type ListedRollout,
} from '../../rollout/show-rollout.ts';
import {
  abortRollout,
  pauseRollout,
  promoteRollout,
  resumeRollout,
} from '../../rollout/steer-rollout.ts';
import type { Output } from '../contract/all.ts';
import type { Context, Handlers } from '../handlers.ts';
import type { ApiWorld } from './api-world.ts';

type Reading = 'listRollouts' | 'listOpenRollouts' | 'getRollout' | 'getLane' | 'replayRollout';
type Steering = 'pauseRollout' | 'resumeRollout' | 'promoteRollout' | 'abortRollout';
type Undoing = 'rollBack' | 'lockLane' | 'liftLane' | 'markCommit';

export function rolloutHandlers(world: ApiWorld): Pick<Handlers, Reading | Steering | Undoing> {
  return { ...reading(world), ...steering(world), ...undoing(world) };
}

const usualLimit = 30;
const mostLimit = 500;

function reading({ db }: ApiWorld): Pick<Handlers, Reading> {
  return {
    async listRollouts({ environment: address, limit = usualLimit }) {
      const { id } = await findEnvironment(db, address);
      const wanted = { environmentId: id, limit: Math.min(limit, mostLimit) };
      return { rollouts: (await listRollouts(db, wanted)).map(shown) };
    },

    async listOpenRollouts({ limit = usualLimit }) {
      const wanted = { environmentId: null, limit: Math.min(limit, mostLimit) };
      return { rollouts: (await listRollouts(db, wanted)).map(shown) };
    },

    getRollout: async ({ rollout }) => shownWhole(await describeRollout(db, rollout)),

    async getLane({ environment: address }) {
      const environment = await findEnvironment(db, address);
      const { rollout, locks, warm, rollbacks } = await viewLane(db, environment);
      return {
        environment: environment.id,
        app: environment.app,
        environmentName: environment.name,
        rollout: rollout && shownWhole(rollout),
        lock: locks[0] ?? null,
        locks,
        warm,
        rollbacks,
      };
    },

    async replayRollout({ rollout }) {
      const { ticks, verdict, differences } = await replayRollout(db, rollout);
      const metrics = verdict?.evidence.map(({ metric, e }) => ({ metric, e })) ?? [];
      const { action = null, words = null } = verdict ?? {};
      return { rollout, ticks, action, words, metrics, differences };
    },
  };
}

function steering(world: ApiWorld): Pick<Handlers, Steering> {
  const asked = async (
    { environment: address, reason }: { environment: string; reason?: string | undefined },
    { actor }: Context,
  ) => ({
    environment: await findLiving(world.db, address),
    by: actor.name,
    reason: reason ?? null,
  });
  const now = async (rollout: Rollout) => shown(await describeRollout(world.db, rollout.id));
  return {
    pauseRollout: async (input, context) =>
      now(await pauseRollout(world, await asked(input, context))),
    resumeRollout: async (input, context) =>
      now(await resumeRollout(world, await asked(input, context))),
    promoteRollout: async (input, context) =>
      now(await promoteRollout(world, await asked(input, context))),
    abortRollout: async (input, context) =>
      now(await abortRollout(world, { ...(await asked(input, context)), force: input.force })),
  };
}

function undoing(world: ApiWorld): Pick<Handlers, Undoing> {
  return {
    async rollBack({ environment: address, release, reason, force }, { actor }) {
      const environment = await findLiving(world.db, address);
      const to = release && (await findRelease(world.db, environment, release)).id;
      const order = { environment, by: actor.name, reason, force, to };
      const { kind, from, to: back, compatible, deploy } = await rollBack(world, order);
      return { kind, from: named(from), to: named(back), compatible, deploy };
    },

    async lockLane({ environment: address, reason }, { actor }) {
      const environment = await findLiving(world.db, address);
      return lockLane(world, { environment, by: actor.name, reason });
    },

    async liftLane({ environment: address, reason }, { actor }) {
      const environment = await findLiving(world.db, address);
      const lifted = await liftLane(world, { environment, by: actor.name, reason });
      await wakeCandidates(world, environment.appId);
      const where = `${environment.app}/${environment.name}`;
      return {
        text:
          lifted.length > 0
            ? `The lane of ${where} is open again. It was locked ${lifted.map(({ by, reason: why }) => `by ${by}: ${why}`).join('; ')}`
            : `The lane of ${where} was not locked.`,
      };
    },

    async markCommit({ app: name, commit, mark, reason }, { actor }) {
      const app = await findApp(world.db, name);
      const marked = await markCommit(world, { app, commit, mark, reason, by: actor.name });
      const already = marked.was === 'was marked' ? ' already' : '';
      return { text: `${marked.commit.slice(0, 7)} is${already} marked as ${mark}.` };
    },
  };
}

const named = ({ id, number, commit }: Deploy) => ({ id, number, commit });

const shown = (rollout: ListedRollout): Output<'listRollouts'>['rollouts'][number] => ({
  ...rollout,
  environment: rollout.environmentId,
});

const shownWhole = (rollout: DescribedRollout): Output<'getRollout'> => ({
  ...rollout,
  environment: rollout.environmentId,
});
