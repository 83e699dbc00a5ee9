import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page, Route } from '../route.ts';
import { type ContractOptions, type GatewayUnderTest, routeTo } from './gateway-under-test.ts';

const page: Page = {
  status: 503,
  title: 'Asleep',
  text: 'It wakes when <pushed>.',
  html: null,
};

const answering = (target: Route['target']): Route => ({ ...routeTo('shop.test'), target });

export function pageFacts(now: () => GatewayUnderTest, { network = true }: ContractOptions): void {
  test('a page and a text are answered by the gateway itself', async () => {
    const it = now();
    await it.gateway.apply([{ set: answering({ kind: 'page', page }) }]);
    assert.equal((await it.visit('shop.test')).status, 503);
    const challenge = { kind: 'text', text: 'token.thumbprint' } as const;
    await it.gateway.apply([{ set: { ...answering(challenge), path: '/.well-known/a' } }]);
    const { status, text } = await it.visit('shop.test', { path: '/.well-known/a' });
    assert.deepEqual([status, text], [200, 'token.thumbprint']);
    assert.equal((await it.visit('shop.test', { path: '/' })).status, 503);
  });

  if (!network) return;

  test('a page comes as HTML, JSON or plain text, as is asked for', async () => {
    const it = now();
    await it.gateway.apply([{ set: answering({ kind: 'page', page }) }]);
    const asking = async (accept: string) => {
      const { status, text, contentType } = await it.visit('shop.test', { headers: { accept } });
      assert.equal(status, 503);
      return { text, type: contentType.split(';')[0] };
    };
    const html = await asking('text/html,application/xhtml+xml,*/*;q=0.8');
    assert.equal(html.type, 'text/html');
    assert.match(html.text, /Asleep/);
    assert.doesNotMatch(html.text, /<pushed>/);
    const json = await asking('application/json');
    assert.match(json.type ?? '', /^application\/(?:problem\+)?json$/);
    assert.match(JSON.stringify(JSON.parse(json.text)), /Asleep/);
    const plain = await asking('text/plain');
    assert.equal(plain.type, 'text/plain');
    assert.match(plain.text, /It wakes when <pushed>\./);
  });

  test("an app's own page is for browsers, others get the usual one", async () => {
    const it = now();
    const own = { ...page, html: '<!doctype html><p>Ours</p>' };
    await it.gateway.apply([{ set: answering({ kind: 'page', page: own }) }]);
    const html = await it.visit('shop.test', { headers: { accept: 'text/html' } });
    assert.deepEqual([html.status, html.text], [503, own.html]);
    const json = await it.visit('shop.test', { headers: { accept: 'application/json' } });
    assert.doesNotMatch(json.text, /Ours/);
  });
}
