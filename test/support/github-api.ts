// The part of GitHub's REST API that the driver uses: our own stand-in, strict where GitHub is.
import { type GithubBooks, type Pull, pullOf } from './github-books.ts';

export interface ApiAsked {
  method: string;
  /** Behind `/repos/OWNER/NAME`. */
  path: string;
  query: URLSearchParams;
  body: Record<string, unknown>;
  /** Who it is by its token. */
  login: string;
}

export interface ApiAnswer {
  status?: number;
  body: unknown;
  /** Where the list continues. */
  nextPage?: number | null;
}

export class ApiRefusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

type Handler = (books: GithubBooks, asked: ApiAsked, ...found: string[]) => ApiAnswer;

/** What the API answers about the one repository there is. Throws ApiRefusal. */
export function answerApi(books: GithubBooks, asked: ApiAsked): ApiAnswer {
  for (const [route, handler] of routes) {
    const match = route.exec(`${asked.method} ${asked.path}`);
    if (match) return handler(books, asked, ...match.slice(1).map(decodeURIComponent));
  }
  throw new ApiRefusal(404, 'Not Found');
}

const ourId = 1_296_269;

function combinedStatus(books: GithubBooks, asked: ApiAsked, sha = ''): ApiAnswer {
  known(books, sha);
  const newest = new Map(
    books.statuses.filter(({ commit }) => commit === sha).map((one) => [one.context, one]),
  );
  const { body, nextPage = null } = paged(asked, [...newest.values()]);
  return { body: { state: 'pending', sha, statuses: body }, nextPage };
}

function addStatus(books: GithubBooks, { body }: ApiAsked, sha = ''): ApiAnswer {
  known(books, sha);
  const { state, context, description = '', target_url } = body;
  const url = target_url === undefined ? null : wordsOf(target_url);
  oneOf(state, ['error', 'failure', 'pending', 'success']);
  const text = String(description);
  if (text.length > 140) throw invalid('description is too long (maximum is 140 characters)');
  if (/[\u{10000}-\u{10FFFF}]/u.test(text))
    throw invalid("description doesn't accept 4-byte Unicode");
  if (url !== null && !/^https?:/.test(url)) throw invalid('target_url must use http(s)');
  const earlier = books.statuses.filter((one) => one.commit === sha && one.context === context);
  if (earlier.length >= 1000) {
    throw invalid('This SHA and context has reached the maximum number of statuses.');
  }
  books.writes += 1;
  books.statuses.push({
    commit: sha,
    context: String(context),
    state: String(state),
    description: text,
    target_url: url,
  });
  return { status: 201, body: {} };
}

function listDeployments(books: GithubBooks, asked: ApiAsked): ApiAnswer {
  const [sha, environment] = [asked.query.get('sha'), asked.query.get('environment')];
  const found = books.deployments.filter(
    (one) =>
      (sha === null || one.commit === sha) &&
      (environment === null || one.environment === environment),
  );
  return paged(asked, found.reverse());
}

function addDeployment(books: GithubBooks, { body }: ApiAsked): ApiAnswer {
  const { ref, environment, auto_merge: autoMerge, required_contexts: contexts } = body;
  if (!books.commits.has(String(ref))) throw invalid(`No ref found for: ${String(ref)}`);
  if (autoMerge !== false) throw new ApiRefusal(409, 'Conflict merging main into the commit');
  if (!Array.isArray(contexts) || contexts.length > 0) {
    throw new ApiRefusal(409, 'Commit status checks failed for the commit');
  }
  books.writes += 1;
  const id = (books.nextId += 1);
  const made = { id, commit: String(ref), environment: String(environment), statuses: [] };
  books.deployments.push(made);
  return { status: 201, body: { id } };
}

const deploymentOf = (books: GithubBooks, id: string) => {
  const found = books.deployments.find((one) => one.id === Number(id));
  if (found === undefined) throw new ApiRefusal(404, 'Not Found');
  return found;
};

const listDeploymentStatuses: Handler = (books, asked, id = '') =>
  paged(asked, deploymentOf(books, id).statuses.toReversed());

function addDeploymentStatus(books: GithubBooks, { body }: ApiAsked, id = ''): ApiAnswer {
  const deployment = deploymentOf(books, id);
  oneOf(body['state'], [
    'error',
    'failure',
    'inactive',
    'in_progress',
    'queued',
    'pending',
    'success',
  ]);
  books.writes += 1;
  const url = wordsOf(body['environment_url'] ?? '');
  deployment.statuses.push({ state: String(body['state']), environment_url: url });
  // A new success ends earlier ones of its environment, unless that is production.
  if (body['state'] === 'success' && deployment.environment !== 'production') {
    books.deployments
      .filter((one) => one !== deployment && one.environment === deployment.environment)
      .forEach(({ statuses }) => statuses.push({ state: 'inactive', environment_url: '' }));
  }
  return { status: 201, body: {} };
}

const shownComment = ({ id, by, body }: { id: number; by: string; body: string }) => ({
  id,
  body,
  user: { login: by },
});

const listComments: Handler = (books, asked, number = '') => {
  seen(books, Number(number));
  const found = books.comments.filter(({ request }) => request === Number(number));
  return paged(asked, found.map(shownComment));
};

const addComment: Handler = (books, { body, login }, number = '') => {
  seen(books, Number(number));
  books.writes += 1;
  const made = { id: (books.nextId += 1), request: Number(number), by: login, body: textOf(body) };
  books.comments.push(made);
  return { status: 201, body: shownComment(made) };
};

const editComment: Handler = (books, { body, login }, id = '') => {
  const found = books.comments.find((comment) => comment.id === Number(id));
  if (found === undefined) throw new ApiRefusal(404, 'Not Found');
  if (found.by !== login) throw new ApiRefusal(403, 'Must have admin rights to Repository.');
  books.writes += 1;
  found.body = textOf(body);
  return { body: shownComment(found) };
};

const deleteComment: Handler = (books, _asked, id = '') => {
  books.writes += 1;
  books.comments = books.comments.filter((comment) => comment.id !== Number(id));
  return { status: 204, body: null };
};

const shownPull = (pull: Pull) => ({
  number: pull.number,
  title: `Change ${pull.number}`,
  html_url: `https://github.test/acme/shop/pull/${pull.number}`,
  state: pull.state,
  user: { login: pull.author },
  merged_at: pull.mergedAt,
  merge_commit_sha: pull.mergeCommit,
  head: {
    ref: pull.branch,
    sha: pull.commits.at(-1),
    repo: { id: pull.fromFork ? ourId + pull.number : ourId },
  },
  base: { ref: pull.base, repo: { id: ourId, default_branch: 'main' } },
});

const listPulls: Handler = (books, asked) => {
  const state = asked.query.get('state') ?? 'open';
  const found = books.pulls.filter((pull) => state === 'all' || pull.state === state);
  return paged(asked, found.map(shownPull));
};

const listPullsOf: Handler = (books, asked, sha = '') => {
  known(books, sha);
  const found = books.pulls.filter((pull) => [...pull.commits, pull.mergeCommit].includes(sha));
  return paged(asked, found.map(shownPull));
};

const listReviews: Handler = (books, asked, number = '') => {
  seen(books, Number(number));
  const shown = pullOf(books, Number(number)).reviews.map(({ by, state, commit }) => ({
    user: { login: by },
    state,
    commit_id: commit,
    author_association: books.strangers.has(by) ? 'NONE' : 'COLLABORATOR',
  }));
  return paged(asked, shown);
};

function paged({ query }: ApiAsked, all: unknown[]): ApiAnswer {
  const perPage = Math.min(Number(query.get('per_page') ?? 30), 100);
  const page = Number(query.get('page') ?? 1);
  const body = all.slice((page - 1) * perPage, page * perPage);
  return { body, nextPage: page * perPage < all.length ? page + 1 : null };
}

function known(books: GithubBooks, sha: string): void {
  if (!books.commits.has(sha)) throw new ApiRefusal(422, `No commit found for SHA: ${sha}`);
}

function seen(books: GithubBooks, number: number): void {
  if (!books.pulls.some((pull) => pull.number === number)) throw new ApiRefusal(404, 'Not Found');
}

function textOf(body: Record<string, unknown>): string {
  const text = String(body['body']);
  if (text.length > 65_536) throw invalid('body is too long (maximum is 65536 characters)');
  return text;
}

function oneOf(state: unknown, states: string[]): void {
  if (!states.includes(String(state))) throw invalid(`state is not included in the list`);
}

function wordsOf(value: unknown): string {
  if (typeof value === 'string') return value;
  throw invalid('a text is no text');
}

const invalid = (why: string) => new ApiRefusal(422, `Validation Failed: ${why}`);

const routes: [RegExp, Handler][] = [
  [/^GET $/, () => ({ body: { id: ourId, full_name: 'acme/shop', default_branch: 'main' } })],
  [/^GET \/commits\/([^/]+)\/status$/, combinedStatus],
  [/^POST \/statuses\/([^/]+)$/, addStatus],
  [/^GET \/deployments$/, listDeployments],
  [/^POST \/deployments$/, addDeployment],
  [/^GET \/deployments\/(\d+)\/statuses$/, listDeploymentStatuses],
  [/^POST \/deployments\/(\d+)\/statuses$/, addDeploymentStatus],
  [/^GET \/issues\/(\d+)\/comments$/, listComments],
  [/^POST \/issues\/(\d+)\/comments$/, addComment],
  [/^PATCH \/issues\/comments\/(\d+)$/, editComment],
  [/^DELETE \/issues\/comments\/(\d+)$/, deleteComment],
  [/^GET \/pulls$/, listPulls],
  [/^GET \/commits\/([^/]+)\/pulls$/, listPullsOf],
  [/^GET \/pulls\/(\d+)\/reviews$/, listReviews],
];
