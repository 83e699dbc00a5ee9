import { hash } from 'node:crypto';
import { z } from 'zod';
import type { HostLine } from '../../ask-host.ts';
import type { HostDeployment } from '../../host.ts';
import { mainBranchOf, type Project } from './project.ts';

const deploymentShape = z.object({ id: z.number(), sha: z.string(), status: z.string() });
const environmentShape = z.object({
  id: z.number(),
  name: z.string(),
  state: z.string(),
  external_url: z.string().nullish(),
});
type Shown = z.infer<typeof deploymentShape>;

interface Wanted {
  commit: string;
  deployment: HostDeployment;
}

/**
 * GitLab shows the newest successful deployment as what an environment has. So a commit that comes back after another
 * one gets a new deployment, and what is gone is its environment, stopped. One that ended cannot run again: it gets a
 * new one too.
 */
export async function writeDeployment(
  line: HostLine,
  project: Project,
  { commit, deployment }: Wanted,
): Promise<void> {
  const name = environmentName(deployment.environment);
  const shown = await deploymentsIn(line, project, name);
  const ours = shown.find(({ sha }) => sha === commit);
  const current = shown.find(({ status }) => status === 'success');
  const place = { line, project, commit, name, shown, ours, current };
  switch (deployment.state) {
    case 'running':
      if (ours?.status !== 'running' || ours !== shown[0]) await announce(place, 'running');
      return;
    case 'failed':
      if (ours?.status !== 'failed') await change(place, 'failed');
      return;
    case 'live':
      return showLive(place, deployment.url);
    case 'gone':
      return showGone(place);
  }
}

interface Place {
  line: HostLine;
  project: Project;
  commit: string;
  name: string;
  /** Newest first. */
  shown: Shown[];
  ours: Shown | undefined;
  current: Shown | undefined;
}

async function showLive(place: Place, url: string | null): Promise<void> {
  const { ours, current } = place;
  const before = await environmentOf(place);
  const isUp = before !== null && before.state !== 'stopped' && before.state !== 'stopping';
  if (!isUp || ours === undefined || ours !== current) {
    // A stopped environment starts again with a deployment that ends well, not with one that was there.
    const isRunning = ours?.status === 'running';
    const isNewest = isRunning && ours.id > (current?.id ?? 0);
    if (isRunning && !isNewest) await change(place, 'canceled');
    const newest = isNewest ? ours : await announce(place, 'running');
    await change({ ...place, ours: newest }, 'success');
  }
  const now = isUp ? before : await environmentOf(place);
  if (now === null || (now.external_url || null) === url) return;
  const { line, project } = place;
  const path = `${project.path}/environments/${now.id}`;
  await line.change({ method: 'PUT', path, body: { external_url: url ?? '' } });
}

async function showGone(place: Place): Promise<void> {
  const { line, project, ours, current } = place;
  if (ours === undefined || ours.status === 'running') await change(place, 'canceled');
  // The environment is somebody else's by now.
  if (current !== undefined && current !== ours) return;
  const environment = await environmentOf(place);
  if (environment === null || environment.state === 'stopped') return;
  const path = `${project.path}/environments/${environment.id}/stop`;
  await line.change({ method: 'POST', path, body: { force: true } });
}

/** The deployment has the status when it resolves: an older one moved on, or where that is not possible a new one. */
async function change(place: Place, status: string): Promise<void> {
  const { line, project, ours } = place;
  if (ours !== undefined) {
    const path = `${project.path}/deployments/${ours.id}`;
    if (await line.attempt({ method: 'PUT', path, body: { status } }, /transition|status/i)) return;
  }
  await announce(place, status);
}

async function announce({ line, project, commit, name }: Place, status: string): Promise<Shown> {
  const ref = await mainBranchOf(line, project);
  return line.make(deploymentShape, {
    method: 'POST',
    path: `${project.path}/deployments`,
    // Which branch it is said to be of decides nothing: the commit is what counts.
    body: { environment: name, sha: commit, ref, tag: false, status },
  });
}

/** The last hundred, newest first. */
async function deploymentsIn(line: HostLine, project: Project, name: string): Promise<Shown[]> {
  const query = { environment: name, order_by: 'id', sort: 'desc', per_page: 100 };
  return line.get(deploymentShape.array(), { path: `${project.path}/deployments`, query });
}

async function environmentOf({
  line,
  project,
  name,
}: Place): Promise<z.infer<typeof environmentShape> | null> {
  const path = `${project.path}/environments`;
  const found = await line.get(environmentShape.array(), { path, query: { name } });
  return found.find((one) => one.name === name) ?? null;
}

/** GitLab takes letters, digits and few signs; what differs stays different. */
function environmentName(environment: string): string {
  const plain = environment.replaceAll(/[^A-Za-z0-9_/. -]/g, '-').replaceAll(/^\/+|\/+$/g, '');
  if (plain === environment && plain.length <= 200) return plain;
  return `${plain.slice(0, 200)}-${hash('sha256', environment).slice(0, 8)}`;
}
