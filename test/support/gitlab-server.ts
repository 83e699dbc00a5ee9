// A GitLab for tests: what src/git/drivers/gitlab uses of its REST API, as strict as GitLab is where that matters.
import type { CommitStatus, HostDeployment, WebhookCall } from '../../src/git/host.ts';
import type { HostServer } from '../../src/git/host.contract.ts';
import { codeHostBooks, type CodeHostBooks } from './code-host-books.ts';
import {
  type Answer,
  codeHostServer,
  type CodeHostServer,
  type Route,
} from './code-host-server.ts';
import { gitlabProject, notFound, paged, user } from './gitlab-answers.ts';
import { requestRoutes } from './gitlab-requests.ts';
import { deploymentRoutes, type DeploymentBooks, deploymentsShown } from './gitlab-deployments.ts';
import { gitlabWebhooks } from './gitlab-webhooks.ts';

export const gitlabToken = 'glpat-local-0123456789';

export interface GitlabServer extends CodeHostServer {
  people: HostServer;
  books: CodeHostBooks;
  /** As versions are that do not say in the approvals when they were given. */
  options: { isOld: boolean };
}

export async function gitlabServer(): Promise<GitlabServer> {
  const books = codeHostBooks('signalbox-bot');
  const statuses: StatusRow[] = [];
  const places: DeploymentBooks = { deployments: [], environments: [] };
  const project = `/projects/${gitlabProject}`;
  const options = { isOld: false };
  const server = await codeHostServer({
    prefix: '/api/v4',
    authorization: `Bearer ${gitlabToken}`,
    repositoryPath: /^\/projects\//,
    notFound: notFound('Project'),
    routes: [
      ...projectRoutes(books, project),
      ...statusRoutes(books, { project, statuses }),
      ...requestRoutes(books, { project, options }),
      ...deploymentRoutes(books, { project, places }),
    ],
  });
  const people: HostServer = {
    ...books,
    review(number, word) {
      books.review(number, word);
      const text = word.says === 'approve' ? 'approved this merge request' : 'left review comments';
      books.comment(number, { by: word.by, text, system: true });
    },
    say: (number, words) => void books.comment(number, words),
    statuses: (commit) => statusesShown(statuses, commit),
    deployments: (): (HostDeployment & { commit: string })[] => deploymentsShown(places),
    writes: server.writes,
    webhook: gitlabCall,
  };
  return Object.assign(server, { people, books, options });
}

/** What GitLab sends, with the secret as the token. */
export function gitlabCall(of: Parameters<HostServer['webhook']>[0]): WebhookCall {
  const { event, secret, body } = of;
  const name = { push: 'push', tag: 'tag_push', request: 'merge_request' } as const;
  const { header, payload } = gitlabWebhooks[name[event]];
  return {
    headers: { 'x-gitlab-event': header, 'x-gitlab-token': secret.toString('latin1') },
    body: body ?? Buffer.from(JSON.stringify(payload)),
    secret,
  };
}

function projectRoutes(books: CodeHostBooks, project: string): Route[] {
  return [
    { method: 'GET', path: /^\/user$/, answer: () => ({ json: user(books.us) }) },
    {
      method: 'GET',
      path: new RegExp(`^${project}$`),
      // A path that is not encoded is another address.
      answer: ({ rawPath }) =>
        rawPath.includes('%2F') ? { json: { id: 7, default_branch: 'main' } } : notFound('Project'),
    },
  ];
}

interface StatusRow {
  id: number;
  sha: string;
  name: string;
  status: string;
  description: string | null;
  target_url: string | null;
  retried: boolean;
}

/** Each as GitLab's state machine has it: from where one may go there. */
const ways: Record<string, readonly (string | null)[]> = {
  pending: [null],
  running: [null, 'pending'],
  success: [null, 'pending', 'running'],
  failed: [null, 'pending', 'running'],
  canceled: [null, 'pending', 'running'],
};

function statusRoutes(
  books: CodeHostBooks,
  { project, statuses }: { project: string; statuses: StatusRow[] },
): Route[] {
  return [
    {
      method: 'GET',
      path: new RegExp(`^${project}/repository/commits/(\\w+)/statuses$`),
      answer(asked, [sha = '']) {
        if (!books.commits.has(sha)) return notFound('Commit');
        const name = asked.query.get('name');
        const of = statuses.filter((row) => row.sha === sha && !row.retried);
        return paged(name === null ? of : of.filter((row) => row.name === name), asked);
      },
    },
    {
      method: 'POST',
      path: new RegExp(`^${project}/statuses/(\\w+)$`),
      answer({ body }, [sha = '']) {
        if (!books.commits.has(sha)) return notFound('Commit');
        const { state, context: name, description, target_url } = body as Record<string, string>;
        if ((description?.length ?? 0) > 255) return badStatus('description is too long');
        const open = statuses.findLast(
          (row) => row.sha === sha && row.name === name && /pending|running/.test(row.status),
        );
        if (!ways[state ?? '']?.includes(open?.status ?? null)) {
          return badStatus(`Cannot transition status via :${state} from :${open?.status}`);
        }
        const news = {
          status: state ?? '',
          description: description ?? null,
          target_url: target_url ?? open?.target_url ?? null,
        };
        if (open) return { status: 201, json: Object.assign(open, news) };
        for (const row of statuses) row.retried ||= row.sha === sha && row.name === name;
        const row = { id: books.nextId(), sha, name: name ?? '', retried: false, ...news };
        statuses.push(row);
        return { status: 201, json: row };
      },
    },
  ];
}

const badStatus = (message: string): Answer => ({ status: 400, json: { message } });

const ourState: Record<string, CommitStatus['state']> = {
  pending: 'pending',
  running: 'pending',
  success: 'success',
  failed: 'failure',
};

const statusesShown = (statuses: readonly StatusRow[], commit: string): CommitStatus[] =>
  statuses
    .filter((row) => row.sha === commit && !row.retried)
    .map(({ name, status, description, target_url }) => ({
      context: name,
      state: ourState[status] ?? 'error',
      text: description ?? '',
      url: target_url,
    }));

export { gitlabProject } from './gitlab-answers.ts';
