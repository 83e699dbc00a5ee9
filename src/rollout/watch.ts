import { setTimeout as pause } from 'node:timers/promises';
import { environments } from '../environments/environment-rows.ts';
import { announce } from '../environments/conclude-deploy.ts';
import { stableTraffic } from './expected-traffic.ts';
import { planStep } from './analysis/plan-step.ts';
import { gatherEvidence, recallEvidence, type EvidenceSoFar } from './evidence-so-far.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { laneStep, type Lane } from './lane.ts';
import { deadInstance, plainlyBad } from './plain-trouble.ts';
import { refuseGoing } from './refuse-going.ts';
import { rollBack } from './roll-back.ts';
import type { Rollout } from './rollout.ts';
import { rolloutOrders, rollouts, rolloutSteps } from './tables.ts';

/** One share of the requests that the new release has for a while. */
export interface Watched {
  /** 1 is the first. */
  step: number;
  /** In percent of the users. */
  weight: number;
  /** In words, where it is not a share: `1 of 4 instances`. */
  label?: string;
}

export type WatchEnd =
  | 'passed'
  /** No worse than the old release for certain: the steps in between may be left out. */
  | 'proved healthy'
  /** A person wants no more steps. */
  | 'promoted'
  | 'rolled back';

const lookMs = 1000;

/**
 * Watches one step until the evidence lets it pass, or until the judge or a person ends it. Without traffic it waits.
 * With no bake nothing is judged: only pauses and orders of people are heeded.
 */
export async function watch(lane: Lane, watched: Watched): Promise<WatchEnd> {
  const named = watched.label ?? `${watched.weight} %`;
  await laneStep(lane, `say what step ${watched.step} (${named}) can see`, () =>
    beginStep(lane, watched, named),
  );
  return laneStep(lane, `watch step ${watched.step} (${named})`, () => untilDecided(lane, watched));
}

async function beginStep(lane: Lane, { step, weight }: Watched, named: string): Promise<void> {
  const { world, deploy, order, settings } = lane;
  const canSee = settings.bakeMs === 0 ? null : await whatItCanSee(lane, weight);
  await rolloutSteps.begin(world.db, deploy, { step, weight, canSee });
  await rollouts.atStep(world.db, deploy, { step, weight });
  const text = `${order.environmentName}: step ${step}, ${named} to ${order.commit.slice(0, 7)}. ${canSee ?? ''}`;
  const data = { rollout: deploy, step, weight, canSee };
  await announce(world, order, { kind: 'rollout-step', text: text.trim(), data });
}

/** From the stable release's own traffic of late. */
async function whatItCanSee(lane: Lane, weight: number): Promise<string> {
  const { requestsPerSecond, baseRate } = await stableTraffic(lane);
  if (requestsPerSecond === 0)
    return 'Nothing can be said of what it can see: there was no traffic lately.';
  const { judge, bakeMs } = lane.settings;
  const share = Math.min(0.99, Math.max(0.0001, weight / 100));
  const step = { baseRate, share, alpha: judge.rollBack, margin: judge.margin };
  return planStep(step, Math.floor((requestsPerSecond * share * bakeMs) / 1000)).words;
}

/** So long nothing can be seen before that is a failure: databases and gateways are started anew now and then. */
const blindMs = 600_000;

async function untilDecided(lane: Lane, watched: Watched): Promise<WatchEnd> {
  const { world, deploy } = lane;
  const steps = await rolloutSteps.of(world.db, deploy);
  const since = steps.find(({ step }) => step === watched.step)?.beganAt ?? new Date();
  let evidence = await recallEvidence(lane, since);
  for (let seenAt = Date.now(); ; await pause(lookMs)) {
    try {
      const seen = await lookOnce(lane, { ...watched, since, evidence });
      if ('end' in seen) return seen.end;
      evidence = seen.evidence;
      seenAt = Date.now();
    } catch (error) {
      if (isTaken(error) || Date.now() - seenAt > blindMs) throw error;
      world.log(`rollout ${deploy} cannot be watched: ${String(error)}`);
      // What is in the rows is known for certain; what was in memory may not have got there.
      evidence = await recallEvidence(lane, since).catch(() => evidence);
    }
  }
}

/** Somebody else has the lane, or the environment goes: nobody needs this rollout any more. */
const isTaken = (error: unknown): boolean =>
  error instanceof SignalboxError && /^rollout\/|\/fenced$/.test(error.code);

type Look = Watched & { since: Date; evidence: EvidenceSoFar };

async function lookOnce(
  lane: Lane,
  { step, weight, since, evidence: before }: Look,
): Promise<{ end: WatchEnd } | { evidence: EvidenceSoFar }> {
  const { world, deploy, settings } = lane;
  const rollout = await rollouts.get(world.db, deploy);
  if (rollout?.state !== 'running') return { end: 'rolled back' };
  await refuseGoing(lane);
  const order = await promotedBy(lane);
  if (order !== null)
    return { end: await endStep(lane, step, { outcome: 'promoted', why: order }) };
  const isJudged = settings.bakeMs > 0;
  const evidence = isJudged ? await gatherEvidence(lane, before, { step, weight, since }) : before;
  const dead = await deadInstance(lane);
  const decision = dead
    ? ({ kind: 'roll back', why: dead } as const)
    : decide(lane, { rollout, evidence, since });
  const { kind, why } = decision;
  if (kind === 'roll back') return { end: await undo(lane, step, why) };
  if (kind !== 'stay') return { end: await endStep(lane, step, { outcome: kind, why }) };
  await rollouts.say(world.db, deploy, why);
  return { evidence };
}

type Decision = { kind: 'stay' | 'passed' | 'proved healthy' | 'roll back'; why: string };

/** Pure: what the evidence and people say together. */
function decide(
  { settings }: Lane,
  { rollout, evidence, since }: { rollout: Rollout; evidence: EvidenceSoFar; since: Date },
): Decision {
  const { verdict } = evidence;
  const bad = plainlyBad(verdict);
  if (bad !== null) return { kind: 'roll back', why: bad };
  if (verdict.action === 'roll back') return { kind: 'roll back', why: verdict.words };
  if (rollout.pausedBy !== null)
    return { kind: 'stay', why: `paused by ${rollout.pausedBy}: ${rollout.pauseReason ?? ''}` };
  // Without a release before it there is nothing to be compared with.
  if (settings.bakeMs === 0 || rollout.stableDeploy === null)
    return { kind: 'passed', why: 'nothing was to be watched' };
  if (verdict.action === 'wait')
    return { kind: 'stay', why: 'waits for traffic: the new release has had none' };
  if (verdict.action === 'hold') return { kind: 'stay', why: `holds: ${verdict.words}` };
  // What was judged has to cover all of it: the last seconds are not counted yet.
  const leftMs = since.getTime() + settings.bakeMs - (evidence.second + 1) * 1000;
  if (leftMs > 0)
    return {
      kind: 'stay',
      why: `watches for ${Math.ceil(leftMs / 1000)} s more: ${verdict.words}`,
    };
  if (!verdict.couldSeeTotalFailure)
    return {
      kind: 'stay',
      why: 'waits for traffic: so far even a release that fails every request would not have been noticed',
    };
  return { kind: verdict.healthProven ? 'proved healthy' : 'passed', why: verdict.words };
}

async function promotedBy({ world, deploy }: Lane): Promise<string | null> {
  const orders = await rolloutOrders.of(world.db, deploy);
  const order = orders.findLast(({ kind }) => kind === 'promote');
  return order ? `${order.by} wants it promoted${order.reason ? `: ${order.reason}` : ''}` : null;
}

async function endStep<End extends WatchEnd>(
  { world, deploy, order }: Lane,
  step: number,
  { outcome, why }: { outcome: End; why: string },
): Promise<End> {
  await rolloutSteps.end(world.db, deploy, { step, outcome, why });
  const text = `${order.environmentName}: step ${step} ${outcome}: ${why}`;
  await announce(world, order, {
    kind: 'rollout-step-ended',
    text,
    data: { rollout: deploy, step, outcome },
  });
  return outcome;
}

async function undo(lane: Lane, step: number, why: string): Promise<'rolled back'> {
  const { world, order, deploy: from } = lane;
  const environment = await environments.get(world.db, order.environment);
  const judged = { by: 'the judge', reason: why };
  // The old release serves beside it: no mark on a commit makes that less safe.
  if (environment) await rollBack(world, { environment, ...judged, from, force: true });
  return endStep(lane, step, { outcome: 'rolled back', why });
}
