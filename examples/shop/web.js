import { createServer } from 'node:http';
import { addToCart, cartOfItems, readCart, writeCart } from './cart.js';
import { openPool } from './db/pool.js';
import { findOrder, placeOrder, shopWindow } from './orders.js';
import { page } from './page.js';

const { PORT = '3000', HOST = '127.0.0.1' } = process.env;
const longestBody = 16_384;
const pool = openPool();

const routes = {
  'GET /': async (request) => htmlReply(page(await shopWindow(pool), cartOf(request))),
  'GET /healthz': healthz,
  'GET /api/products': async () => json(200, (await shopWindow(pool)).products),
  'POST /api/orders': orderByApi,
  'GET /api/orders/:id': orderById,
  'POST /cart': intoTheCart,
  'POST /orders': orderTheCart,
};

const server = createServer(async (request, response) => {
  const { status, headers, body } = await answer(request);
  // A connection that stayed open after the server closed would keep the program from ending.
  response.writeHead(status, { ...headers, ...(server.listening ? {} : { connection: 'close' }) }).end(body);
});
// Longer than whatever stands in front keeps idle connections, so it never writes into one that just closed.
server.keepAliveTimeout = 75_000;
server.listen(Number(PORT), HOST, () => console.log(`the shop is open on ${HOST}:${PORT}`));

// What is being answered is answered; nothing new is taken.
process.once('SIGTERM', () => {
  console.log('closing');
  server.close(() => void pool.end());
});

async function answer(request) {
  try {
    const path = pathOf(request).replace(/^\/api\/orders\/\d{1,18}$/, '/api/orders/:id');
    const route = Object.hasOwn(routes, `${request.method} ${path}`) ? routes[`${request.method} ${path}`] : null;
    return route ? await route(request) : json(404, { error: 'there is nothing here' });
  } catch (error) {
    if (error.status) return json(error.status, { error: error.message });
    console.error(`${request.method} ${request.url}: ${error.message}`);
    return json(500, { error: 'something went wrong' });
  }
}

async function healthz() {
  try {
    await pool.query('select 1 from products limit 1');
    return json(200, { database: 'answers' });
  } catch (error) {
    return json(503, { database: error.message });
  }
}

async function orderByApi(request) {
  const cart = cartOfItems(parsed(await bodyOf(request))?.items);
  if (!cart) return json(422, { error: 'send { "items": [{ "product": 1, "quantity": 2 }] }' });
  const order = await placeOrder(pool, cart);
  return order ? json(201, order) : json(422, { error: 'there is no such product' });
}

async function orderById(request) {
  const order = await findOrder(pool, pathOf(request).split('/').at(-1));
  return order ? json(200, order) : json(404, { error: 'there is no such order' });
}

async function intoTheCart(request) {
  const product = new URLSearchParams(await bodyOf(request)).get('product') ?? '';
  const cart = cartOf(request);
  return backHome(/^\d{1,12}$/.test(product) ? addToCart(cart, product, 1) : cart);
}

async function orderTheCart(request) {
  await bodyOf(request);
  const cart = cartOf(request);
  if (cart.size > 0) await placeOrder(pool, cart);
  return backHome(new Map());
}

function pathOf(request) {
  return request.url.split('?')[0];
}

function cartOf(request) {
  return readCart(/(?:^|;\s*)cart=([^;]*)/.exec(request.headers.cookie ?? '')?.[1]);
}

function backHome(cart) {
  const cookie = `cart=${writeCart(cart)}; Path=/; HttpOnly; SameSite=Lax`;
  return { status: 303, headers: { location: '/', 'set-cookie': cookie }, body: '' };
}

async function bodyOf(request) {
  const pieces = [];
  let length = 0;
  for await (const piece of request) {
    length += piece.length;
    if (length > longestBody) throw Object.assign(new Error('that is too much'), { status: 413 });
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function htmlReply(body) {
  return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

function json(status, value) {
  return { status, headers: { 'content-type': 'application/json' }, body: `${JSON.stringify(value)}\n` };
}
