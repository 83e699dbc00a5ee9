import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import {
  axe,
  dashboardBrowser,
  narrow,
  noBrowser,
  signIn,
  type TestBrowser,
} from '../support/browser.ts';
import { dataApp, eyes } from '../support/data-app.ts';
import type { SampleApp } from '../support/sample-app.ts';
import { eventually, testSignalbox, type Controller } from '../support/signalbox.ts';
import type { TestSignalbox } from '../support/signalbox.ts';

interface Listed {
  id: string;
  name: string;
  branch: string;
  host: string;
  state: string;
  leaseUntil: string | null;
}

const broken = 'broken/at-100%';

describe('the table of environments', { skip: noBrowser }, () => {
  let browser: TestBrowser;
  let signalbox: TestSignalbox;
  let controller: Controller;
  let app: SampleApp;

  before(async () => {
    [browser, signalbox] = await Promise.all([dashboardBrowser(), testSignalbox()]);
    controller = await signalbox.start();
    app = await dataApp(controller, 'shop');
    await app.commit('main', 'first');
    ok((await app.push('signalbox', 'main')).accepted);
    await app.commit('new-cool-page', 'a page');
    ok((await app.push('signalbox', 'new-cool-page')).accepted);
    await app.write({ 'server.js': 'process.exit(3)' });
    await app.commit(broken, 'broken');
    await app.push('signalbox', broken);
  });

  after(async () => {
    await browser?.end();
    await signalbox?.end();
    await app?.end();
  });

  const open = async (page: Page, search = '', token = controller.token): Promise<void> => {
    await signIn(page, controller.url, token);
    await page.goto(`${controller.url}/apps/shop/environments${search}`);
    await page.getByRole('heading', { level: 1, name: 'Environments' }).waitFor();
    await row(page, 'production').waitFor({ state: 'attached' });
  };
  const listed = async (): Promise<Listed[]> => {
    const path = '/api/v1/environments?app=shop';
    return (await controller.call<{ environments: Listed[] }>('GET', path)).environments;
  };
  const find = async (branch: string): Promise<Listed | undefined> =>
    (await listed()).find((one) => one.branch === branch);

  /** How often the API was asked to throw data away. */
  const resets = async (): Promise<number> => {
    const { entries } = await controller.call<{ entries: { action: string }[] }>(
      'GET',
      '/api/v1/audit?limit=100',
    );
    return entries.filter(({ action }) => action === 'resetData').length;
  };

  test('each row says its state with the reason, what it is made of, and how long it stays', async (t) => {
    const page = await browser.page(t);
    await open(page);
    equal(await page.locator('.environments tbody tr').count(), 4);
    const failed = row(page, broken);
    match(await failed.innerText(), /failed\s+web did not become healthy/);
    match(await failed.innerText(), /staging, \d{4}-\d\d-\d\d/);
    match(await failed.innerText(), /2 d/);
    match(await row(page, 'production').innerText(), /live[^]*empty[^]*stays/);
    const { host } = (await find('new-cool-page'))!;
    const link = row(page, 'new-cool-page').getByRole('link', { name: host });
    match((await link.getAttribute('href')) ?? '', new RegExp(`^http://${host}:\\d+/$`));
  });

  test('a filter and a state are in the address and stay when the page is loaded anew', async (t) => {
    const page = await browser.page(t);
    await open(page);
    await page.getByRole('searchbox').fill('COOL live');
    await row(page, 'production').waitFor({ state: 'hidden' });
    await page.getByText('1 of 4 environments').waitFor();
    await page.waitForURL('**/environments?q=COOL+live');
    await page.reload();
    await page.getByText('1 of 4 environments').waitFor();
    await page.getByRole('searchbox').fill('');
    await page.getByRole('button', { name: 'failed 1' }).click();
    await page.getByRole('button', { name: 'Environment', exact: true }).click();
    await page.waitForURL('**/environments?state=failed&sort=name');
    deepEqual(await visible(page), [broken]);
    await page.getByRole('button', { name: 'all 4' }).click();
    await page.getByText('4 environments', { exact: true }).waitFor();
    deepEqual(await visible(page), [broken, 'new-cool-page', 'production', 'staging']);
    await page.getByRole('searchbox').fill('nothing is like that');
    await page.getByText('Take a word out of the filter').waitFor();
  });

  test('it can be walked by keys alone', async (t) => {
    const page = await browser.page(t);
    await open(page, '?sort=name');
    await page.keyboard.press('/');
    await page.keyboard.type('o');
    await page.keyboard.press('Enter');
    equal(await focused(page), broken);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    equal(await focused(page), 'new-cool-page');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'new-cool-page' }).waitFor();
    await page.goBack();
    await row(page, 'production').waitFor();
    match(page.url(), /\/environments\?/);
  });

  test('a preview is kept for a reason, and let go', async (t) => {
    const page = await browser.page(t);
    await open(page);
    await menuOf(page, 'new-cool-page');
    await page.getByRole('button', { name: 'Keep', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('How long').selectOption('for 3 days');
    await dialog.getByLabel('Reason').fill('the board sees it on Friday');
    await dialog.getByRole('button', { name: 'Keep' }).click();
    await row(page, 'new-cool-page').getByText('kept 2 d').waitFor();
    const until = Date.parse((await find('new-cool-page'))?.leaseUntil ?? '');
    ok(Math.abs(until - Date.now() - 3 * 86_400_000) < 600_000);
    await menuOf(page, 'new-cool-page');
    await page.getByRole('button', { name: 'End the lease' }).click();
    await row(page, 'new-cool-page').getByText('kept').waitFor({ state: 'hidden' });
    equal((await find('new-cool-page'))?.leaseUntil, null);
  });

  test('data that is reset is gone from the app; while it can be taken back it is not', async (t) => {
    const page = await browser.page(t);
    await open(page);
    const { host } = (await find('new-cool-page'))!;
    const { see } = eyes(signalbox);
    deepEqual((await see(host, 'written by hand')).notes, ['written by hand']);
    const reset = page.getByRole('button', { name: 'Reset data' });
    await menuOf(page, 'new-cool-page');
    await reset.click();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.reload();
    await row(page, 'new-cool-page').waitFor();
    equal(await resets(), 0);
    await menuOf(page, 'new-cool-page');
    await reset.click();
    await page.getByText('The data of new-cool-page is thrown away in 8 seconds.').waitFor();
    deepEqual((await see(host)).notes, ['written by hand']);
    // Who leaves the page has not taken it back.
    await page.reload();
    await eventually('it was asked for', async () => (await resets()) === 1);
    await eventually('its data is new', async () => (await see(host)).notes.length === 0);
  });

  test('what is not a preview goes only when its name is typed', async (t) => {
    const page = await browser.page(t);
    await open(page);
    await menuOf(page, 'production');
    equal(await page.getByRole('button', { name: 'Reset data' }).count(), 0);
    await page.getByRole('button', { name: 'Destroy' }).click();
    const dialog = page.getByRole('dialog', { name: 'Destroy shop/production?' });
    await dialog.getByLabel('Type production').fill('produktion');
    await dialog.getByRole('button', { name: 'Destroy' }).click();
    equal(await dialog.locator('input:invalid').count(), 1);
    equal((await listed()).find(({ name }) => name === 'production')?.state, 'live');
    await dialog.getByLabel('Type production').fill('production');
    await dialog.getByRole('button', { name: 'Destroy' }).click();
    await row(page, 'production').waitFor({ state: 'detached' });
    ok(!(await listed()).some(({ name, state }) => name === 'production' && state === 'live'));
    await controller.call('POST', '/api/v1/environments/shop%2Fproduction/deploys', {});
    await row(page, 'production').getByText('live', { exact: true }).waitFor();
  });

  test('a preview goes by one click, and is made anew', async (t) => {
    const page = await browser.page(t, { mayComplain: /status of 404/ });
    await open(page);
    const { host } = (await find('new-cool-page'))!;
    await menuOf(page, 'new-cool-page');
    await page.getByRole('button', { name: 'Destroy' }).click();
    await page.getByText('new-cool-page goes with its data in 8 seconds.').waitFor();
    await page.reload();
    await row(page, 'staging').waitFor();
    await row(page, 'new-cool-page').waitFor({ state: 'detached' });
    await eventually('it is gone', async () => !(await find('new-cool-page')));
    await page.getByRole('button', { name: 'New preview' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Branch').fill('nobody-pushed-it');
    await dialog.getByRole('button', { name: 'New preview' }).click();
    await dialog.getByText('shop has no branch called nobody-pushed-it.').waitFor();
    await dialog.getByLabel('Branch').fill('new-cool-page');
    await dialog.getByRole('button', { name: 'New preview' }).click();
    await page.getByRole('heading', { level: 1, name: 'new-cool-page' }).waitFor();
    await page.locator('.screen-head').getByText('live', { exact: true }).waitFor();
    deepEqual((await eyes(signalbox).see(host)).migrations, ['1-notes']);
  });

  test('a viewer is offered nothing but to look', async (t) => {
    const page = await browser.page(t);
    const { token } = await controller.call<{ token: string }>('POST', '/api/v1/tokens', {
      name: 'a viewer',
      role: 'viewer',
    });
    await open(page, '', token);
    equal(await page.getByRole('button', { name: 'New preview' }).count(), 0);
    const menu = await menuOf(page, 'staging');
    await menu.getByRole('link', { name: 'Open' }).waitFor();
    equal(await menu.getByRole('button').count(), 0);
  });

  test('a thousand rows are filtered, and come when somebody scrolls to them', async (t) => {
    const page = await browser.page(t);
    const path = '**/api/v1/environments?app=shop';
    await page.route(path, async (route) => {
      const { environments } = (await (await route.fetch()).json()) as { environments: Listed[] };
      const more = Array.from({ length: 1000 }, (_, number) => ({
        ...environments.at(-1)!,
        id: `copy${number}`,
        name: `preview/copy-${number}`,
        branch: `copy-${number}`,
      }));
      await route.fulfill({ json: { environments: [...environments, ...more] } });
    });
    await open(page, '?sort=name');
    await page.getByRole('searchbox').fill('copy');
    await page.getByText(/^1000 of 1,004 environments$/).waitFor();
    equal(await row(page, 'copy-999').isVisible(), false);
    const first = (await visible(page)).length;
    await page.getByText(/^\d+ more …$/).scrollIntoViewIfNeeded();
    await eventually('more are shown', async () => (await visible(page)).length > first);
    await page.getByRole('searchbox').fill('copy-999');
    await row(page, 'copy-999').waitFor();
    deepEqual(await visible(page), ['copy-999']);
  });

  for (const theme of ['light', 'dark'] as const) {
    test(`everybody can use it (${theme})`, async (t) => {
      const page = await browser.page(t, { theme });
      await open(page);
      deepEqual(await axe(page), []);
      await menuOf(page, broken);
      deepEqual(await axe(page), []);
      await page.keyboard.press('Escape');
      deepEqual(await narrow(page), []);
      await menuOf(page, broken);
      await page.getByText('web did not become healthy').last().waitFor();
      deepEqual(await axe(page), []);
    });
  }
});

/** The row of this branch or stage. */
const row = (page: Page, name: string): Locator =>
  page.locator('.environments tbody tr').filter({ has: page.getByText(name, { exact: true }) });

async function menuOf(page: Page, name: string): Promise<Locator> {
  await row(page, name)
    .getByRole('button', { name: `More about ${name}` })
    .click();
  const menu = page.getByRole('group', { name, exact: true });
  await menu.waitFor();
  return menu;
}

const visible = (page: Page): Promise<string[]> =>
  page.locator('.environments tr:not([hidden]) .environments-name').allTextContents();

const focused = (page: Page): Promise<string> =>
  page.evaluate<string>('document.activeElement.textContent');
