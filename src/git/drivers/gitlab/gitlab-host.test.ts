import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import {
  gitlabProject,
  gitlabServer,
  gitlabToken,
  type GitlabServer,
} from '../../../../test/support/gitlab-server.ts';
import { hostContract } from '../../host.contract.ts';
import type { CodeHost, CommitStatus } from '../../host.ts';
import { gitlabHost } from './gitlab-host.ts';

function hostAt({ url }: GitlabServer, pauses: number[] = []): CodeHost {
  return gitlabHost({
    app: 'shop',
    url,
    repository: gitlabProject,
    token: gitlabToken,
    pause: async (ms) => void pauses.push(ms),
  });
}

hostContract('the GitLab driver', async () => {
  const server = await gitlabServer();
  const pauses: number[] = [];
  const { people, breakable, close } = server;
  return { host: hostAt(server, pauses), server: people, breakable, pauses, close };
});

describe('of GitLab alone', () => {
  let server: GitlabServer;
  let host: CodeHost;
  beforeEach(async () => {
    server = await gitlabServer();
    host = hostAt(server);
  });
  afterEach(() => server.close());

  const pending: CommitStatus = {
    context: 'signalbox/checks',
    state: 'pending',
    text: '1 of 12',
    url: null,
  };

  test('an unfinished status gets new words, as often as there are some', async () => {
    const commit = server.people.commit();
    for (const text of ['1 of 12', '2 of 12', '3 of 12', '4 of 12', '4 of 12']) {
      await host.status(commit, { ...pending, text });
      assert.deepEqual(server.people.statuses(commit), [{ ...pending, text }]);
    }
  });

  test('a commit that comes back to an environment is the newest there', async () => {
    const [one, two] = [server.people.commit(), server.people.commit()];
    const live = { environment: 'production', state: 'live', url: 'https://shop.test/' } as const;
    for (const commit of [one, two, one]) await host.deployment(commit, live);
    const states = server.people.deployments().map(({ commit, state }) => ({ commit, state }));
    assert.deepEqual(states, [
      { commit: one, state: 'live' },
      { commit: two, state: 'gone' },
    ]);
  });

  test('one that was overtaken on its way is the newest once it is live', async () => {
    const [one, two] = [server.people.commit(), server.people.commit()];
    const live = { environment: 'production', state: 'live', url: null } as const;
    await host.deployment(one, { ...live, state: 'running' });
    await host.deployment(two, live);
    await host.deployment(one, live);
    const before = server.people.writes();
    await host.deployment(one, live);
    assert.equal(server.people.writes(), before);
    const found = server.people.deployments().filter(({ state }) => state === 'live');
    assert.deepEqual(found, [{ ...live, commit: one }]);
  });

  test('a link that is too long for GitLab is left out', async () => {
    const commit = server.people.commit();
    await host.status(commit, { ...pending, url: `https://shop.test/${'x'.repeat(300)}` });
    assert.deepEqual(server.people.statuses(commit), [pending]);
  });

  test('an environment that was stopped starts again with its old commit', async () => {
    const commit = server.people.commit();
    const live = { environment: 'preview/cart', state: 'live', url: 'https://cart.test/' } as const;
    await host.deployment(commit, live);
    await host.deployment(commit, { ...live, state: 'gone', url: null });
    assert.equal(server.people.deployments()[0]?.state, 'gone');
    await host.deployment(commit, live);
    assert.deepEqual(server.people.deployments(), [{ ...live, commit }]);
  });

  test('what is gone stops no environment that another commit has', async () => {
    const [one, two] = [server.people.commit(), server.people.commit()];
    const live = { environment: 'staging', state: 'live', url: null } as const;
    await host.deployment(one, live);
    await host.deployment(two, live);
    await host.deployment(one, { ...live, state: 'gone' });
    assert.equal(server.people.deployments().find(({ commit }) => commit === two)?.state, 'live');
  });

  test('branches whose names GitLab does not take have environments of their own', async () => {
    const commit = server.people.commit();
    for (const environment of ['preview/a#1', 'preview/a@1', `preview/${'long'.repeat(60)}`]) {
      await host.deployment(commit, { environment, state: 'running', url: null });
    }
    const names = server.people.deployments().map(({ environment }) => environment);
    assert.equal(new Set(names).size, 3);
    assert.ok(names.every((name) => name.length <= 255));
  });

  test('a comment gives GitLab no orders', async () => {
    const { number } = server.people.request({ branch: 'cart' });
    await host.comment(number, 'first\n/merge\n  /close\nhttps://shop.test/');
    const [comment] = server.people.comments(number);
    assert.doesNotMatch(comment?.text ?? '', /^\s*\//m);
    assert.match(comment?.text ?? '', /https:\/\/shop\.test\//);
    const before = server.people.writes();
    await host.comment(number, 'first\n/merge\n  /close\nhttps://shop.test/');
    assert.equal(server.people.writes(), before);
  });

  test('a rebase that changes nothing takes no approval back', async () => {
    const { number } = server.people.request({ branch: 'cart' });
    server.people.review(number, { by: 'bob', says: 'approve' });
    server.books.rebase(number);
    server.books.rebase(number);
    const reviews = await host.reviews(server.people.merge(number));
    assert.deepEqual(reviews?.approvedBy, ['bob']);
  });

  test('where approvals do not say when, the notes do', async () => {
    server.options.isOld = true;
    const { number } = server.people.request({ branch: 'cart' });
    server.people.review(number, { by: 'bob', says: 'approve' });
    server.people.push(number);
    server.people.review(number, { by: 'cleo', says: 'approve' });
    server.people.say(number, { by: 'bob', text: 'approved this merge request' });
    const reviews = await host.reviews(server.people.merge(number));
    assert.deepEqual(reviews?.approvedBy, ['cleo']);
  });

  test('a request into another branch brought nothing to main', async () => {
    const { number } = server.books.request({ branch: 'cart', into: 'develop' });
    server.people.review(number, { by: 'bob', says: 'approve' });
    const commit = server.people.merge(number);
    assert.equal(await host.reviews(commit), null);
  });

  test('the whole path of a project is one part of the address', async () => {
    await host.openRequests();
    assert.ok(server.asked.every((one) => one.includes('/projects/acme%2Fweb%2Fshop/')));
  });
});
