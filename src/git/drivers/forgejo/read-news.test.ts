import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import { forgejoWebhooks } from '../../../../test/support/forgejo-webhooks.ts';
import type { WebhookCall } from '../../host.ts';
import { readNews } from './read-news.ts';

const secret = Buffer.from('0123456789abcdef'.repeat(4));
const hex = (body: Buffer, key = secret): string =>
  createHmac('sha256', key).update(body).digest('hex');

function call(payload: unknown, event = 'push'): WebhookCall {
  const body = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  const headers = { 'x-forgejo-event': event, 'x-forgejo-signature': hex(body) };
  return { headers, body, secret };
}

describe('a signed call', () => {
  for (const [name, { event, payload, means }] of Object.entries(forgejoWebhooks)) {
    test(`of ${name} says ${means}, however often it comes`, () => {
      const example = call(payload, event);
      const first = readNews(example);
      assert.equal(first.kind, means);
      assert.deepEqual(readNews(example), first);
    });
  }

  test('is one with any of the three headers', () => {
    const { body } = call(forgejoWebhooks.push.payload);
    for (const headers of [
      { 'x-gitea-event': 'push', 'x-gitea-signature': hex(body) },
      { 'x-github-event': 'push', 'x-hub-signature-256': `sha256=${hex(body)}` },
      { 'x-forgejo-event': 'push', 'x-forgejo-signature': hex(body).toUpperCase() },
    ]) {
      assert.deepEqual(readNews({ headers, body, secret }), { kind: 'branches' });
    }
  });

  test('is refused where it makes no sense', () => {
    const unreadable = { code: 'host/unreadable-webhook' };
    for (const payload of ['', '{', [], null, 7, {}, { ref: 7 }]) {
      assert.throws(() => readNews(call(payload)), unreadable);
    }
    assert.throws(() => readNews(call({ ref: 'cart' }, 'delete')), unreadable);
    const { body } = call(forgejoWebhooks.push.payload);
    const nameless = { headers: { 'x-forgejo-signature': hex(body) }, body, secret };
    assert.throws(() => readNews(nameless), unreadable);
    assert.throws(() => readNews(call(' '.repeat(26 * 1024 * 1024))), unreadable);
  });
});

test('a forged, cut, changed or unsigned call is refused', () => {
  const refused = { code: 'api/wrong-signature' };
  const right = call(forgejoWebhooks.push.payload);
  const name = 'x-forgejo-signature';
  const bad = [
    undefined,
    '',
    'abc',
    hex(right.body).slice(1),
    hex(right.body, Buffer.from('other')),
  ];
  for (const signature of [...bad, [hex(right.body), hex(right.body)]]) {
    const headers = { ...right.headers, [name]: signature };
    assert.throws(() => readNews({ ...right, headers }), refused, String(signature));
  }
  assert.throws(() => readNews({ ...right, body: right.body.subarray(1) }), refused);
  const changed = Buffer.from(right.body.toString().replace('refs/heads', 'refs/tags'));
  assert.throws(() => readNews({ ...right, body: changed }), refused);
  const sha1 = createHmac('sha1', secret).update(right.body).digest('hex');
  const old = { 'x-forgejo-event': 'push', 'x-hub-signature': `sha1=${sha1}` };
  assert.throws(() => readNews({ ...right, headers: old }), refused);
});
