// Asks the instance behind SIGNALBOX_URL what a visitor would: is it well, is there a page, are there things to buy?
// It orders nothing: this runs in production too.
import assert from 'node:assert/strict';

const url = process.env.SIGNALBOX_URL;
assert.ok(url, 'SIGNALBOX_URL is not set: it says where the shop to be tried is.');

const health = await ask('/healthz');
assert.equal(health.status, 200, `/healthz answered ${health.status}: ${health.text}`);

const home = await ask('/');
assert.equal(home.status, 200, `/ answered ${home.status}`);
assert.match(home.text, /\d+ products/);

const products = JSON.parse((await ask('/api/products')).text);
assert.ok(products.length > 0, 'there is nothing to buy');

const order = await ask('/api/orders', { method: 'POST', body: '{"items":[]}' });
assert.equal(order.status, 422, 'an empty order was not refused');
console.log(`the shop answers: ${products.length} products`);

async function ask(path, options) {
  const reply = await fetch(new URL(path, url), { ...options, signal: AbortSignal.timeout(10_000) });
  return { status: reply.status, text: await reply.text() };
}
