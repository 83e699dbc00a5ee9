import { inTransaction, type Queryable } from '../db/pool.ts';
import { environments } from '../environments/environment-rows.ts';
import { publish } from '../events/publish.ts';
import { endPush } from '../environments/report-push.ts';
import type { World } from '../environments/world.ts';
import { isItsOwn, named, stageEnvironmentName, type Station, type Way } from './candidate.ts';
import { candidates, candidateStages, type StageAt } from './tables.ts';
import { wake } from './wake.ts';

interface Said {
  kind: `candidate-${string}`;
  text: string;
  data?: Record<string, unknown>;
}

/** Tells onlookers, and whoever still follows the push. */
export async function say(
  on: Queryable,
  { number, plan }: Pick<Way, 'number' | 'plan'>,
  said: Said,
): Promise<void> {
  const data = { candidate: number, commit: plan.commit, ...said.data };
  await publish(on, { ...said, app: plan.app, push: plan.push, data });
}

export const at = ({ way, stage }: Station): StageAt => ({
  candidate: way.candidate,
  stage: stage.name,
});

/**
 * It has what its next stage needs, and nobody overtakes it there any more; false: somebody has stopped it in this
 * moment, and it begins nothing. Repeatable.
 */
export async function beginStage(world: World, station: Station, deploy: string): Promise<boolean> {
  const { way, stage } = station;
  return inTransaction(world.db, async (tx) => {
    const candidate = await candidates.lock(tx, way.candidate);
    if (!candidate || candidate.endedAt) return false;
    await candidates.say(tx, way.candidate, { state: 'running', reason: null });
    if (!(await candidateStages.begin(tx, at(station), deploy))) return true;
    await say(tx, way, {
      kind: 'candidate-stage-begun',
      text: `Stage ${stage.name}`,
      data: { stage: stage.name, deploy },
    });
    return true;
  });
}

/** Repeatable. */
export async function passStage(world: World, station: Station): Promise<void> {
  const { way, stage } = station;
  await inTransaction(world.db, async (tx) => {
    if (!(await candidateStages.end(tx, at(station), { state: 'passed', reason: null }))) return;
    await say(tx, way, {
      kind: 'candidate-stage-passed',
      text: `Stage ${stage.name}: passed`,
      data: { stage: stage.name },
    });
  });
  await wakeOlder(world, way);
}

/** Repeatable. */
export async function skipStageFor(world: World, station: Station, why: string): Promise<void> {
  const { way, stage } = station;
  await inTransaction(world.db, async (tx) => {
    if (!(await candidateStages.end(tx, at(station), { state: 'skipped', reason: why }))) return;
    await say(tx, way, {
      kind: 'candidate-stage-skipped',
      text: `Stage ${stage.name}: skipped, ${why}`,
      data: { stage: stage.name, why },
    });
  });
  await wakeOlder(world, way);
}

/** Those before it may be overtaken now, and need not wait to see it. */
async function wakeOlder(world: World, way: Way): Promise<void> {
  for (const { id } of await candidates.olderOpen(world.db, way.candidate)) await wake(world, id);
}

export interface Failure {
  reason: string;
  logTail: string;
  fix: readonly string[];
}

/**
 * The stage has failed: its own environment stays for looking at for a while, and the candidate ends unless
 * the stage is optional. Repeatable.
 */
export async function failStage(world: World, station: Station, failure: Failure): Promise<void> {
  const { way, stage } = station;
  const { reason, logTail, fix } = failure;
  const keptUntil = isItsOwn(stage) ? new Date(world.clock.now().getTime() + stage.keepMs) : null;
  await inTransaction(world.db, async (tx) => {
    const end = { state: 'failed' as const, reason, logTail, fix, keptUntil };
    if (!(await candidateStages.end(tx, at(station), end))) return;
    const goesOn = stage.optional ? '; it is optional, so the candidate goes on' : '';
    await say(tx, way, {
      kind: 'candidate-stage-failed',
      text: `Stage ${stage.name}: failed, ${reason}${goesOn}`,
      data: { stage: stage.name, reason, fix, keptUntil },
    });
  });
  if (stage.optional) return wakeOlder(world, way);
  const ended = `${stage.name}: ${reason}`;
  await endCandidate(world, way, {
    state: 'failed',
    reason: ended,
    logTail,
    fix,
    stage: stage.name,
  });
}

/** Not begun, and it never will be. Repeatable. */
export async function giveStageUp(
  world: World,
  station: Station,
  end: { state: 'superseded' | 'stopped'; reason: string },
): Promise<void> {
  await candidateStages.end(world.db, at(station), end);
  await endCandidate(world, station.way, { ...end, stage: station.stage.name });
}

export interface Ending {
  state: 'released' | 'failed' | 'superseded' | 'stopped';
  reason: string | null;
  /** Where it ended. */
  stage: string | null;
  logTail?: string;
  fix?: readonly string[];
  /** Where it serves. */
  url?: string | null;
}

/** The candidate's last word, to its push too if that has not had its own. The first ending counts. Repeatable. */
export async function endCandidate(world: World, way: Way, ending: Ending): Promise<void> {
  await endItsPush(world, way, ending);
  await inTransaction(world.db, (tx) => endItsRow(tx, way, ending));
  await wakeOlder(world, way);
}

/** Its row's last word alone; its push and whoever waits for it hear of it from endCandidate. Ends with the transaction. */
export async function endItsRow(tx: Queryable, way: Way, ending: Ending): Promise<void> {
  const { state, reason, stage, fix = [] } = ending;
  if (!(await candidates.end(tx, way.candidate, { state, reason }))) return;
  const why = reason === null ? '' : `: ${reason}`;
  await say(tx, way, {
    kind: 'candidate-ended',
    text: `${capital(named({ number: way.number, commit: way.plan.commit }))} ${endWords[state]}${why}`,
    data: { state, stage, reason, fix },
  });
}

const endWords: Record<Ending['state'], string> = {
  released: 'is released',
  failed: 'failed',
  superseded: 'was overtaken',
  stopped: 'was stopped',
};

async function endItsPush(world: World, way: Way, ending: Ending): Promise<void> {
  const { plan } = way;
  const { state, logTail, fix = [] } = ending;
  const reason = ending.reason ?? 'all stages passed';
  if (state === 'failed')
    await endPush(world, plan.push, { state, reason, fix, ...(logTail ? { logTail } : {}) });
  else if (state !== 'released') await endPush(world, plan.push, { state: 'superseded', reason });
  else if (ending.url)
    await endPush(world, plan.push, {
      state: 'live',
      url: ending.url,
      ...(await whereItEnded(world, way)),
    });
  else await endPush(world, plan.push, { state: 'passed', reason });
}

async function whereItEnded(
  world: World,
  { plan, stages, number }: Way,
): Promise<{ environment?: string }> {
  const last = stages.at(-1);
  const name = last && stageEnvironmentName(last, number);
  const there = name && (await environments.byName(world.db, plan.app, name));
  return there ? { environment: there.id } : {};
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
