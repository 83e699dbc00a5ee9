import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { gitlabWebhooks } from '../../../../test/support/gitlab-webhooks.ts';
import type { WebhookCall } from '../../host.ts';
import { readNews } from './read-news.ts';

const secret = Buffer.from('0123456789abcdef'.repeat(4));

function call(payload: unknown, header = 'Push Hook'): WebhookCall {
  return {
    headers: { 'x-gitlab-event': header, 'x-gitlab-token': secret.toString() },
    body: Buffer.from(JSON.stringify(payload)),
    secret,
  };
}

describe('a call with the right token', () => {
  for (const [name, { header, payload, means }] of Object.entries(gitlabWebhooks)) {
    test(`of ${name} says ${means}, however often it comes`, () => {
      const example = call(payload, header);
      const first = readNews(example);
      assert.equal(first.kind, means);
      assert.deepEqual(readNews(example), first);
    });
  }

  test('is refused where it makes no sense', () => {
    for (const payload of [[], null, 'push', {}, { object_kind: '' }, { object_kind: 'push' }]) {
      assert.throws(() => readNews(call(payload)), { code: 'host/unreadable-webhook' });
    }
    const cut = call(gitlabWebhooks.push.payload);
    const body = cut.body.subarray(0, -10);
    assert.throws(() => readNews({ ...cut, body }), { code: 'host/unreadable-webhook' });
    const huge = Buffer.alloc(26 * 1024 * 1024, ' ');
    assert.throws(() => readNews({ ...cut, body: huge }), { code: 'host/unreadable-webhook' });
  });

  test('of a kind with a wild name is nothing, in a few plain words', () => {
    const news = readNews(call({ object_kind: `\u001b[2J${'x'.repeat(5000)}` }));
    assert.ok(news.kind === 'nothing' && news.what.length <= 60);
    // oxlint-disable-next-line no-control-regex
    assert.doesNotMatch(news.what, /[\u0000-\u001f]/);
  });
});

test('a call with another token, two, a longer one or none is refused', () => {
  const right = call(gitlabWebhooks.push.payload);
  const word = secret.toString();
  const wrong = [undefined, '', word.slice(1), `${word}x`, word.toUpperCase(), [word, word]];
  for (const token of wrong) {
    const headers = { ...right.headers, 'x-gitlab-token': token };
    assert.throws(
      () => readNews({ ...right, headers }),
      { code: 'api/wrong-signature' },
      String(token),
    );
  }
});

describe('with a secret that signs', () => {
  const key = randomBytes(32);
  const signing = Buffer.from(`whsec_${key.toString('base64')}`);
  const signed = ({ as = key, token = true } = {}): WebhookCall => {
    const body = Buffer.from(JSON.stringify(gitlabWebhooks.merge_request.payload));
    const [id, at] = ['f0a1', '1795255200'];
    const signature = createHmac('sha256', as).update(`${id}.${at}.`).update(body).digest('base64');
    const headers = {
      'x-gitlab-event': 'Merge Request Hook',
      'webhook-id': id,
      'webhook-timestamp': at,
      'webhook-signature': `v1,${signature}`,
      ...(token && { 'x-gitlab-token': signing.toString() }),
    };
    return { headers, body, secret: signing };
  };

  test('the signature is enough', () => {
    assert.deepEqual(readNews(signed({ token: false })), { kind: 'requests' });
  });

  test('one of several signatures may be the right one', () => {
    const one = signed();
    const both = `v1,AAAA v1a,BBBB ${String(one.headers['webhook-signature'])}`;
    const headers = { ...one.headers, 'webhook-signature': both };
    assert.deepEqual(readNews({ ...one, headers }), { kind: 'requests' });
  });

  test('a wrong signature, another body, time or id is refused in spite of the token', () => {
    const refused = { code: 'api/wrong-signature' };
    assert.throws(() => readNews(signed({ as: randomBytes(32) })), refused);
    const right = signed();
    const body = Buffer.from(right.body.toString().replace('cart', 'card'));
    assert.throws(() => readNews({ ...right, body }), refused);
    for (const name of ['webhook-id', 'webhook-timestamp']) {
      for (const value of ['1', undefined]) {
        const headers = { ...right.headers, [name]: value };
        assert.throws(() => readNews({ ...right, headers }), refused, `${name} ${value}`);
      }
    }
  });

  test('the token alone is enough for a GitLab that does not sign', () => {
    const { body, secret: own } = signed();
    const headers = { 'x-gitlab-token': signing.toString() };
    assert.deepEqual(readNews({ headers, body, secret: own }), { kind: 'requests' });
  });
});
