import { z } from 'zod';
import type { HostDeployment } from '../../host.ts';
import type { Github } from './ask-github.ts';

const deploymentShape = z.object({ id: z.number() });
const statusShape = z.object({ state: z.string(), environment_url: z.string().nullish() });

const stateNames = {
  running: 'in_progress',
  live: 'success',
  failed: 'failure',
  gone: 'inactive',
} as const satisfies Record<HostDeployment['state'], string>;

/** One deployment for a commit and an environment, with a status for each change of it. */
export async function writeDeployment(
  github: Github,
  { commit, deployment }: { commit: string; deployment: HostDeployment },
): Promise<void> {
  const { environment, url } = deployment;
  const state = stateNames[deployment.state];
  const id = (await existing(github, { commit, environment })) ?? (await create());
  const path = '/repos/{owner}/{repo}/deployments/{deployment_id}/statuses';
  const [newest] = await github.ask(`GET ${path}`, z.array(statusShape), {
    deployment_id: id,
    per_page: 1,
  });
  if (newest?.state === state && (newest.environment_url ?? '') === (url ?? '')) return;
  await github.ask(`POST ${path}`, z.unknown(), {
    deployment_id: id,
    state,
    ...(url !== null && { environment_url: url }),
  });

  async function create(): Promise<number> {
    const made = await github.ask('POST /repos/{owner}/{repo}/deployments', deploymentShape, {
      ref: commit,
      environment,
      description: 'Signalbox',
      // We report what is; GitHub need not merge main into it, nor wait for its own checks.
      auto_merge: false,
      required_contexts: [],
    });
    return made.id;
  }
}

async function existing(
  github: Github,
  { commit, environment }: { commit: string; environment: string },
): Promise<number | undefined> {
  const [newest] = await github.ask(
    'GET /repos/{owner}/{repo}/deployments',
    z.array(deploymentShape),
    { sha: commit, environment, per_page: 1 },
  );
  return newest?.id;
}
