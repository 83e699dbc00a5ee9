// Deployments and environments of the GitLab for tests, with the transitions that GitLab allows.
import type { HostDeployment } from '../../src/git/host.ts';
import type { CodeHostBooks } from './code-host-books.ts';
import type { Answer, Route } from './code-host-server.ts';
import { notFound, paged } from './gitlab-answers.ts';

interface Deployment {
  id: number;
  sha: string;
  status: string;
  environment: string;
}

interface Environment {
  id: number;
  name: string;
  state: 'available' | 'stopped';
  external_url: string | null;
}

export interface DeploymentBooks {
  deployments: Deployment[];
  environments: Environment[];
}

interface Ground {
  project: string;
  places: DeploymentBooks;
}

export function deploymentRoutes(books: CodeHostBooks, ground: Ground): Route[] {
  const { project, places } = ground;
  return [
    {
      method: 'GET',
      path: new RegExp(`^${project}/deployments$`),
      answer: (asked) =>
        paged(
          places.deployments
            .filter(({ environment }) => environment === asked.query.get('environment'))
            .reverse(),
          asked,
        ),
    },
    {
      method: 'POST',
      path: new RegExp(`^${project}/deployments$`),
      answer({ body }) {
        const { environment, sha, status, ref } = body as Record<string, string>;
        if (!ref || !environment || !/^[A-Za-z0-9_/. -]+$/.test(environment))
          return bad('ref or name');
        if (!books.commits.has(sha ?? '')) return notFound('Commit');
        placeOf(books, places, environment);
        const made = { id: books.nextId(), sha: sha ?? '', status: 'created', environment };
        places.deployments.push(made);
        return { ...moved(places, made, status ?? ''), status: 201 };
      },
    },
    {
      method: 'PUT',
      path: new RegExp(`^${project}/deployments/(\\d+)$`),
      answer({ body }, [id]) {
        const found = places.deployments.find((one) => one.id === Number(id));
        return found ? moved(places, found, String(body['status'])) : notFound('Deployment');
      },
    },
    ...environmentRoutes(ground),
  ];
}

function environmentRoutes({ project, places }: Ground): Route[] {
  const of = (id: string | undefined) => places.environments.find((one) => one.id === Number(id));
  return [
    {
      method: 'GET',
      path: new RegExp(`^${project}/environments$`),
      answer: (asked) =>
        paged(
          places.environments.filter(({ name }) => name === asked.query.get('name')),
          asked,
        ),
    },
    {
      method: 'PUT',
      path: new RegExp(`^${project}/environments/(\\d+)$`),
      answer({ body }, [id]) {
        const { external_url: url } = body as Record<string, string>;
        const found = of(id);
        return found
          ? { json: Object.assign(found, { external_url: url || null }) }
          : notFound('Environment');
      },
    },
    {
      method: 'POST',
      path: new RegExp(`^${project}/environments/(\\d+)/stop$`),
      answer(_, [id]) {
        const found = of(id);
        return found
          ? { json: Object.assign(found, { state: 'stopped' }) }
          : notFound('Environment');
      },
    },
  ];
}

function placeOf(books: CodeHostBooks, { environments }: DeploymentBooks, name: string): void {
  if (environments.some((one) => one.name === name)) return;
  environments.push({ id: books.nextId(), name, state: 'available', external_url: null });
}

/** Nothing runs again that ran; what ends well starts a stopped environment. */
function moved(places: DeploymentBooks, deployment: Deployment, status: string): Answer {
  const isAllowed =
    status === 'running' ? deployment.status === 'created' : deployment.status !== status;
  if (!isAllowed) return bad(`Status cannot transition via "${status}"`);
  deployment.status = status;
  const place = places.environments.find(({ name }) => name === deployment.environment);
  if (status === 'success' && place) place.state = 'available';
  return { json: deployment };
}

const bad = (message: string): Answer => ({ status: 400, json: { message } });

/** What its environments page says, in our words: what is not the newest success any more is gone. */
export function deploymentsShown({
  deployments,
  environments,
}: DeploymentBooks): (HostDeployment & { commit: string })[] {
  const newest = new Map(deployments.map((one) => [`${one.environment} ${one.sha}`, one]));
  return [...newest.values()].map((one) => {
    const place = environments.find(({ name }) => name === one.environment);
    const current = deployments.findLast(
      ({ environment, status }) => environment === one.environment && status === 'success',
    );
    const isLive = one === current && place?.state === 'available';
    const ended = one.status === 'success' ? (isLive ? 'live' : 'gone') : 'gone';
    const state = one.status === 'running' ? 'running' : one.status === 'failed' ? 'failed' : ended;
    const url = state === 'live' ? (place?.external_url ?? null) : null;
    return { commit: one.sha, environment: one.environment, state, url };
  });
}
