// Calls as GitLab's documentation describes them, one for each kind; names and addresses are our own.
import type { HostNews } from '../../src/git/host.ts';

interface Example {
  header: string;
  payload: Record<string, unknown>;
  means: HostNews['kind'];
}

const zero = '0'.repeat(40);
const before = '95790bf891e76fee5e1747ab589903a6a1f80f22';
const after = 'da1560886d4f094c3e6c9ef40349f7d38b5d27d7';
const project = {
  id: 15,
  name: 'shop',
  path_with_namespace: 'acme/web/shop',
  web_url: 'http://code.test/acme/web/shop',
  git_http_url: 'http://code.test/acme/web/shop.git',
  default_branch: 'main',
};
const user = { id: 4, name: 'Ann Arbor', username: 'ann', email: '[REDACTED]' };
const commit = {
  id: after,
  message: 'Round carts up\n',
  title: 'Round carts up',
  timestamp: '2026-11-21T09:12:33+01:00',
  author: { name: 'Ann Arbor', email: 'ann@acme.test' },
  added: [],
  modified: ['cart.ts'],
  removed: [],
};
const push = {
  object_kind: 'push',
  event_name: 'push',
  before,
  after,
  ref: 'refs/heads/cart',
  ref_protected: false,
  checkout_sha: after,
  user_id: 4,
  user_username: 'ann',
  project_id: 15,
  project,
  commits: [commit],
  total_commits_count: 1,
  push_options: {},
};
const mergeRequest = {
  id: 99,
  iid: 1,
  source_branch: 'cart',
  target_branch: 'main',
  source_project_id: 15,
  target_project_id: 15,
  author_id: 4,
  title: 'Round carts up',
  state: 'opened',
  merge_status: 'unchecked',
  last_commit: commit,
  url: 'http://code.test/acme/web/shop/-/merge_requests/1',
};
const request = (action: string, more: object = {}): Example => ({
  header: 'Merge Request Hook',
  payload: {
    object_kind: 'merge_request',
    event_type: 'merge_request',
    user,
    project,
    labels: [],
    changes: {},
    object_attributes: { ...mergeRequest, action, ...more },
  },
  means: 'requests',
});
const note = (noteable: string, more: object): Example => ({
  header: 'Note Hook',
  payload: {
    object_kind: 'note',
    event_type: 'note',
    user,
    project_id: 15,
    project,
    object_attributes: { id: 1244, note: 'Looks right.', noteable_type: noteable, author_id: 4 },
    ...more,
  },
  means: 'nothing',
});

export const gitlabWebhooks = {
  push: { header: 'Push Hook', payload: push, means: 'branches' },
  push_new_branch: {
    header: 'Push Hook',
    payload: { ...push, before: zero },
    means: 'branches',
  },
  push_removed_branch: {
    header: 'Push Hook',
    payload: { ...push, after: zero, checkout_sha: null, commits: [], total_commits_count: 0 },
    means: 'branches',
  },
  system_push: {
    header: 'System Hook',
    payload: { event_name: 'push', before, after, ref: 'refs/heads/main', project_id: 15, project },
    means: 'branches',
  },
  repository_update: {
    header: 'System Hook',
    payload: {
      event_name: 'repository_update',
      project_id: 15,
      project,
      changes: [{ before, after, ref: 'refs/heads/main' }],
      refs: ['refs/heads/main'],
    },
    means: 'branches',
  },
  tag_push: {
    header: 'Tag Push Hook',
    payload: { ...push, object_kind: 'tag_push', event_name: 'tag_push', ref: 'refs/tags/v1.0.0' },
    means: 'nothing',
  },
  merge_request: request('open'),
  merge_request_update: request('update', { oldrev: before }),
  merge_request_approved: request('approved'),
  merge_request_unapproved: request('unapproved'),
  merge_request_merge: request('merge', { state: 'merged', merge_commit_sha: after }),
  merge_request_close: request('close', { state: 'closed' }),
  note_commit: note('Commit', { commit }),
  note_merge_request: note('MergeRequest', { merge_request: mergeRequest }),
  note_issue: note('Issue', { issue: { id: 92, iid: 17, title: 'Carts', state: 'opened' } }),
  pipeline: {
    header: 'Pipeline Hook',
    payload: {
      object_kind: 'pipeline',
      object_attributes: { id: 31, ref: 'cart', tag: false, sha: after, status: 'success' },
      merge_request: mergeRequest,
      user,
      project,
      commit,
      builds: [{ id: 380, stage: 'external', name: 'signalbox/checks', status: 'success' }],
    },
    means: 'nothing',
  },
  build: {
    header: 'Job Hook',
    payload: { object_kind: 'build', ref: 'cart', tag: false, sha: after, build_status: 'created' },
    means: 'nothing',
  },
  issue: {
    header: 'Issue Hook',
    payload: { object_kind: 'issue', user, project, object_attributes: { id: 301, iid: 23 } },
    means: 'nothing',
  },
  deployment: {
    header: 'Deployment Hook',
    payload: {
      object_kind: 'deployment',
      status: 'success',
      environment: 'staging',
      project,
      user,
    },
    means: 'nothing',
  },
  release: {
    header: 'Release Hook',
    payload: { object_kind: 'release', tag: 'v1.0.0', action: 'create', project, commit },
    means: 'nothing',
  },
  emoji: {
    header: 'Emoji Hook',
    payload: { object_kind: 'emoji', event_type: 'award', user, project },
    means: 'nothing',
  },
  something_new: {
    header: 'Something New Hook',
    payload: { object_kind: 'something_new', project },
    means: 'nothing',
  },
} satisfies Record<string, Example>;
