import { beginBuild, finishBuild } from '../build/build-once.ts';
import { finishChecks, startChecks } from '../checks/run-checks.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { Flow } from '../workflow/workflow.ts';
import { markGood, takeBackGood } from './commit-verdict.ts';
import { createEnvironment } from './create.ts';
import type { DeployOrder } from './deploy-order.ts';
import { deploy, type DeployHooks } from './deploy.ts';
import { roughBytes } from './finding.ts';
import { planPush, type Plan } from './plan-push.ts';
import { endPush, sayChecks, tell } from './report-push.ts';
import { stopUnneeded } from './stop-unneeded.ts';
import { supersededBy, unless } from './still-wanted.ts';
import type { World } from './world.ts';
import { buildOrder, checkOrder } from './work-orders.ts';

/** Somebody else sees to what a pushed commit of the main branch becomes, and ends its push. Repeatable. */
export type HandOver = (plan: Plan) => Promise<void>;

/** What a deploy that somebody asks for has to pass, besides what every deploy has to. */
export type ByHandHooks = (order: DeployOrder) => Pick<DeployHooks, 'whyNot' | 'admit'>;

/** What those who come after environments have to say. */
export interface PushHooks {
  handOver: HandOver;
  byHand: ByHandHooks;
}

/**
 * A push, from the commit to a living environment: checks and build side by side, then the environment the
 * branch is for; a commit of the main branch goes on as a candidate. Every ending is written into the push's
 * row and told to whoever watches.
 */
export async function followPush(
  flow: Flow,
  world: World,
  input: { push: string },
  { handOver, byHand }: PushHooks,
): Promise<void> {
  try {
    const plan = await flow.step('read signalbox.yaml', () => planPush(world, input.push));
    if (plan === null) return;
    const ready = await checkAndBuild(flow, world, plan);
    if (ready && plan.main && !plan.byHand)
      await flow.step('send it on its way as a candidate', () => handOver(plan));
    else if (ready) await deployAll(flow, world, { plan, byHand });
    await flow.step('clean up after the push', () => stopUnneeded(world, plan));
  } catch (error) {
    if (!(error instanceof SignalboxError)) throw error;
    const { what, why, fix } = error;
    await flow.step('say what was refused', () =>
      endPush(world, input.push, {
        state: 'failed',
        reason: [what, why].filter(Boolean).join(' '),
        fix,
      }),
    );
  }
}

/** True when all checks have passed and the artifact is there; otherwise the push has ended. */
async function checkAndBuild(flow: Flow, world: World, plan: Plan): Promise<boolean> {
  const slot = { name: 'builds', capacity: world.buildSlots, priority: plan.main ? 1 : 0 };
  await world.locks.take(flow, slot);
  try {
    // Checks want the build's cached paths; with a cold cache they are there once the build has ended.
    const begun = await flow.step('start the build and what can run beside it', () =>
      startWork(world, plan),
    );
    const built = await flow.step('wait for the build', () => awaitBuild(world, plan, begun.job));
    if (built !== 'built') return await stop(flow, world, { plan, end: built });
    if (!begun.warm) await flow.step('start the checks', () => startAllChecks(world, plan));
    const checked = await flow.step('wait for the checks', () => awaitChecks(world, plan));
    if (checked !== 'passed') return await stop(flow, world, { plan, end: checked });
    return true;
  } finally {
    await flow.step('give the build slot back', () => world.locks.release(slot.name, flow.id));
  }
}

/** `job`: the build's, or null when the artifact is there. `warm`: the checks have been started too. */
async function startWork(world: World, plan: Plan): Promise<{ warm: boolean; job: string | null }> {
  const order = await buildOrder(world, plan);
  const cached = order.cache === null || (await world.build.cache.find(order.cache)) !== null;
  const [begun] = await Promise.all([
    beginBuild(world.build, order),
    cached ? startAllChecks(world, plan) : null,
  ]);
  if (begun.kind === 'built before') return { warm: cached, job: null };
  await tell(world, plan, { kind: 'build-started', text: 'Building', data: { job: begun.job } });
  return { warm: cached, job: begun.job };
}

async function startAllChecks(world: World, plan: Plan): Promise<void> {
  const names = Object.keys(plan.config.checks);
  if (names.length === 0) return;
  await tell(world, plan, { kind: 'checks-started', text: `Checking: ${names.join(', ')}` });
  await startChecks(world.checks, await checkOrder(world, plan));
}

type Stop = { state: 'failed' | 'superseded'; reason: string; fix?: readonly string[] };

async function awaitBuild(world: World, plan: Plan, job: string | null): Promise<'built' | Stop> {
  if (job === null) {
    await tell(world, plan, { kind: 'build-reused', text: 'Built before: the artifact is there' });
    return 'built';
  }
  const order = await buildOrder(world, plan);
  const built = await unless(
    (signal) => finishBuild(world.build, order, job, signal),
    () => supersededBy(world, plan),
  );
  if ('unwanted' in built) return { state: 'superseded', reason: built.unwanted };
  if (built.outcome === 'stopped') {
    // Stopped for somebody who did not want it any more, in the moment we joined: we still do.
    const again = await beginBuild(world.build, order);
    return awaitBuild(world, plan, again.kind === 'building' ? again.job : null);
  }
  if (built.outcome === 'built') {
    await tell(world, plan, { kind: 'build-ended', text: `Built: ${roughBytes(built.bytes)}` });
    return 'built';
  }
  await tell(world, plan, {
    kind: 'build-ended',
    text: 'Build failed',
    data: { logTail: built.logTail },
  });
  const fix = ['Mend it and push again.', `signalbox logs ${plan.branch} --build`];
  return { state: 'failed', reason: built.reason, fix };
}

async function awaitChecks(world: World, plan: Plan): Promise<'passed' | Stop> {
  const order = await checkOrder(world, plan);
  const results = await unless(
    (signal) => finishChecks(world.checks, order, signal),
    () => supersededBy(world, plan),
  );
  if ('unwanted' in results) return { state: 'superseded', reason: results.unwanted };
  return sayChecks(world, plan, results);
}

async function stop(
  flow: Flow,
  world: World,
  { plan, end }: { plan: Plan; end: Stop },
): Promise<false> {
  await flow.step('say why it stops', () => sayEnd(world, plan, end));
  return false;
}

/** What fails now is not good any more, whatever was found of the same commit before. */
async function sayEnd(
  world: World,
  plan: Plan,
  end: Stop & { logTail?: string; environment?: string },
): Promise<void> {
  if (end.state === 'failed') await takeBackGood(world, plan);
  await endPush(world, plan.push, end);
}

/** Each environment in turn; the first that cannot be brought up ends the push. */
async function deployAll(
  flow: Flow,
  world: World,
  { plan, byHand }: { plan: Plan; byHand: ByHandHooks },
): Promise<void> {
  for (const [index, kind] of plan.kinds.entries()) {
    const last = index === plan.kinds.length - 1;
    const created = await createEnvironment(flow, world, { ...plan, kind });
    if (created.outcome !== 'there') {
      const reason = 'the environment was destroyed while it waited';
      await flow.step(`say that ${kind} is gone`, () =>
        endPush(world, plan.push, { state: 'superseded', reason }),
      );
      return;
    }
    const { environment } = created;
    const order: DeployOrder = {
      ...plan,
      environment,
      environmentName: kind === 'preview' ? `preview/${plan.branch}` : kind,
    };
    const whenLive = (url: string): Promise<void> =>
      flow.step(`say where ${kind} lives`, async () => {
        await tell(world, plan, {
          kind: 'environment-live',
          text: `${order.environmentName} is live: ${url}`,
          environment,
          data: { url, only: plan.kinds.length === 1 },
        });
        if (kind === 'preview') await markGood(world, plan);
        if (last) await endPush(world, plan.push, { state: 'live', url, environment });
      });
    const more = plan.byHand ? byHand(order) : {};
    const deployed = await deploy(flow, world, order, { ...more, whenLive });
    if (deployed.outcome === 'live') continue;
    await flow.step(`say why ${kind} is not live`, () =>
      deployed.outcome === 'failed'
        ? sayEnd(world, plan, {
            ...deployed,
            state: 'failed',
            reason: `${order.environmentName}: ${deployed.reason}`,
            environment,
          })
        : sayEnd(world, plan, { state: 'superseded', reason: deployed.reason, environment }),
    );
    return;
  }
  if (plan.kinds.length === 0) {
    await flow.step('say that it passed', () =>
      endPush(world, plan.push, {
        state: 'passed',
        reason: plan.whyNone ?? 'no environment is asked for',
      }),
    );
  }
}
