import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import {
  forgejoRepository,
  forgejoServer,
  forgejoToken,
  type ForgejoServer,
} from '../../../../test/support/forgejo-server.ts';
import { hostContract } from '../../host.contract.ts';
import type { CodeHost } from '../../host.ts';
import { forgejoHost } from './forgejo-host.ts';

function hostAt({ url }: ForgejoServer, pauses: number[] = []): CodeHost {
  return forgejoHost({
    app: 'shop',
    url,
    repository: forgejoRepository,
    token: forgejoToken,
    pause: async (ms) => void pauses.push(ms),
  });
}

hostContract('the Forgejo driver', async () => {
  const server = await forgejoServer();
  const pauses: number[] = [];
  const { people, breakable, close } = server;
  return { host: hostAt(server, pauses), server: people, breakable, pauses, close };
});

describe('of Forgejo alone', () => {
  let server: ForgejoServer;
  let host: CodeHost;
  beforeEach(async () => {
    server = await forgejoServer();
    host = hostAt(server);
  });
  afterEach(() => server.close());

  test('a deployment is a status that says where it serves', async () => {
    const commit = server.people.commit();
    const url = 'https://shop.test/';
    await host.deployment(commit, { environment: 'staging', state: 'live', url });
    const [status] = server.people.statuses(commit);
    assert.deepEqual(status, {
      context: 'signalbox/staging',
      state: 'success',
      text: 'It serves.',
      url,
    });
  });

  test('a stranger who approves counts for nothing', async () => {
    server.strangers.add('mallory');
    const { number } = server.people.request({ branch: 'cart' });
    server.people.review(number, { by: 'mallory', says: 'approve' });
    server.people.review(number, { by: 'bob', says: 'approve' });
    const reviews = await host.reviews(server.people.merge(number));
    assert.deepEqual(reviews?.approvedBy, ['bob']);
  });

  test('who wanted changes still does after a push that nobody reviewed', async () => {
    const { number } = server.people.request({ branch: 'cart' });
    server.people.review(number, { by: 'bob', says: 'against' });
    server.people.push(number);
    const reviews = await host.reviews(server.people.merge(number));
    assert.deepEqual(reviews, { request: number, approvedBy: [], against: ['bob'] });
  });

  test('a request into another branch brought nothing to main', async () => {
    const { number } = server.books.request({ branch: 'cart', into: 'develop' });
    server.people.review(number, { by: 'bob', says: 'approve' });
    assert.equal(await host.reviews(server.people.merge(number)), null);
  });

  test('no name leads to another part of the API', () => {
    for (const repository of [
      'shop',
      'acme/shop/x',
      '../admin',
      'acme/..',
      'a b/c',
      'acme/x?y',
      '',
    ]) {
      const make = () => forgejoHost({ app: 'shop', url: server.url, repository, token: 'x' });
      assert.throws(make, { code: 'host/unknown-repository' }, repository);
    }
  });
});
