import type { Fence } from '../kernel/fence.ts';
import { whyFailed } from '../kernel/why-failed.ts';
import { settingsFor } from './create.ts';
import { names } from './environment.ts';
import { withoutSecrets } from './secret.ts';
import type { Placement } from './start-instances.ts';
import { environmentVariables } from './variables.ts';
import type { World } from './world.ts';

export type JobVerdict = 'passed' | { why: string; logTail: string };

const tailLines = 30;

/**
 * Runs a job of a deploy (migration, smoke test) in the environment, once, and says how it ended.
 * Repeatable: a job that is running or has ended is joined. `url` is the hidden instance it is meant for.
 */
export async function runDeployJob(
  world: World,
  placement: Placement,
  order: {
    job: { name: string; run: string; timeoutMs: number };
    fence: Fence;
    url: string | null;
    /** On whose ground it runs; absent: the first's. */
    attempt?: number;
    /** A workspace of its own; absent: the deploy's. */
    workspace?: string;
  },
): Promise<JobVerdict> {
  const { environment, deploy, config } = placement;
  const { job, fence, url, attempt = 1 } = order;
  const workspace = order.workspace ?? names.ground(deploy.id, attempt);
  const variables = await environmentVariables(world, {
    environment,
    config,
    commit: deploy.commit,
  });
  const id = names.job({ deployId: deploy.id, job: job.name });
  await world.runtime.ensureJob(
    {
      id,
      owner: names.owner(environment.id),
      isolation: names.isolation(environment.id),
      workspace,
      run: job.run,
      variables: { ...variables.all, ...(url ? { SIGNALBOX_URL: url } : {}) },
      // Its memory is bounded as the app's is; its speed is ours, and people wait for it.
      size: { memoryBytes: settingsFor(config, environment).size.memoryBytes },
      timeoutMs: job.timeoutMs,
    },
    fence,
  );
  const result = await world.runtime.finishedJob(id);
  if (result.outcome === 'succeeded') return 'passed';
  const logTail = withoutSecrets(await world.runtime.logTail(id, tailLines), variables.secret);
  return { why: whyFailed(result, job.timeoutMs), logTail };
}
