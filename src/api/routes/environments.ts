import { createByHand, deployMissing } from '../../environments/create-by-hand.ts';
import { deployByHand, resetByHand, restartByHand } from '../../environments/deploy-by-hand.ts';
import { describeEnvironment } from '../../environments/describe.ts';
import { condemn } from '../../environments/destroy.ts';
import type { Environment } from '../../environments/environment.ts';
import { findEnvironment, findLiving } from '../../environments/find-environment.ts';
import { followEnvironmentLines } from '../../environments/follow-environment.ts';
import { keep, unkeep } from '../../environments/keep.ts';
import { overrideVariables } from '../../environments/override-variables.ts';
import { shownVariables } from '../../environments/shown-variables.ts';
import { summarise, summaryById, type Summary } from '../../environments/summary.ts';
import { findApp } from '../../git/app.ts';
import { SignalboxError } from '../../kernel/signalbox-error.ts';
import type { EnvironmentSummary } from '../contract/environments.ts';
import type { Handlers } from '../handlers.ts';
import type { ApiWorld } from './api-world.ts';

type Names = Reading | Changing;
type Reading = 'listEnvironments' | 'getEnvironment' | 'followEnvironment';
type Changing =
  | 'createEnvironment'
  | 'destroyEnvironment'
  | 'keepEnvironment'
  | 'unkeepEnvironment'
  | 'resetData'
  | 'setVariables'
  | 'restartService'
  | 'deployEnvironment';

export function environmentHandlers(world: ApiWorld): Pick<Handlers, Names> {
  return { ...reading(world), ...lifeAndDeath(world), ...deploying(world) };
}

function reading(world: ApiWorld): Pick<Handlers, Reading> {
  return {
    async listEnvironments({ app }) {
      const appId = app === undefined ? null : (await findApp(world.db, app)).id;
      const environments = await summarise(world, appId);
      return { environments: environments.map((summary) => shown(summary)) };
    },

    async getEnvironment({ environment: address }) {
      const environment = await findEnvironment(world.db, address);
      const summary = await summaryNow(world, environment.id);
      const { deployId, lease, destroyReason } = summary;
      const parts = await describeEnvironment(world, environment);
      return {
        ...shown(summary, parts.memoryBytes),
        ...parts,
        deploy: deployId,
        lease,
        destroyReason,
      };
    },

    async followEnvironment({ environment: address }, { after, signal }) {
      const { id } = await findEnvironment(world.db, address);
      return followEnvironmentLines(world, id, { after, signal });
    },
  };
}

type LifeAndDeath =
  | 'createEnvironment'
  | 'destroyEnvironment'
  | 'keepEnvironment'
  | 'unkeepEnvironment';

function lifeAndDeath(world: ApiWorld): Pick<Handlers, LifeAndDeath> {
  return {
    async createEnvironment({ app: name, branch }, { actor }) {
      const app = await findApp(world.db, name);
      return shownNow(world, await createByHand(world, { app, branch, by: actor.name }));
    },

    async destroyEnvironment({ environment: address, confirm }, { actor }) {
      const environment = await findEnvironment(world.db, address);
      if (environment.kind !== 'preview' && confirm !== environment.name)
        throw unconfirmed(environment);
      await condemn(world, environment, `destroyed by ${actor.name}`);
      return shownNow(world, environment.id);
    },

    async keepEnvironment({ environment: address, until, reason }, { actor }) {
      const environment = await findLiving(world.db, address);
      return keep(world, environment, { owner: actor.name, reason, until });
    },

    async unkeepEnvironment({ environment: address }) {
      const environment = await findLiving(world.db, address);
      const was = await unkeep(world, environment);
      const name = `${environment.app}/${environment.name}`;
      return {
        text: was
          ? `${name} is not kept any more; idle time counts again.`
          : `${name} was not kept.`,
      };
    },
  };
}

type Deploying = 'resetData' | 'setVariables' | 'restartService' | 'deployEnvironment';

function deploying(world: ApiWorld): Pick<Handlers, Deploying> {
  return {
    async resetData({ environment: address, snapshot = null }, { actor }) {
      const environment = await findLiving(world.db, address);
      await resetByHand(world, { environment, snapshot, by: actor.name });
      return shownNow(world, environment.id);
    },

    async setVariables({ environment: address, set = {}, unset = [] }) {
      const environment = await findLiving(world.db, address);
      const variables = await overrideVariables(world, environment, { set, unset });
      const { kind, branch, name } = environment;
      const text = `Takes effect with the next deploy: signalbox deploy ${kind === 'preview' ? branch : name}`;
      return { text, variables: await shownVariables(world, { ...environment, variables }) };
    },

    async restartService({ environment: address, service }, { actor }) {
      const environment = await findLiving(world.db, address);
      const { commit } = await restartByHand(world, { environment, service, by: actor.name });
      const where = `${environment.app}/${environment.name}`;
      return {
        text: `${where} is deployed once more at ${commit.slice(0, 7)}: ${service} is replaced when its new instances are healthy.`,
      };
    },

    async deployEnvironment({ environment: address, commit, deploy }, { actor }) {
      if (commit === undefined && deploy === undefined) {
        const anew = await deployMissing(world, { address, by: actor.name });
        if (anew !== null) return { deploy: anew };
      }
      const environment = await findLiving(world.db, address);
      return { deploy: await deployByHand(world, { environment, commit, deploy, by: actor.name }) };
    },
  };
}

const shownNow = async (world: ApiWorld, id: string): Promise<EnvironmentSummary> =>
  shown(await summaryNow(world, id));

async function summaryNow(world: ApiWorld, id: string): Promise<Summary> {
  const summary = await summaryById(world, id);
  if (!summary) throw new Error(`Environment ${id} was there a moment ago.`);
  return summary;
}

/** Memory is not asked for in lists: it would be a question for each instance. */
function shown(summary: Summary, memoryBytes: number | null = null): EnvironmentSummary {
  const { id, app, name, kind, branch, host, url, state, reason, place, commit } = summary;
  const { createdAt, pushedAt, requestedAt, idleMs, leaseUntil, destroyAt, data, lately } = summary;
  return {
    id,
    app,
    name,
    kind,
    branch,
    host,
    url,
    state,
    reason,
    place,
    commit,
    memoryBytes,
    createdAt,
    pushedAt,
    requestedAt,
    idleMs,
    leaseUntil,
    destroyAt,
    data,
    lately,
  };
}

const unconfirmed = ({ app, name }: Environment): SignalboxError =>
  new SignalboxError({
    code: 'environment/not-confirmed',
    what: `${app}/${name} was not destroyed.`,
    why: 'Its data is the original: it would be lost for good.',
    fix: [`signalbox env destroy ${name} --confirm ${name}`],
  });
