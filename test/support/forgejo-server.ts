// A Forgejo for tests: what src/git/drivers/forgejo uses of its REST API.
import { createHmac } from 'node:crypto';
import type { CommitStatus, HostDeployment, WebhookCall } from '../../src/git/host.ts';
import type { HostServer } from '../../src/git/host.contract.ts';
import { type BookRequest, codeHostBooks, type CodeHostBooks, idOf } from './code-host-books.ts';
import {
  type Answer,
  type Asked,
  codeHostServer,
  type CodeHostServer,
  type Route,
} from './code-host-server.ts';
import { forgejoWebhooks } from './forgejo-webhooks.ts';

export const forgejoToken = 'forgejo-local-0123456789';
export const forgejoRepository = 'acme/shop';

export interface ForgejoServer extends CodeHostServer {
  people: HostServer;
  books: CodeHostBooks;
  /** Whose reviews are none that count, as those of people who may not write. */
  strangers: Set<string>;
}

export async function forgejoServer(): Promise<ForgejoServer> {
  const books = codeHostBooks('signalbox-bot');
  const statuses: StatusRow[] = [];
  const strangers = new Set<string>();
  const root = `/repos/${forgejoRepository}`;
  const ground: Ground = { books, statuses, strangers, root, url: '' };
  const server = await codeHostServer({
    prefix: '/api/v1',
    authorization: `token ${forgejoToken}`,
    repositoryPath: /^\/repos\//,
    notFound: notFound(),
    routes: [...repositoryRoutes(ground), ...requestRoutes(ground), ...commentRoutes(ground)],
  });
  ground.url = server.url;
  const people: HostServer = {
    ...books,
    say: (number, words) => void books.comment(number, words),
    statuses: (commit) => shown(statuses, commit).map(({ status }) => status),
    deployments: () => deploymentsShown(statuses),
    writes: server.writes,
    webhook: forgejoCall,
  };
  return Object.assign(server, { people, books, strangers });
}

interface Ground {
  books: CodeHostBooks;
  statuses: StatusRow[];
  strangers: Set<string>;
  root: string;
  url: string;
}

interface StatusRow {
  id: number;
  sha: string;
  context: string;
  status: string;
  description: string;
  target_url: string;
}

/** What Forgejo sends, signed. */
export function forgejoCall(of: Parameters<HostServer['webhook']>[0]): WebhookCall {
  const { event, secret } = of;
  const name = { push: 'push', tag: 'push_tag', request: 'pull_request' } as const;
  const { event: named, payload } = forgejoWebhooks[name[event]];
  const body = of.body ?? Buffer.from(JSON.stringify(payload));
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  return {
    headers: {
      'x-forgejo-event': named,
      'x-gitea-event': named,
      'x-forgejo-signature': signature,
      'x-gitea-signature': signature,
      'x-hub-signature-256': `sha256=${signature}`,
    },
    body,
    secret,
  };
}

const notFound = (): Answer => ({
  status: 404,
  json: { message: "The target couldn't be found.", url: '/api/swagger', errors: [] },
});

/** A page of a list, as Forgejo cuts it: the next one is named by a link. */
function paged(
  list: readonly unknown[],
  { ground, asked }: { ground: Ground; asked: Asked },
): Answer {
  const size = Math.min(Number(asked.query.get('limit') ?? 30), 50);
  const page = Number(asked.query.get('page') ?? 1);
  const last = Math.max(1, Math.ceil(list.length / size));
  const link = (to: number, rel: string) =>
    `<${ground.url}/api/v1${asked.rawPath}?limit=${size}&page=${to}>; rel="${rel}"`;
  const links = page < last ? [link(page + 1, 'next'), link(last, 'last')] : [];
  if (page > 1) links.push(link(1, 'first'), link(page - 1, 'prev'));
  const headers = {
    'x-total-count': String(list.length),
    ...(links.length > 0 && { link: links.join(',') }),
  };
  return { json: list.slice((page - 1) * size, page * size), headers };
}

const user = (login: string) => ({ id: idOf(login), login, username: login });

function repositoryRoutes(ground: Ground): Route[] {
  const { books, statuses, root } = ground;
  return [
    { method: 'GET', path: /^\/user$/, answer: () => ({ json: user(books.us) }) },
    {
      method: 'GET',
      path: new RegExp(`^${root}$`),
      answer: () => ({ json: { id: 140, default_branch: 'main' } }),
    },
    {
      method: 'GET',
      path: new RegExp(`^${root}/commits/(\\w+)/statuses$`),
      answer: (asked, [sha = '']) =>
        books.commits.has(sha)
          ? paged(statuses.filter((row) => row.sha === sha).reverse(), { ground, asked })
          : notFound(),
    },
    {
      method: 'POST',
      path: new RegExp(`^${root}/statuses/(\\w+)$`),
      answer({ body }, [sha = '']) {
        if (!books.commits.has(sha)) return notFound();
        const {
          state = '',
          context = '',
          description = '',
          target_url = '',
        } = body as Record<string, string>;
        if (!/^(pending|success|error|failure|warning)$/.test(state)) {
          return { status: 422, json: { message: `bad state ${state}` } };
        }
        const row = { id: books.nextId(), sha, context, status: state, description, target_url };
        statuses.push(row);
        return { status: 201, json: row };
      },
    },
    {
      method: 'GET',
      path: new RegExp(`^${root}/commits/(\\w+)/pull$`),
      answer(_, [sha]) {
        const found = [...books.requests.values()].find(({ mergedAs }) => mergedAs === sha);
        return found ? { json: shownPull(found) } : notFound();
      },
    },
  ];
}

function requestRoutes(ground: Ground): Route[] {
  const { books, strangers, root } = ground;
  return [
    {
      method: 'GET',
      path: new RegExp(`^${root}/pulls$`),
      answer(asked) {
        const open = [...books.requests.values()].filter(
          ({ state }) => state === asked.query.get('state'),
        );
        return paged(open.map(shownPull), { ground, asked });
      },
    },
    {
      method: 'GET',
      path: new RegExp(`^${root}/pulls/(\\d+)/reviews$`),
      answer(asked, [number]) {
        const request = books.find(Number(number));
        return paged(reviewsOf(request, strangers), { ground, asked });
      },
    },
  ];
}

function commentRoutes(ground: Ground): Route[] {
  const { books, root } = ground;
  const comment = ({ id, by, text }: BookRequest['comments'][number]) => ({
    id,
    body: text,
    user: user(by),
  });
  return [
    {
      method: 'GET',
      path: new RegExp(`^${root}/issues/(\\d+)/comments$`),
      answer: (asked, [number]) =>
        paged(books.find(Number(number)).comments.map(comment), { ground, asked }),
    },
    {
      method: 'POST',
      path: new RegExp(`^${root}/issues/(\\d+)/comments$`),
      answer: ({ body }, [number]) => ({
        status: 201,
        json: comment(books.comment(Number(number), { by: books.us, text: String(body['body']) })),
      }),
    },
    {
      method: 'PATCH',
      path: new RegExp(`^${root}/issues/comments/(\\d+)$`),
      answer({ body }, [id]) {
        const all = [...books.requests.values()].flatMap(({ comments }) => comments);
        const found = all.find((one) => one.id === Number(id));
        // An owner's token may edit what others wrote: that we do not is up to us.
        return found
          ? { json: comment(Object.assign(found, { text: String(body['body']) })) }
          : notFound();
      },
    },
  ];
}

const shownPull = (one: BookRequest) => ({
  number: one.number,
  title: one.title,
  state: one.state === 'open' ? 'open' : 'closed',
  merged: one.state === 'merged',
  merge_commit_sha: one.mergedAs,
  user: user(one.author),
  html_url: `http://127.0.0.1/${forgejoRepository}/pulls/${one.number}`,
  head: { ref: one.branch, sha: one.versions.at(-1)?.commit, repo_id: one.fromFork ? 0 : 140 },
  base: { ref: one.into, sha: one.versions[0]?.commit, repo_id: 140 },
});

const reviewsOf = ({ words, versions }: BookRequest, strangers: ReadonlySet<string>) =>
  words.map(({ id, by, says, lifted, commit }) => ({
    id,
    user: user(by),
    state: says === 'approve' ? 'APPROVED' : 'REQUEST_CHANGES',
    dismissed: lifted,
    stale: commit !== versions.at(-1)?.commit,
    official: !strangers.has(by),
    commit_id: commit,
  }));

function shown(
  statuses: readonly StatusRow[],
  sha: string,
): { status: CommitStatus; row: StatusRow }[] {
  const newest = new Map(
    statuses.filter((row) => row.sha === sha).map((row) => [row.context, row]),
  );
  return [...newest.values()].map((row) => ({
    row,
    status: {
      context: row.context,
      state: row.status as CommitStatus['state'],
      text: row.description,
      url: row.target_url || null,
    },
  }));
}

/** What stands for deployments, told by our own words. */
const words: Readonly<Record<string, HostDeployment['state']>> = {
  'On its way.': 'running',
  'It serves.': 'live',
  'The deploy failed.': 'failed',
  'No longer there.': 'gone',
};

function deploymentsShown(statuses: readonly StatusRow[]): (HostDeployment & { commit: string })[] {
  const commits = [...new Set(statuses.map(({ sha }) => sha))];
  return commits.flatMap((commit) =>
    shown(statuses, commit).flatMap(({ status: { context, text, url } }) => {
      const state = words[text];
      return state === undefined
        ? []
        : [{ commit, environment: context.slice('signalbox/'.length), state, url }];
    }),
  );
}
