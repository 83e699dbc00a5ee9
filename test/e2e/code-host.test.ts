import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  forgejoRepository,
  forgejoServer,
  forgejoToken,
  type ForgejoServer,
} from '../support/forgejo-server.ts';
import { addApp, sampleApp, setRemote, type SampleApp } from '../support/sample-app.ts';
import {
  eventually,
  testSignalbox,
  visit,
  type Controller,
  type TestSignalbox,
} from '../support/signalbox.ts';

const yaml = (more: string): string => `app: shop
services:
  web: { run: node server.js, smoke: node smoke.js, stop: 2s }
checks:
  syntax: node --check server.js
environments:
  preview: { for: requests }
${more}`;

const files = {
  'signalbox.yaml': yaml(''),
  'server.js': `require('node:http').createServer((request, reply) => reply.end(process.env.SIGNALBOX_COMMIT)).listen(process.env.PORT);
process.on('SIGTERM', () => process.exit(0));`,
  'smoke.js': `require('node:http').get(process.env.SIGNALBOX_URL, (reply) => process.exit(reply.statusCode === 200 ? 0 : 1));`,
};

/** A real controller, a Forgejo that speaks its API, and people who open, approve and merge a request there. */
describe('a request from the day it is opened to production', () => {
  let signalbox: TestSignalbox;
  let controller: Controller;
  let forgejo: ForgejoServer;
  let app: SampleApp;
  let secret: Buffer;
  let number: number;
  let cart: string;

  before(async () => {
    forgejo = await forgejoServer();
    signalbox = await testSignalbox();
    controller = await signalbox.start();
    app = await sampleApp('shop', files);
    await addApp(controller, app);
    const added = await controller.call<{ webhook: { secret: string } }>(
      'PUT',
      '/api/v1/apps/shop/host',
      { kind: 'forgejo', repository: forgejoRepository, url: forgejo.url, token: forgejoToken },
    );
    secret = Buffer.from(added.webhook.secret);
  });
  after(async () => {
    await app?.end();
    await signalbox?.end();
    await forgejo?.close();
  });

  const call = async (event: 'push' | 'request', key = secret): Promise<number> => {
    const { body, headers } = forgejo.people.webhook({ event, secret: key });
    const reply = await fetch(`${controller.url}/api/v1/apps/shop/host-webhook`, {
      method: 'POST',
      headers: headers as Record<string, string>,
      body: new Uint8Array(body),
    });
    await reply.text();
    return reply.status;
  };

  const status = (commit: string, context: string): string => {
    const found = forgejo.people
      .statuses(commit)
      .find((one) => one.context === `signalbox/${context}`);
    return found ? `${found.state}: ${found.text}` : 'none';
  };

  /** The host has it too, as whoever works there has pushed it. */
  const commitOf = async (branch: string, message: string): Promise<string> => {
    const commit = await app.commit(branch, message);
    forgejo.books.commits.add(commit);
    return commit;
  };

  test('a push without a request is checked, and has no preview', async () => {
    await commitOf('main', 'first');
    assert.ok((await app.push('signalbox', 'main')).accepted);
    await app.write({ 'signalbox.yaml': yaml('pipeline: { review: 1 }\n') });
    cart = await commitOf('cart', 'a cart');
    const pushed = await app.push('signalbox', 'cart');
    assert.match(pushed.output, /no preview yet: it begins when a request is opened for cart/);
    await eventually(
      'its checks are shown',
      async () => status(cart, 'checks') === 'success: Passed: syntax',
    );
  });

  test('an opened request and a signed call make the preview, and the comment says where it is', async () => {
    number = forgejo.people.request({ branch: 'cart' }).number;
    const [version] = forgejo.books.find(number).versions;
    assert.ok(version);
    version.commit = cart;
    assert.equal(await call('request', Buffer.from('somebody')), 401);
    assert.equal(await call('request'), 200);
    assert.equal(await call('request'), 200);
    await eventually(
      'the preview is shown',
      async () => status(cart, 'preview') === 'success: Live',
    );
    await eventually('the comment is there', async () =>
      forgejo.people
        .comments(number)
        .some(({ text }) => /the preview is at http:\/\/cart--shop/.test(text)),
    );
    await eventually('it is good', async () => status(cart, 'good').startsWith('success: Good'));
    const seen = await visit(signalbox.gatewayPort, 'cart--shop.localhost');
    assert.equal(seen.body, cart);
    assert.equal(forgejo.people.comments(number).length, 1);
  });

  test('merged without an approval it waits, also when the controller is killed meanwhile', async () => {
    await app.git('checkout', '--quiet', 'main');
    await app.git('merge', '--quiet', '--no-ff', '-m', 'Merge cart', 'cart');
    const merged = (await app.git('rev-parse', 'HEAD')).trim();
    forgejo.books.commits.add(merged);
    Object.assign(forgejo.books.find(number), {
      state: 'merged',
      mergedAs: merged,
      mergedAt: forgejo.books.now(),
    });
    const pushed = await app.push('signalbox', 'main');
    assert.match(pushed.output, new RegExp(`waits for approvals: #${number} has 0 of 1 approvals`));
    await controller.kill();
    controller = await signalbox.start();
    await setRemote(controller, app);
    await eventually('that it waits is shown', async () =>
      status(merged, 'release').startsWith('pending: it waits'),
    );
    assert.notEqual((await visit(signalbox.gatewayPort, 'shop.localhost')).body, merged);
    forgejo.people.review(number, { by: 'bob', says: 'approve' });
    assert.equal(await call('request'), 200);
    await eventually(
      'it is in production',
      async () => (await visit(signalbox.gatewayPort, 'shop.localhost')).body === merged,
    );
    await eventually('that is shown', async () =>
      /^success: .* is released/.test(status(merged, 'release')),
    );
    await eventually('the preview is gone with its branch', async () =>
      forgejo.people
        .statuses(cart)
        .some(({ context, text }) => context === 'signalbox/preview' && /it is gone/.test(text)),
    );
  });
});
