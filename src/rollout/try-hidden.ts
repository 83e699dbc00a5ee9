import type { ServiceInstance } from '../environments/environment.ts';
import { placementOf } from '../environments/prepare-deploy.ts';
import { runDeployJob } from '../environments/run-deploy-job.ts';
import { withoutSecrets } from '../environments/secret.ts';
import { untilHealthy } from '../environments/start-instances.ts';
import { stillWanted, unless } from '../environments/still-wanted.ts';
import { secretsOf } from '../environments/variables.ts';
import { endedRefusal, type Lane } from './lane.ts';
import { instancesOf, type Proving } from './start-hidden.ts';
import { rollouts } from './tables.ts';

/** One that did not answer well, and why. */
export interface Failure {
  ordinal: number;
  failed: string;
  logTail: string;
  fix: string[];
}

/** Those that did not become healthy in their time; empty: all did. Repeatable. */
export async function tryHealth(lane: Lane, proving: Proving, attempt: number): Promise<Failure[]> {
  const mine = await instancesOf(lane, proving, [attempt]);
  const placement = await placementOf(lane);
  const only = ['http', 'port', 'running'] as const;
  return whileWanted(lane, async (signal) => {
    const found = await Promise.all(
      mine.map(async ({ id, service, ordinal }) => {
        const asked = { only: [...only], ids: [id], signal };
        const health = await untilHealthy(lane.world, placement, asked);
        if (health.healthy) return [];
        const failed = `${service} ${ordinal} did not become healthy: ${health.why}`;
        const logTail = await lane.world.runtime.logTail(id, tailLines);
        // A step's result is kept: no secret that the app prints may get so far.
        const secret = await secretsOf(lane.world, placement.environment);
        const clean = (text: string): string => withoutSecrets(text, secret);
        return [{ ordinal, failed: clean(failed), logTail: clean(logTail), fix: fixes(lane) }];
      }),
    );
    return found.flat();
  });
}

const tailLines = 30;

const fixes = ({ order }: Lane): string[] => [
  'Fix it and push again, or send it once more as it is: git commit --allow-empty.',
  `signalbox logs ${order.environmentName}`,
];

/** So many at a time: a smoke test is a program as hungry as the app. */
const smokesAtOnce = 4;

/** Those whose smoke test failed; empty: none did. Repeatable. */
export async function trySmoke(lane: Lane, proving: Proving, attempt: number): Promise<Failure[]> {
  const mine = await instancesOf(lane, proving, [attempt]);
  return whileWanted(lane, async () => {
    const failures: Failure[] = [];
    for (let at = 0; at < mine.length; at += smokesAtOnce) {
      const some = mine.slice(at, at + smokesAtOnce).map((one) => smoke(lane, one));
      failures.push(...(await Promise.all(some)).flat());
    }
    return failures;
  });
}

/** Directly at the instance's own address: what it answers cannot be another one's answer. */
async function smoke(lane: Lane, instance: ServiceInstance): Promise<Failure[]> {
  const { world, order, fence } = lane;
  const { service, ordinal, attempt, host, port } = instance;
  const { smoke: run, startMs } = order.config.services[service] ?? {};
  if (!run) return [];
  const job = {
    name: `proof-${ordinal}-${attempt}-${service}`,
    run,
    timeoutMs: Math.max(startMs ?? 0, 60_000),
  };
  const url = host && port ? `http://${host}:${port}` : null;
  const verdict = await runDeployJob(world, await placementOf(lane), { job, fence, url, attempt });
  if (verdict === 'passed') return [];
  const failed = `The smoke test of ${service} ${ordinal} failed: ${verdict.why}`;
  return [{ ordinal, failed, logTail: verdict.logTail, fix: fixes(lane) }];
}

/** Ends the waiting, whatever it is for, when the environment goes or somebody else ends the rollout. */
async function whileWanted(
  { world, order, deploy }: Lane,
  wait: (signal: AbortSignal) => Promise<Failure[]>,
): Promise<Failure[]> {
  const ended = await unless(wait, async () => {
    const rollout = await rollouts.get(world.db, deploy);
    if (rollout?.state !== 'running') return rollout?.decision ?? 'the rollout has ended';
    return order.main ? goneOf(await stillWanted(world, order)) : stillWanted(world, order);
  });
  if ('unwanted' in ended) throw endedRefusal(deploy, ended.unwanted);
  return ended;
}

/** A deploy of the main branch is not given up half way for a newer commit. */
const goneOf = (why: string | null): string | null =>
  why === 'the environment is being destroyed' ? why : null;
