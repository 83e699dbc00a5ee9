import type { Event } from '../events/event.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { pushOfDeploy } from './ask-for-deploy.ts';
import { environmentUrl, type Deploy, type Environment } from './environment.ts';
import {
  followPushLines,
  type Ending,
  type Following,
  type FollowWorld,
  type Progress,
} from './follow-lines.ts';
import { summaries } from './summary-tables.ts';
import { deploys, environments } from './tables.ts';

/**
 * Whatever is being done to an environment until nothing is left to do: its pushes under way, or its
 * destruction. Ends with the state it is in then, or without a word when the signal aborts.
 */
export async function* followEnvironmentLines(
  world: FollowWorld,
  id: string,
  { after, signal }: Following,
): AsyncGenerator<Progress> {
  let last = after;
  let failed: Ending | null = null;
  while (!signal.aborted) {
    const environment = await environments.get(world.db, id);
    if (!environment) return;
    if (environment.state === 'destroying') {
      yield* untilDestroyed(world, environment, { after: last, signal });
      continue;
    }
    const push = await summaries.openPush(world.db, environment);
    if (environment.state === 'destroyed' || !push) {
      yield await stateOf(world, environment, failed);
      return;
    }
    for await (const item of followPushLines(world, push.id, { after: last, signal })) {
      last = item.id ?? last;
      if (item.ending) failed = item.ending.state === 'failed' ? item.ending : null;
      // The push has ended; whether the environment has come to rest is seen in the next turn.
      yield { ...item, ending: null };
    }
  }
}

async function* untilDestroyed(
  world: FollowWorld,
  { id }: Environment,
  { after, signal }: Following,
): AsyncGenerator<Progress> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  for await (const event of world.subscriptions.events(after ?? 0, { environment: id }, either)) {
    if (!isAboutItsEnd(event)) continue;
    yield { id: event.id, at: event.at, kind: event.kind, text: event.text, ending: null };
    if (event.kind === 'environment-destroyed') {
      stop.abort();
      return;
    }
  }
}

const isAboutItsEnd = ({ kind }: Event): boolean =>
  kind === 'environment-condemned' || kind === 'environment-destroyed';

async function stateOf(
  world: FollowWorld,
  environment: Environment,
  failed: Ending | null,
): Promise<Progress> {
  const { state, reason, destroyReason, app, name, host } = environment;
  const url = state === 'live' ? environmentUrl(host, await world.gateway.entrance()) : null;
  const gone = state === 'destroyed';
  const ending: Ending = {
    state,
    succeeded: gone || state === 'live',
    url,
    reason: gone ? destroyReason : reason,
    fix: gone || state === 'live' ? [] : [`signalbox doctor ${app}/${name}`],
  };
  const text = `${app}/${name} is ${gone ? 'gone' : state}`;
  // An environment that lives on after a failed push does not make it a success.
  const told = failed && !gone ? { ...failed, state, url } : ending;
  return { id: null, at: world.clock.now(), kind: 'environment-state', text, ending: told };
}

/**
 * The story of one deploy, also one that has not begun because its push is still being checked and built.
 * Refuses with `deploy/unknown`.
 */
export async function* followDeployLines(
  world: FollowWorld,
  id: string,
  following: Following,
): AsyncGenerator<Progress> {
  const push = await pushOfDeploy(world, id);
  const ended = await endedDeploy(world, id);
  if (ended) {
    yield await deployEnding(world, ended);
    return;
  }
  if (push === null) throw unknownDeploy(id);
  for await (const item of followPushLines(world, push, following)) {
    const now =
      item.ending === null && item.kind === 'environment-live'
        ? await endedDeploy(world, id)
        : null;
    yield item;
    if (now) {
      yield await deployEnding(world, now);
      return;
    }
  }
}

async function endedDeploy(world: FollowWorld, id: string): Promise<Deploy | null> {
  const deploy = await deploys.get(world.db, id);
  return deploy && deploy.state !== 'running' ? deploy : null;
}

async function deployEnding(world: FollowWorld, deploy: Deploy): Promise<Progress> {
  const environment = await environments.get(world.db, deploy.environmentId);
  const { state, number, commit, reason } = deploy;
  const succeeded = state === 'live' || state === 'replaced';
  const where = environment ? `${environment.app}/${environment.name}` : 'an environment';
  const url =
    environment && state === 'live'
      ? environmentUrl(environment.host, await world.gateway.entrance())
      : null;
  return {
    id: null,
    at: deploy.endedAt ?? world.clock.now(),
    kind: 'deploy-ended',
    text: `Deploy ${number} of ${where} (${commit.slice(0, 7)}) is ${state}`,
    ending: {
      state,
      succeeded,
      url,
      reason,
      fix: succeeded || !environment ? [] : [`signalbox doctor ${where}`],
    },
  };
}

export const unknownDeploy = (id: string): SignalboxError =>
  new SignalboxError({
    code: 'deploy/unknown',
    what: `There is no deploy ${id}.`,
    fix: ['signalbox deploys ENV'],
  });
