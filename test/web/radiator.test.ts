import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import type { Output } from '../../src/api/contract/all.ts';
import {
  axe,
  dashboardBrowser,
  narrow,
  noBrowser,
  signIn,
  type Look,
  type TestBrowser,
} from '../support/browser.ts';
import { addApp, helloFiles, sampleApp, type SampleApp } from '../support/sample-app.ts';
import {
  freePort,
  testSignalbox,
  type Controller,
  type TestSignalbox,
} from '../support/signalbox.ts';

const wall = { width: 1920, height: 1080 };
const oldWall = { width: 1024, height: 768 };

describe('the radiator', { skip: noBrowser }, () => {
  let browser: TestBrowser;
  let signalbox: TestSignalbox;
  let controller: Controller;
  let app: SampleApp;
  let viewer: string;
  let listen: string;

  before(async () => {
    [browser, signalbox] = await Promise.all([dashboardBrowser(), testSignalbox()]);
    listen = `127.0.0.1:${await freePort()}`;
    controller = await signalbox.start({ listen });
    app = await sampleApp('shop', helloFiles('shop'));
    await addApp(controller, app);
    await app.commit('main', 'A <b>first</b> release');
    match((await app.push('signalbox', 'main')).output, /Live: http/);
    viewer = (await createToken('viewer')).token;
  });

  after(async () => {
    await browser?.end();
    await app?.end();
    await signalbox?.end();
  });

  const createToken = (role: string) =>
    controller.call<{ id: string; token: string }>('POST', '/api/v1/tokens', { name: role, role });
  const open = async (t: TestContext, hash: string, look: Look = wall): Promise<Page> => {
    const page = await browser.page(t, look);
    await page.goto(`${controller.url}/radiator${hash}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    return page;
  };
  const tile = (page: Page, name: string) => page.locator('section', { hasText: name });
  const lane = (what: string): Promise<unknown> =>
    controller.call('POST', `/api/v1/environments/shop%2Fproduction/lane/${what}`, {
      reason: 'stock is counted',
    });

  test('a token of a viewer shows every app and its state, as it changes; the token stays here', async (t) => {
    const page = await browser.page(t, wall);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(`${controller.url}/radiator#token=${viewer}`);
    await page.getByText('live', { exact: true }).waitFor();
    await page.getByText('A <b>first</b> release').waitFor();
    await page.getByText(/^updated \d+ s ago$/).waitFor();
    await lane('lock');
    await page.getByText('locked', { exact: true }).waitFor();
    await page.getByText(/^by .*: stock is counted$/).waitFor();
    await lane('lift');
    await page.getByText('live', { exact: true }).waitFor();
    ok(asked.some((url) => url.endsWith('/api/v1/events')));
    deepEqual(
      asked.filter((url) => url.includes(viewer)),
      [],
    );
    deepEqual(await page.context().cookies(), []);
  });

  test('a token that may more is refused, and nothing is asked with it', async (t) => {
    const page = await browser.page(t, wall);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(`${controller.url}/radiator#token=${controller.token}`);
    await page.getByText('This token has the role admin, so nothing is shown with it.').waitFor();
    await page.getByText('signalbox token create hall-tv --role viewer').waitFor();
    equal(await page.locator('section').count(), 0);
    deepEqual(
      asked.filter((path) => path.startsWith('/api')),
      ['/api/v1/session'],
    );
    deepEqual(await axe(page), []);
  });

  test('a token that opens nothing is refused, also when it is revoked later', async (t) => {
    const page = await open(t, '#token=sbx_wrong');
    await page.getByText('The token in the address opens nothing.').waitFor();
    const { id, token } = await createToken('viewer');
    const later = await browser.page(t, { ...wall, mayComplain: /401/ });
    await later.clock.install();
    await later.goto(`${controller.url}/radiator#token=${token}`);
    await later.getByText('live', { exact: true }).waitFor();
    await controller.call('DELETE', `/api/v1/tokens/${id}`);
    await later.clock.fastForward(31_000);
    await later.getByText('The token in the address opens nothing.').waitFor();
  });

  test('who is signed in sees it, and how a wall sees it; nobody else does', async (t) => {
    const page = await open(t, '');
    await page.getByText('Nobody is signed in here').waitFor();
    await signIn(page, controller.url, controller.token);
    await page.reload();
    await page.getByText('live', { exact: true }).waitFor();
    await page.getByText('Show this on a wall').click();
    await page.getByText(`Open ${controller.url}/radiator#token=TOKEN with it`).waitFor();
    ok(!(await page.content()).includes(controller.token));
  });

  for (const [size, look] of [
    ['wide', wall],
    ['4:3', oldWall],
  ] as const)
    test(`twelve apps are read from afar without scrolling on a ${size} screen`, async (t) => {
      const page = await browser.page(t, look);
      await crowd(page, viewer);
      const names = Array.from({ length: 14 }, (_, nth) => `&app=app-${nth + 1}`).join('');
      await page.goto(`${controller.url}/radiator#token=${viewer}${names}`);
      await page.locator('.radiator-word').nth(11).waitFor();
      await page.getByText('2 more do not fit').waitFor();
      equal(await page.locator('section').count(), 12);
      equal(await tile(page, 'app-2').locator('.radiator-word').textContent(), ' down');
      deepEqual(await page.evaluate<string[]>(unreadable), []);
      deepEqual(await axe(page), []);
    });

  test('it is dark unless somebody chose otherwise', async (t) => {
    const page = await open(t, `#token=${viewer}`);
    const scheme = (): Promise<string> =>
      page.evaluate('getComputedStyle(document.documentElement).colorScheme');
    equal(await scheme(), 'dark');
    await page.evaluate("localStorage.setItem('signalbox-theme', 'light')");
    await page.reload();
    await page.getByText('live', { exact: true }).waitFor();
    equal(await scheme(), 'light');
    deepEqual(await axe(page), []);
    deepEqual(await narrow(page), []);
  });

  test('at night it takes a newer dashboard, and only a newer one', async (t) => {
    const page = await browser.page(t, wall);
    await page.clock.install({ time: new Date('2026-11-24T03:30:00Z') });
    await page.goto(`${controller.url}/radiator#token=${viewer}`);
    await page.getByText('live', { exact: true }).waitFor();
    await page.evaluate("document.body.dataset.page = 'first'");
    const isFirst = (): Promise<boolean> => page.evaluate("document.body.dataset.page === 'first'");
    // The second night would find a page that the first one had loaded anew.
    for (const hours of ['01:00:00', '24:00:00']) {
      const looked = page.waitForResponse(/\/radiator$/);
      await page.clock.fastForward(hours);
      await (await looked).finished();
      await page.getByText(/^updated \d+ s ago$/).waitFor();
      ok(await isFirst());
    }

    const reply = await page.request.get(`${controller.url}/radiator`);
    const newer = `${await reply.text()}<!-- newer -->`;
    await page.route(/\/radiator$/, (route) => route.fulfill({ response: reply, body: newer }));
    const loaded = page.waitForEvent('load');
    await page.clock.fastForward('24:00:00');
    await loaded;
    await page.getByText('live', { exact: true }).waitFor();
    ok(!(await isFirst()));
  });

  test('when the controller is gone it says loudly how old it is, and goes on when it is back', async (t) => {
    const page = await browser.page(t, { ...wall, mayComplain: /ERR_|Failed to load/ });
    await page.clock.install();
    await page.goto(`${controller.url}/radiator#token=${viewer}`);
    await page.getByText('live', { exact: true }).waitFor();
    equal(await page.locator('header.loud').count(), 0);
    await controller.kill();
    await page.clock.fastForward(70_000);
    await page
      .locator('header.loud', { hasText: /This is old. updated 1 min \d+ s ago/ })
      .waitFor();
    await page.getByText('live', { exact: true }).waitFor();
    deepEqual(await axe(page), []);
    controller = await signalbox.start({ listen });
    await page.clock.fastForward(10_000);
    await page.getByText(/^updated \d+ s ago$/).waitFor();
    await page.locator('header.loud').waitFor({ state: 'detached' });
    await lane('lock');
    await page.getByText('locked', { exact: true }).waitFor();
  });
});

/** Every app looks like shop with much to say; the second one is down. */
async function crowd(page: Page, token: string): Promise<void> {
  await page.route(/\/apps\/app-\d+\/overview$/, async (route) => {
    const url = new URL(route.request().url());
    const name = url.pathname.split('/')[4] ?? '';
    const reply = await fetch(`${url.origin}/api/v1/apps/shop/overview`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const shop = (await reply.json()) as Output<'getOverview'>;
    const at = new Date();
    const health = {
      ...shop.production!.health,
      word: 'trouble',
      text: 'No instance of web is ready.',
    };
    await route.fulfill({
      json: {
        ...shop,
        app: name,
        production: { ...shop.production, ...(name === 'app-2' ? { health } : {}) },
        stages: ['staging', 'soak'].map((stage) => ({
          ...shop.production,
          environment: stage,
          name: stage,
        })),
        freeze: { until: at, reason: 'Feast', by: 'Ada' },
        train: {
          number: 7,
          state: 'asking',
          reason: null,
          commit: 'c',
          changes: 2,
          missing: ['Ada Lovelace', 'Barbara Liskov'],
          departedAt: at,
          answersUntil: at,
          endedAt: null,
        },
      },
    });
  });
}

/** Text smaller than 2.5vmin, half a line, or a page that scrolls. Text of the page, which has no types here. */
const unreadable = `(() => {
  const found = [];
  const least = Math.min(innerWidth, innerHeight) * 0.025;
  for (const one of document.querySelectorAll('main *')) {
    const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const size = parseFloat(getComputedStyle(one).fontSize);
    if (own && size < least - 0.01) found.push(one.textContent + ' ' + size);
  }
  for (const tile of document.querySelectorAll('section')) {
    const box = tile.getBoundingClientRect();
    for (const line of tile.querySelectorAll('h2, p')) {
      const { top, bottom, left, right } = line.getBoundingClientRect();
      const isSeen = left < box.right && bottom > top;
      if (isSeen && (bottom > box.bottom + 1 || top < box.top - 1 || right > box.right + 1))
        found.push('cut: ' + line.textContent);
    }
  }
  const { scrollHeight, clientHeight, scrollWidth, clientWidth } = document.documentElement;
  if (scrollHeight > clientHeight || scrollWidth > clientWidth) found.push('scrolls');
  return found;
})()`;
