import type { HandOver } from '../environments/follow-push.ts';
import type { Plan } from '../environments/plan-push.ts';
import { wishes } from '../environments/push-tables.ts';
import { endPush } from '../environments/report-push.ts';
import type { World } from '../environments/world.ts';
import { beginCandidateOf } from '../pipeline/begin-candidate.ts';
import { stagesOf } from '../pipeline/candidate.ts';
import { shownInstant } from './local-time.ts';
import { platform } from './platform-tables.ts';
import { trains } from './tables.ts';
import { nextDepartures } from './timetable.ts';
import { namedTrain, trainTarget, type Train } from './train.ts';
import { wakeTrain } from './wake.ts';

/**
 * What becomes of a green commit: without a train in its file a candidate at once; otherwise it waits on the platform.
 * The commit a train carries becomes the train's candidate. Repeatable.
 */
export const sendOnItsWay =
  (world: World): HandOver =>
  async (plan) => {
    const train = await trains.ofPush(world.db, plan.push);
    if (train) await travelAsCandidate(world, train, plan);
    else if ((await wishes.asked(world.db, plan.push))?.target === trainTarget)
      await endPush(world, plan.push, { state: 'superseded', reason: carriesElse });
    else if (plan.config.train === null) await beginAtOnce(world, plan);
    else await waitOnPlatform(world, plan, plan.config.train);
  };

/** It has all that waits on the platform in it, and the timetable of those is over. */
async function beginAtOnce(world: World, plan: Plan): Promise<void> {
  await platform.clear(world.db, plan.appId);
  await beginCandidateOf(world, plan);
}

const carriesElse = 'its train carries something else by now';

async function travelAsCandidate(world: World, train: Train, plan: Plan): Promise<void> {
  if (train.endedAt) {
    const reason = `${namedTrain(train)} has ended: ${train.reason ?? train.state}`;
    return endPush(world, plan.push, { state: 'superseded', reason });
  }
  const candidate = await beginCandidateOf(world, asTrain(plan));
  await trains.takeCandidate(world.db, train, candidate);
  await wakeTrain(world, train.id);
}

/** Its last stage asks the train, and nobody else. */
function asTrain(plan: Plan): Plan {
  const stages = stagesOf(plan.config);
  const asked = stages.map((stage, index) =>
    index === stages.length - 1 ? { ...stage, approval: 'train' } : stage,
  );
  const pipeline = { ...plan.config.pipeline, stages: asked };
  return { ...plan, config: { ...plan.config, pipeline } };
}

async function waitOnPlatform(
  world: World,
  { push, appId, app, commit }: Plan,
  settings: Train['settings'],
): Promise<void> {
  const greenAt = world.clock.now();
  await platform.add(world.db, { push, appId, commit, settings, greenAt });
  const [next] = nextDepartures(settings, greenAt, 1);
  const when =
    next === undefined
      ? 'as soon as the way is free'
      : `at ${shownInstant(next, settings.timezone)}`;
  const reason = `Green. It leaves with the next train, ${when}: signalbox train next ${app}`;
  await endPush(world, push, { state: 'passed', reason });
}
