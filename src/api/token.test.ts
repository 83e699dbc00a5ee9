import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { newToken } from './token.ts';
import { verifyWebhook } from './webhook-signature.ts';

test('a token is sbx_ and 32 digits of base 62, and no two are the same', () => {
  const tokens = Array.from({ length: 1000 }, newToken);
  for (const token of tokens) assert.match(token, /^sbx_[0-9A-Za-z]{32}$/);
  assert.equal(new Set(tokens).size, 1000);
});

test('a webhook call counts when either header signs exactly this body with the secret', () => {
  const body = Buffer.from('{"ref":"main"}');
  const signature = `sha256=${createHmac('sha256', 's3cret').update(body).digest('hex')}`;
  for (const name of ['x-signalbox-signature', 'x-hub-signature-256']) {
    verifyWebhook(body, { headers: { [name]: signature }, secret: 's3cret' });
    const refused = [
      { headers: { [name]: signature }, secret: 'other' },
      { headers: { [name]: signature.slice(0, -1) }, secret: 's3cret' },
      { headers: {}, secret: 's3cret' },
    ];
    for (const given of refused) assert.throws(() => verifyWebhook(body, given), /not signed/);
  }
});
