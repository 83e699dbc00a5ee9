import type { DeployHooks } from '../environments/deploy.ts';
import type { DeployOrder } from '../environments/deploy-order.ts';
import { names, type Environment } from '../environments/environment.ts';
import { endPush, tell } from '../environments/report-push.ts';
import type { World } from '../environments/world.ts';
import type { Fence } from '../kernel/fence.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { Flow } from '../workflow/workflow.ts';
import { admitMigrations, whyNeverToProduction } from './admit-migrations.ts';
import { awaitTurn } from './await-turn.ts';
import { isItsOwn, isLast, stageEnvironmentName, type Station, type Way } from './candidate.ts';
import { deliver, type Delivered } from './deliver.ts';
import { lookAtEntry } from './enter-stage.ts';
import { wayOf } from './find-candidate.ts';
import { inspectInfrastructure } from './inspect-infrastructure.ts';
import {
  at,
  beginStage,
  endCandidate,
  failStage,
  giveStageUp,
  passStage,
  skipStageFor,
  type Failure,
} from './report-candidate.ts';
import { runStageTests } from './run-stage-tests.ts';
import { ensureStageEnvironment, letGo } from './stage-environment.ts';
import { candidates, candidateStages } from './tables.ts';

/**
 * A candidate's way from merge to production: stage after stage, each its turn, its environment, its deploy
 * and its tests. One artifact goes all the way. Every ending is written into the candidate's row and told.
 */
export async function promote(
  flow: Flow,
  world: World,
  input: { candidate: string },
): Promise<void> {
  const way = await flow.step('read the candidate', () => readWay(world, input.candidate));
  if (way === null) return;
  if (await canNeverArrive(flow, world, way)) return;
  let url: string | null = null;
  for (const stage of way.stages) {
    const done = await goThrough(flow, world, { way, stage });
    if (done === 'ended') return;
    url = done.url;
  }
  await flow.step('say that it is released', () =>
    endCandidate(world, way, { state: 'released', reason: null, stage: null, url }),
  );
}

async function readWay(world: World, id: string): Promise<Way | null> {
  const candidate = await candidates.get(world.db, id);
  return candidate && !candidate.endedAt ? wayOf(world.db, candidate) : null;
}

/** What production cannot live with is said before anything is deployed anywhere; the candidate has ended then. */
async function canNeverArrive(flow: Flow, world: World, way: Way): Promise<boolean> {
  const never = await flow.step('see what its migrations would do to production', () =>
    whyNeverToProduction(world, way),
  );
  if (never === null) return false;
  const { stage, failure } = never;
  await fail(flow, world, { station: { way, stage }, failure });
  return true;
}

/** 'ended': the candidate has. Otherwise it goes on; `url` is where the stage serves, if it does. */
type Done = 'ended' | { url: string | null };

/** One stage: its turn, then everything that happens with the stage to itself. */
async function goThrough(flow: Flow, world: World, station: Station): Promise<Done> {
  const { stage } = station;
  for (;;) {
    const entry = await awaitTurn(flow, world, station);
    switch (entry.kind) {
      case 'go':
        break;
      case 'skip':
        await flow.step(`skip ${stage.name}`, () => skipStageFor(world, station, entry.why));
        return { url: null };
      case 'broken':
        return fail(flow, world, { station, failure: { ...broken, reason: entry.why } });
      case 'overtaken':
        return giveUp(flow, world, { station, state: 'superseded', why: entry.why });
      case 'rejected':
      case 'ended':
        return giveUp(flow, world, { station, state: 'stopped', why: entry.why });
    }
    const tried = await haveTheStage(flow, world, station);
    if (tried !== 'look again') return tried;
  }
}

const broken = { logTail: '', fix: ['Push again: it is built anew.'] };

/** With the stage to itself, so that nobody deploys over what is being tested. */
async function haveTheStage(
  flow: Flow,
  world: World,
  station: Station,
): Promise<Done | 'look again'> {
  const { way, stage } = station;
  const of = isItsOwn(stage) ? way.candidate : way.plan.appId;
  const lock = { name: `stage-${of}-${stage.name}`, capacity: 1 };
  const fence = await world.locks.take(flow, lock);
  try {
    return await deployAndTest(flow, world, { station, fence });
  } catch (error) {
    if (!(error instanceof SignalboxError)) throw error;
    const { what, why, fix } = error;
    const reason = [what, why].filter(Boolean).join(' ');
    return await fail(flow, world, { station, failure: { reason, logTail: '', fix } });
  } finally {
    await flow.step(`let the next candidate into ${stage.name}`, () =>
      world.locks.release(lock.name, flow.id),
    );
  }
}

async function deployAndTest(
  flow: Flow,
  world: World,
  { station, fence }: { station: Station; fence: Fence },
): Promise<Done | 'look again'> {
  const { stage } = station;
  const environment = await flow.step(`find or make the environment of ${stage.name}`, () =>
    ensureStageEnvironment(world, station),
  );
  const deploy = names.deploy({ run: flow.id, environmentId: environment });
  const order = orderFor(station, environment);
  const hooks = hooksFor(flow, world, { station, deploy, environment });
  const delivered = await deliver(flow, world, { order, stage, hooks });
  if (delivered.outcome === 'not wanted any more')
    return notWanted(flow, world, { station, why: delivered.reason });
  if (delivered.outcome === 'failed') return fail(flow, world, { station, failure: delivered });
  if (Object.keys(stage.tests).length > 0) {
    const verdict = await flow.step(`run the tests of ${stage.name}`, () =>
      runStageTests(world, station, { environment, deploy, fence }),
    );
    if (verdict !== 'passed') return fail(flow, world, { station, failure: verdict });
  }
  return pass(flow, world, { station, delivered });
}

function orderFor({ way, stage }: Station, environment: Environment['id']): DeployOrder {
  return {
    ...way.plan,
    environment,
    environmentName: stageEnvironmentName(stage, way.number),
    candidate: way.candidate,
    services: stage.environment === 'package' ? 'none' : undefined,
    reset: null,
  };
}

/** With the environment's lock held everything is looked at once more; where it serves is said at once. */
function hooksFor(
  flow: Flow,
  world: World,
  { station, deploy, environment }: { station: Station; deploy: string; environment: string },
): DeployHooks {
  const { way, stage } = station;
  const { infrastructure } = stage;
  return {
    admit: admitMigrations,
    inspect:
      infrastructure === null ? undefined : (site) => inspectInfrastructure(site, infrastructure),
    async whyNot() {
      const entry = await lookAtEntry(world, station);
      if (entry.kind !== 'go') return 'why' in entry ? entry.why : entry.reason;
      const hasBegun = await beginStage(world, station, deploy);
      return hasBegun ? null : 'the candidate has ended';
    },
    whenLive: (url) =>
      flow.step(`say where ${stage.name} lives`, async () => {
        if (stage.environment === 'package') return;
        await tell(world, way.plan, {
          kind: 'environment-live',
          text: `${stageEnvironmentName(stage, way.number)} is live: ${url}`,
          environment,
          data: { url, only: way.stages.length === 1 },
        });
        // Nobody need wait for what the old release has still open.
        if (isReleasedBy(station))
          await endPush(world, way.plan.push, { state: 'live', url, environment });
      }),
  };
}

/** Nothing can fail any more once it serves. */
const isReleasedBy = (station: Station): boolean =>
  isLast(station) && !isItsOwn(station.stage) && Object.keys(station.stage.tests).length === 0;

async function notWanted(
  flow: Flow,
  world: World,
  { station, why }: { station: Station; why: string },
): Promise<Done | 'look again'> {
  const hasBegun = await flow.step(`see why not into ${station.stage.name}`, async () => {
    const { kind } = await lookAtEntry(world, station);
    return kind === 'go' && (await candidateStages.get(world.db, at(station)))?.state === 'running';
  });
  // What kept it out is seen to as it would have been before, or is over by now.
  if (!hasBegun) return 'look again';
  return giveUp(flow, world, { station, state: 'stopped', why });
}

async function pass(
  flow: Flow,
  world: World,
  { station, delivered }: { station: Station; delivered: Delivered & { outcome: 'live' } },
): Promise<Done> {
  const { way, stage } = station;
  await flow.step(`say that ${stage.name} has passed`, async () => {
    await passStage(world, station);
    await letGo(world, station, `candidate ${way.number} has passed ${stage.name}`);
  });
  return { url: isItsOwn(stage) ? null : delivered.url };
}

async function fail(
  flow: Flow,
  world: World,
  { station, failure }: { station: Station; failure: Failure },
): Promise<Done> {
  await flow.step(`say why ${station.stage.name} failed`, () => failStage(world, station, failure));
  return station.stage.optional ? { url: null } : 'ended';
}

async function giveUp(
  flow: Flow,
  world: World,
  { station, state, why }: { station: Station; state: 'superseded' | 'stopped'; why: string },
): Promise<Done> {
  await flow.step(`say why it ends before ${station.stage.name}`, async () => {
    await giveStageUp(world, station, { state, reason: why });
    await letGo(world, station, why);
  });
  return 'ended';
}
