// What our stand-in for GitHub remembers, and what people do there.
import { createHmac, randomBytes } from 'node:crypto';
import type { HostServer } from '../../src/git/contract/host-under-test.ts';

export interface Review {
  by: string;
  state: string;
  commit: string;
}

export interface Pull {
  number: number;
  branch: string;
  base: string;
  author: string;
  fromFork: boolean;
  commits: string[];
  state: 'open' | 'closed';
  mergedAt: string | null;
  mergeCommit: string | null;
  reviews: Review[];
}

export interface Status {
  commit: string;
  context: string;
  state: string;
  description: string;
  target_url: string | null;
}

export interface Deployment {
  id: number;
  commit: string;
  environment: string;
  statuses: { state: string; environment_url: string }[];
}

export interface GithubBooks {
  commits: Set<string>;
  /** Oldest first, as everything here. */
  statuses: Status[];
  deployments: Deployment[];
  pulls: Pull[];
  comments: { id: number; request: number; by: string; body: string }[];
  /** Who may not write to the repository. */
  strangers: Set<string>;
  writes: number;
  nextId: number;
}

export const emptyBooks = (): GithubBooks => ({
  commits: new Set(),
  statuses: [],
  deployments: [],
  pulls: [],
  comments: [],
  strangers: new Set(),
  writes: 0,
  // Ids there need more than 32 bits.
  nextId: 5_000_000_001,
});

/** What people do and see there. */
export const githubPeople = (books: GithubBooks): HostServer => ({
  ...whatPeopleDo(books),
  ...whatThereIs(books),
});

type Shown = 'statuses' | 'deployments' | 'comments' | 'writes' | 'webhook';

function whatPeopleDo(books: GithubBooks): Omit<HostServer, Shown> {
  const commit = (): string => {
    const sha = randomBytes(20).toString('hex');
    books.commits.add(sha);
    return sha;
  };
  const pull = (number: number) => pullOf(books, number);
  return {
    commit,
    request({ branch, author = 'ann', fromFork = false }) {
      const sha = commit();
      const number = books.pulls.length + 1;
      books.pulls.push({
        ...unmerged,
        number,
        branch,
        author,
        fromFork,
        commits: [sha],
        reviews: [],
      });
      return { number, commit: sha };
    },
    push(number) {
      const sha = commit();
      pull(number).commits.push(sha);
      return sha;
    },
    merge(number) {
      const sha = commit();
      const mergedAt = new Date(Date.UTC(2026, 0, 1, 0, number)).toISOString();
      Object.assign(pull(number), { state: 'closed', mergeCommit: sha, mergedAt });
      return sha;
    },
    closeRequest: (number) => void Object.assign(pull(number), { state: 'closed' }),
    review(number, { by, says }) {
      const { reviews, commits } = pull(number);
      if (says === 'lift') {
        const last = reviews.findLast((review) => review.by === by);
        if (last) last.state = 'DISMISSED';
      } else {
        const state = says === 'approve' ? 'APPROVED' : 'CHANGES_REQUESTED';
        reviews.push({ by, state, commit: commits.at(-1) ?? '' });
      }
    },
    say(request, { by, text }) {
      books.comments.push({ id: (books.nextId += 1), request, by, body: text });
    },
  };
}

function whatThereIs(books: GithubBooks): Pick<HostServer, Shown> {
  return {
    statuses(sha) {
      const newest = new Map(
        books.statuses.filter((status) => status.commit === sha).map((one) => [one.context, one]),
      );
      return [...newest.values()].map(({ context, state, description, target_url: url }) => {
        return { context, state: state as 'success', text: description, url };
      });
    },
    deployments: () =>
      books.deployments.map(({ commit: sha, environment, statuses }) => {
        const newest = statuses.at(-1);
        const state = ourNames[newest?.state ?? ''] ?? 'running';
        return { commit: sha, environment, state, url: newest?.environment_url || null };
      }),
    comments: (request) =>
      books.comments
        .filter((comment) => comment.request === request)
        .map(({ by, body }) => ({ by, text: body })),
    writes: () => books.writes,
    webhook({ event, secret, body = Buffer.from(JSON.stringify(payloads[event])) }) {
      return {
        headers: signed(event === 'request' ? 'pull_request' : 'push', body, secret),
        body,
        secret,
      };
    },
  };
}

/** The headers of a call that GitHub sends. */
export function signed(event: string, body: Buffer, secret: Buffer): Record<string, string> {
  return {
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/0123456',
    'x-github-event': event,
    'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  };
}

export function pullOf(books: GithubBooks, number: number): Pull {
  const found = books.pulls.find((pull) => pull.number === number);
  if (found === undefined) throw new Error(`There is no request ${number}.`);
  return found;
}

const unmerged = { base: 'main', state: 'open', mergedAt: null, mergeCommit: null } as const;

const ourNames: Record<string, 'running' | 'live' | 'failed' | 'gone'> = {
  in_progress: 'running',
  success: 'live',
  failure: 'failed',
  inactive: 'gone',
};

const payloads = {
  push: { ref: 'refs/heads/cart', before: '0'.repeat(40), after: '1'.repeat(40) },
  tag: { ref: 'refs/tags/v1', before: '0'.repeat(40), after: '1'.repeat(40) },
  request: { action: 'opened', number: 7, pull_request: { number: 7, state: 'open' } },
};
