import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { demoCall, type DemoCall } from './demo-call.ts';
import { demoPages, type DemoPages } from './demo-pages.ts';
import { demoShop, type DemoShop } from './demo-shop.ts';
import type { DemoSignalbox } from './demo-signalbox.ts';
import { demoVisitors, type DemoVisitors } from './demo-visitors.ts';

/** Everything the story is told with. */
export interface DemoStage {
  /** The controller's address, with the dashboard. */
  url: string;
  /** Opens the dashboard for `you`, an admin, who writes all commits. */
  token: string;
  /** For a screen on a wall: it may only look. */
  radiatorUrl: string;
  shop: DemoShop;
  pages: DemoPages;
  visitors: DemoVisitors;
  /** The API, as `you`. */
  call: DemoCall;
  /** When it is aborted, whatever the story waits for throws. */
  signal: AbortSignal;
}

const email = 'you@example.com';

/** The app `shop`, a person called `you`, and a repository of theirs; nobody visits yet. */
export async function demoStage(
  { server, data }: Pick<DemoSignalbox, 'server' | 'data'>,
  signal: AbortSignal = new AbortController().signal,
): Promise<DemoStage> {
  const { url, gatewayUrl } = server;
  const first = (await readFile(server.tokenFile, 'utf8')).trim();
  const asAdmin = demoCall({ url, token: first, signal });
  await addYou(asAdmin);
  const token = await makeToken(asAdmin, { name: 'the demo', role: 'admin', person: 'you' });
  const screen = await makeToken(asAdmin, { name: 'the screen in the hall', role: 'viewer' });
  const call = demoCall({ url, token, signal });
  const { apps } = await call<{ apps: { name: string }[] }>('GET', '/api/v1/apps');
  if (!apps.some(({ name }) => name === 'shop'))
    await call('POST', '/api/v1/apps', { name: 'shop' });
  const pages = demoPages(gatewayUrl);
  return {
    url,
    token,
    radiatorUrl: `${url}/radiator#token=${screen}`,
    shop: await demoShop(join(data, 'demo-shop'), { url, token, email, signal }),
    pages,
    visitors: demoVisitors(pages.urlOf('shop.localhost'), 'shop.localhost'),
    call,
    signal,
  };
}

async function addYou(asAdmin: DemoCall): Promise<void> {
  const { people } = await asAdmin<{ people: { name: string }[] }>('GET', '/api/v1/people');
  if (people.some(({ name }) => name === 'you')) return;
  await asAdmin('POST', '/api/v1/people', { name: 'you', role: 'admin', emails: [email] });
}

async function makeToken(asAdmin: DemoCall, wish: object): Promise<string> {
  return (await asAdmin<{ token: string }>('POST', '/api/v1/tokens', wish)).token;
}
