// Calls as Forgejo and Gitea send them, one for each kind; names and addresses are our own.
import type { HostNews } from '../../src/git/host.ts';

interface Example {
  event: string;
  /** Forgejo's longer name, where it has one. */
  type?: string;
  payload: Record<string, unknown>;
  means: HostNews['kind'];
}

const zero = '0'.repeat(40);
const before = '28e1879d029cb852e4844d9c718537df08844e03';
const after = 'bffeb74224043ba2feb48d137756c8a9331c449a';
const ann = {
  id: 1,
  login: 'ann',
  full_name: 'Ann Arbor',
  email: 'ann@acme.test',
  username: 'ann',
};
const repository = {
  id: 140,
  owner: ann,
  name: 'shop',
  full_name: 'acme/shop',
  private: true,
  html_url: 'http://code.test/acme/shop',
  clone_url: 'http://code.test/acme/shop.git',
  default_branch: 'main',
};
const commit = {
  id: after,
  message: 'Round carts up\n',
  url: `http://code.test/acme/shop/commit/${after}`,
  author: { name: 'Ann Arbor', email: 'ann@acme.test', username: 'ann' },
  timestamp: '2026-11-21T09:12:33+01:00',
};
const push = {
  ref: 'refs/heads/cart',
  before,
  after,
  compare_url: `http://code.test/acme/shop/compare/${before}...${after}`,
  commits: [commit],
  total_commits: 1,
  head_commit: commit,
  repository,
  pusher: ann,
  sender: ann,
};
const pull = {
  id: 22,
  number: 1,
  user: ann,
  title: 'Round carts up',
  state: 'open',
  merged: false,
  html_url: 'http://code.test/acme/shop/pulls/1',
  base: { label: 'main', ref: 'main', sha: before, repo_id: 140, repo: repository },
  head: { label: 'cart', ref: 'cart', sha: after, repo_id: 140, repo: repository },
};
const request = (action: string, more: object = {}): Example => ({
  event: 'pull_request',
  type: action === 'synchronized' ? 'pull_request_sync' : 'pull_request',
  payload: { action, number: 1, pull_request: { ...pull, ...more }, repository, sender: ann },
  means: 'requests',
});
const review = (word: 'approved' | 'rejected' | 'comment'): Example => ({
  event: `pull_request_${word}`,
  type: `pull_request_review_${word}`,
  payload: {
    action: 'reviewed',
    number: 1,
    pull_request: pull,
    review: { type: `pull_request_review_${word}`, content: 'Looks right.' },
    repository,
    sender: { ...ann, id: 2, login: 'bob', username: 'bob' },
  },
  means: 'requests',
});
const ref = (event: 'create' | 'delete', of: { type: string; name: string }): Example => ({
  event,
  payload: {
    ...(event === 'create' ? { sha: after } : { pusher_type: 'user' }),
    ref: of.name,
    ref_type: of.type,
    repository,
    sender: ann,
  },
  means: of.type === 'branch' ? 'branches' : 'nothing',
});

export const forgejoWebhooks = {
  push: { event: 'push', payload: push, means: 'branches' },
  push_new_branch: { event: 'push', payload: { ...push, before: zero }, means: 'branches' },
  push_tag: {
    event: 'push',
    payload: { ...push, ref: 'refs/tags/v1.0.0', before: zero },
    means: 'nothing',
  },
  create: ref('create', { type: 'branch', name: 'cart' }),
  create_tag: ref('create', { type: 'tag', name: 'v1.0.0' }),
  delete: ref('delete', { type: 'branch', name: 'cart' }),
  delete_tag: ref('delete', { type: 'tag', name: 'v1.0.0' }),
  pull_request: request('opened'),
  pull_request_sync: request('synchronized'),
  pull_request_closed: request('closed', {
    state: 'closed',
    merged: true,
    merge_commit_sha: after,
  }),
  pull_request_approved: review('approved'),
  pull_request_rejected: review('rejected'),
  pull_request_comment: review('comment'),
  pull_request_review_request: {
    event: 'pull_request',
    type: 'pull_request_review_request',
    payload: { action: 'review_requested', number: 1, pull_request: pull, repository, sender: ann },
    means: 'requests',
  },
  issues: {
    event: 'issues',
    payload: { action: 'opened', number: 2, issue: { id: 3, number: 2 }, repository, sender: ann },
    means: 'nothing',
  },
  issue_comment: {
    event: 'issue_comment',
    payload: {
      action: 'created',
      issue: { id: 3, number: 1, pull_request: { merged: false } },
      comment: { id: 9, body: 'Looks right.', user: ann },
      repository,
      sender: ann,
      is_pull: true,
    },
    means: 'nothing',
  },
  release: {
    event: 'release',
    payload: { action: 'published', release: { tag_name: 'v1.0.0' }, repository, sender: ann },
    means: 'nothing',
  },
  repository: {
    event: 'repository',
    payload: { action: 'created', repository, organization: ann, sender: ann },
    means: 'nothing',
  },
  fork: {
    event: 'fork',
    payload: { forkee: repository, repository, sender: ann },
    means: 'nothing',
  },
  action_run_failure: {
    event: 'action_run_failure',
    payload: { action: 'failure', run: { id: 7, commit_sha: after }, sender: ann },
    means: 'nothing',
  },
  something_new: { event: 'something_new', payload: { repository, sender: ann }, means: 'nothing' },
} satisfies Record<string, Example>;
