import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import {
  axe,
  dashboardBrowser,
  narrow,
  noBrowser,
  signIn,
  type TestBrowser,
} from '../support/browser.ts';
import { addApp, helloFiles, sampleApp, type SampleApp } from '../support/sample-app.ts';
import {
  freePort,
  testSignalbox,
  type Controller,
  type TestSignalbox,
} from '../support/signalbox.ts';

/** What a browser prints of a controller that is not there. */
const unreachable =
  /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/;

describe('the frame of the dashboard', { skip: noBrowser }, () => {
  let browser: TestBrowser;
  let signalbox: TestSignalbox;
  let controller: Controller;
  let app: SampleApp;
  let listen: string;

  before(async () => {
    [browser, signalbox] = await Promise.all([dashboardBrowser(), testSignalbox()]);
    listen = `127.0.0.1:${await freePort()}`;
    controller = await signalbox.start({ listen });
  });

  after(async () => {
    await browser?.end();
    await app?.end();
    await signalbox?.end();
  });

  const live = (page: Page) => page.locator('.masthead .live', { hasText: 'live' });
  const token = async (role: string): Promise<string> =>
    (
      await controller.call<{ token: string }>('POST', '/api/v1/tokens', {
        name: `${role} of a test`,
        role,
      })
    ).token;

  test('whoever has no app yet is told how to add one, and sees it once it is there', async (t) => {
    const page = await browser.page(t);
    await signIn(page, controller.url, controller.token);
    await page.goto(controller.url);
    await page.getByText('signalbox app add NAME').waitFor();
    deepEqual(await axe(page), []);
    app = await sampleApp('shop', helloFiles('shop'));
    await addApp(controller, app);
    await page.waitForURL('**/apps/shop');
    await page.getByText('Nothing is in production yet.').waitFor();
    await app.commit('main', 'It says hello');
    match((await app.push('signalbox', 'main')).output, /Live: http/);
    await page.getByRole('link', { name: 'Open production' }).waitFor();
  });

  test('signing in asks for a token, says when it is wrong, and then shows what was wished', async (t) => {
    const page = await browser.page(t, { mayComplain: /401/ });
    await page.goto(`${controller.url}/apps/shop/timeline`);
    const field = page.getByLabel('Your token');
    await field.waitFor();
    deepEqual(await axe(page), []);
    await field.fill('sbx_wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This token opens nothing.').waitFor();
    await field.fill(controller.token);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Timeline' }).waitFor();
    await live(page).waitFor();
    const [cookie] = await page.context().cookies();
    ok(cookie?.httpOnly);
    equal(cookie.sameSite, 'Strict');
    ok(!cookie.value.includes(controller.token));
    equal(
      await page
        .evaluate('document.cookie + JSON.stringify(localStorage)')
        .then((kept) => String(kept).includes('sbx_')),
      false,
    );
    await page.locator('summary').first().click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await field.waitFor();
    await page.reload();
    await field.waitFor();
  });

  test('who signs out in one tab is signed out in every other', async (t) => {
    const page = await browser.page(t, { mayComplain: /401/ });
    await signIn(page, controller.url, controller.token);
    await page.goto(`${controller.url}/apps/shop`);
    await live(page).waitFor();
    const other = await page.context().newPage();
    await other.goto(`${controller.url}/apps/shop/timeline`);
    await other.locator('summary').first().click();
    await other.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Your token').waitFor();
    await other.getByLabel('Your token').waitFor();
  });

  test('what a viewer may not do is not offered, and refused by the API anyway', async (t) => {
    const [asAdmin, asViewer] = [await browser.page(t), await browser.page(t)];
    await signIn(asAdmin, controller.url, controller.token);
    await asAdmin.goto(`${controller.url}/apps/shop`);
    await asAdmin.getByRole('button', { name: 'Roll back' }).waitFor();
    await signIn(asViewer, controller.url, await token('viewer'));
    await asViewer.goto(`${controller.url}/apps/shop`);
    await asViewer.getByRole('link', { name: 'Open production' }).waitFor();
    equal(await asViewer.locator('main button:not(.commit)').count(), 0);
    const session = await asViewer.request.get(`${controller.url}/api/v1/session`);
    const { proof } = ((await session.json()) as { session: { proof: string } }).session;
    const refused = await asViewer.request.post(
      `${controller.url}/api/v1/environments/shop%2Fproduction/rollback`,
      { data: { reason: 'why not' }, headers: { 'x-signalbox-proof': proof } },
    );
    equal(refused.status(), 403);
    equal(((await refused.json()) as { code: string }).code, 'api/forbidden');
  });

  test('a cut line is said, and after it nothing is missed', async (t) => {
    const page = await browser.page(t, { mayComplain: unreachable });
    const resumed: (string | undefined)[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/api/v1/events'))
        resumed.push(request.headers()['last-event-id']);
    });
    await signIn(page, controller.url, controller.token);
    await page.goto(`${controller.url}/apps/shop`);
    await live(page).waitFor();
    // Something has to have happened for there to be a place to go on from.
    await lock(controller, 'stock is counted');
    await page.getByText('stock is counted').first().waitFor();
    await controller.kill('SIGKILL');
    await page.getByText(/^stale /).waitFor();
    await page.getByRole('heading', { level: 1, name: 'shop' }).waitFor();
    controller = await signalbox.start({ listen });
    await live(page).waitFor();
    equal(resumed[0], undefined);
    match(resumed.at(-1) ?? '', /^\d+$/);
    await controller.call('POST', '/api/v1/environments/shop%2Fproduction/lane/lift', {
      reason: 'counted',
    });
    await page.getByText('stock is counted').first().waitFor({ state: 'detached' });
  });

  test('a few letters lead anywhere, by the keyboard alone', async (t) => {
    const page = await browser.page(t);
    await signIn(page, controller.url, controller.token);
    await page.goto(`${controller.url}/apps/shop`);
    await page.getByRole('link', { name: 'Open production' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Go to' }).waitFor();
    await page.getByRole('option', { name: 'shop/staging', exact: true }).waitFor();
    deepEqual(await axe(page), []);
    await page.keyboard.type('stagi');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/apps/shop/environments/staging');
    await page.keyboard.press('Control+k');
    await page.keyboard.press('Escape');
    await page.getByRole('combobox', { name: 'Go to' }).waitFor({ state: 'detached' });
  });

  for (const theme of ['light', 'dark'] as const)
    test(`the overview is for everybody, ${theme} and on a phone`, async (t) => {
      const page = await browser.page(t, { theme });
      await signIn(page, controller.url, controller.token);
      await page.goto(`${controller.url}/apps/shop`);
      await page.getByRole('link', { name: 'Open production' }).waitFor();
      deepEqual(await axe(page), []);
      deepEqual(await narrow(page), []);
      deepEqual(await axe(page), []);
    });
});

const lock = (controller: Controller, reason: string): Promise<unknown> =>
  controller.call('POST', '/api/v1/environments/shop%2Fproduction/lane/lock', { reason });
