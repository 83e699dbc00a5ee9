import { findCommit } from '../git/find-commit.ts';
import { unknownCommit } from '../git/unknown-commit.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { snapshots } from '../stores/snapshot.ts';
import { askForDeploy, deployOf } from './ask-for-deploy.ts';
import { unknownBranch } from './create-by-hand.ts';
import type { Environment } from './environment.ts';
import { unknownDeploy } from './follow-environment.ts';
import { notLive, unknownService } from './not-usable.ts';
import { deploys, environments, stores } from './tables.ts';
import type { World } from './world.ts';

interface Asked {
  environment: Environment;
  by: string;
}

/**
 * A deploy of one commit into one environment is asked for and being followed when it resolves; its id is
 * returned before it has begun. Without a commit or an earlier deploy: the branch's newest commit.
 */
export async function deployByHand(
  world: World,
  asked: Asked & { commit?: string | undefined; deploy?: string | undefined },
): Promise<string> {
  if (asked.environment.kind === 'stage') throw ofACandidate(asked.environment);
  const commit = await wantedCommit(world, asked);
  return ask(world, { ...asked, commit });
}

/**
 * The data of an environment is thrown away and seeded anew by a deploy of what serves, which is being
 * followed when it resolves. Never production's; staging's only for a snapshot that is named.
 */
export async function resetByHand(
  world: World,
  asked: Asked & { snapshot: string | null },
): Promise<string> {
  const { environment, snapshot } = asked;
  if (environment.kind === 'staging' || environment.kind === 'production')
    refuseStage(environment, snapshot);
  const theirs = await stores.of(world.db, environment.id);
  if (theirs.some(({ sharedWith }) => sharedWith !== null)) throw sharedData(environment);
  if (snapshot !== null) await refuseUnusable(world, environment, snapshot);
  const commit = (await servingCommit(world, environment)) ?? (await headOf(world, environment));
  return ask(world, { ...asked, commit, reset: { snapshot } });
}

/**
 * The instances of a service, and with them those of its environment, are replaced by new ones of the same
 * commit by a deploy that is being followed when it resolves: the old ones serve until the new are healthy.
 */
export async function restartByHand(
  world: World,
  asked: Asked & { service: string },
): Promise<{ commit: string }> {
  const { environment, service } = asked;
  const commit = await servingCommit(world, environment);
  if (commit === null) throw notLive(environment);
  const config = await environments.config(world.db, environment.id);
  const known = Object.keys(config?.services ?? {});
  if (!known.includes(service)) throw unknownService(environment, service, known);
  await ask(world, { ...asked, commit });
  return { commit };
}

async function ask(
  world: World,
  of: Asked & { commit: string; reset?: { snapshot: string | null } },
): Promise<string> {
  const { environment, commit, by, reset } = of;
  const { appId, name, branch } = environment;
  const push = await askForDeploy(world, { appId, target: name, branch, commit, by, reset });
  return deployOf(push, environment);
}

async function wantedCommit(
  world: World,
  {
    environment,
    commit,
    deploy,
  }: { environment: Environment; commit?: string | undefined; deploy?: string | undefined },
): Promise<string> {
  if (deploy !== undefined) {
    const known = await deploys.get(world.db, deploy);
    if (known?.environmentId !== environment.id) throw unknownDeploy(deploy);
    return known.commit;
  }
  if (commit === undefined) return headOf(world, environment);
  const found = await findCommit(world.repositories, environment.app, commit);
  if (found === null) throw unknownCommit(environment.app, commit);
  return found;
}

async function headOf(world: World, { app, branch }: Environment): Promise<string> {
  const head = await world.repositories.head(app, branch);
  if (head === null) throw unknownBranch(app, branch);
  return head;
}

async function servingCommit(world: World, { deployId }: Environment): Promise<string | null> {
  const deploy = deployId === null ? null : await deploys.get(world.db, deployId);
  return deploy?.commit ?? null;
}

async function refuseUnusable(
  world: World,
  { app, appId }: Environment,
  id: string,
): Promise<void> {
  const snapshot = await snapshots.get(world.db, id);
  if (snapshot?.appId === appId && snapshot.state === 'ready') return;
  throw new SignalboxError({
    code: 'snapshot/unknown',
    what: `There is no usable snapshot ${id} of ${app}.`,
    fix: ['signalbox snapshot list'],
  });
}

function refuseStage({ app, name, kind }: Environment, snapshot: string | null): void {
  if (kind === 'staging' && snapshot !== null) return;
  throw new SignalboxError({
    code: 'environment/data-is-the-original',
    what: `The data of ${app}/${name} was left as it is.`,
    why: 'It is a copy of nothing: what is thrown away here is lost.',
    fix:
      kind === 'staging'
        ? [
            'Say what shall take its place: signalbox env reset-data staging --snapshot ID',
            'signalbox snapshot list',
          ]
        : ['Production is never reset.'],
  });
}

const ofACandidate = ({ app, name }: Environment): SignalboxError =>
  new SignalboxError({
    code: 'environment/of-a-candidate',
    what: `Nothing was deployed to ${app}/${name}.`,
    why: 'It belongs to a stage of the pipeline: what it runs is what its candidate brought.',
    fix: ['Push again: a new candidate gets its own.'],
  });

const sharedData = ({ app, name, branch }: Environment): SignalboxError =>
  new SignalboxError({
    code: 'environment/data-is-shared',
    what: `${app}/${name} has no data of its own to reset.`,
    why: 'It uses the stores of staging (environments.preview.data: shared).',
    fix: [`Write data: own in signalbox.yaml on ${branch} and push.`],
  });
