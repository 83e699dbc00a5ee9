import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { Output } from '../../src/api/contract/all.ts';
import {
  axe,
  dashboardBrowser,
  narrow,
  noBrowser,
  signIn,
  type TestBrowser,
} from '../support/browser.ts';
import { addApp, helloFiles, sampleApp, type SampleApp } from '../support/sample-app.ts';
import { eventually, testSignalbox, type Controller } from '../support/signalbox.ts';
import type { TestSignalbox } from '../support/signalbox.ts';

type Told = Output<'listTimeline'>;
const manyMore = 130;

describe('the timeline screen', { skip: noBrowser }, () => {
  let browser: TestBrowser;
  let signalbox: TestSignalbox;
  let controller: Controller;
  let app: SampleApp;

  before(async () => {
    [browser, signalbox] = await Promise.all([dashboardBrowser(), testSignalbox()]);
    controller = await signalbox.start();
    app = await sampleApp('shop', helloFiles('shop'));
    await addApp(controller, app);
  });

  after(async () => {
    await browser?.end();
    await app?.end();
    await signalbox?.end();
  });

  const open = async (page: Page, search = '', token = controller.token): Promise<void> => {
    await signIn(page, controller.url, token);
    await page.goto(`${controller.url}/apps/shop/timeline${search}`);
    await page.getByRole('heading', { level: 1, name: 'Timeline of shop' }).waitFor();
  };
  const told = (search: string): Promise<Told> =>
    controller.call('GET', `/api/v1/timeline?app=shop&${search}`);
  const textsOf = ({ entries }: Told): string[] => entries.map(({ text }) => text);
  const shown = (page: Page): Promise<string[]> =>
    page.locator('.timeline li > p:nth-of-type(1)').allTextContents();
  /** All that the API tells, and nothing else; what is told last may still be on its way to the page. */
  const showsAll = async (page: Page, search: string): Promise<void> => {
    await eventually('the page shows what the API tells', async () => {
      deepEqual(await shown(page), textsOf(await told(search)));
      return true;
    });
  };
  const firstLine = (page: Page) => page.locator('.timeline li').first();
  const lock = (reason: string): Promise<unknown> =>
    controller.call('POST', '/api/v1/environments/shop%2Fproduction/lane/lock', { reason });
  const lift = (): Promise<unknown> =>
    controller.call('POST', '/api/v1/environments/shop%2Fproduction/lane/lift', { reason: 'done' });

  test('what a push does appears while it happens, and leads to what it is about', async (t) => {
    const page = await browser.page(t);
    await open(page, '?kinds=push,deploy,environment');
    await page.getByText('Nothing like that has happened lately').waitFor();
    await app.commit('main', 'A first release');
    match((await app.push('signalbox', 'main')).output, /Live: http/);
    await page.getByText(/^Live: http/).waitFor();
    await showsAll(page, 'kinds=push,deploy,environment');

    const deploy = page.locator('.timeline li', { hasText: 'Deploying to production' });
    await deploy.getByRole('link', { name: 'production', exact: true }).click();
    await page.waitForURL(/\/apps\/shop\/environments\/production$/);
  });

  test('kinds, environment and words narrow it, and stand in the address', async (t) => {
    const page = await browser.page(t);
    await lock('<b>stock</b> is counted');
    await open(page);
    await page.getByText('<b>stock</b> is counted').first().waitFor();
    const chip = (name: string) => page.getByRole('button', { name, exact: true });
    await chip('lock').click();
    await page.locator('.timeline li').nth(1).waitFor({ state: 'detached' });
    await showsAll(page, 'kinds=lock');
    ok(await firstLine(page).evaluate((line) => line.className.includes('timeline-mark')));

    await chip('deploy').click();
    await page.getByText('Deploying to production').waitFor();
    await page.getByLabel('Environment').selectOption('production');
    const answer = Promise.withResolvers<void>();
    await page.route(/[?&]text=STOCK/, async (route) => {
      await answer.promise;
      await route.continue();
    });
    await page.getByLabel('Only with these words').fill('STOCK');
    // Nothing blinks: what was shown stays until the answer is there.
    await page.locator('[aria-busy=true]', { hasText: 'Deploying to production' }).waitFor();
    answer.resolve();
    await page.getByText('Deploying to production').waitFor({ state: 'detached' });
    await page.getByText('<b>stock</b> is counted').waitFor();
    const search = new URL(page.url()).searchParams;
    deepEqual(Object.fromEntries(search), {
      kinds: 'lock,deploy',
      environment: 'production',
      text: 'STOCK',
    });

    await page.reload();
    await page.getByText('<b>stock</b> is counted').waitFor();
    equal((await shown(page)).length, 1);
    equal(await chip('lock').getAttribute('aria-pressed'), 'true');
    equal(await page.getByLabel('Environment').inputValue(), 'production');
    await lift();
  });

  test('who changed what is for admins', async (t) => {
    const { token } = await controller.call<{ token: string }>('POST', '/api/v1/tokens', {
      name: 'guest',
      role: 'viewer',
    });
    const [admin, guest] = [await browser.page(t), await browser.page(t)];
    await open(admin, '?kinds=audit');
    await admin.getByText('lockLane').first().waitFor();
    await open(guest, '', token);
    await guest.getByText('Deploying to production').waitFor();
    equal(await guest.getByRole('button', { name: 'audit' }).count(), 0);
    equal(await guest.getByText('lockLane').count(), 0);
  });

  test('older ones are there on demand, and what is new moves nothing under the eyes', async (t) => {
    const page = await browser.page(t);
    for (let nth = 0; nth < manyMore; nth += 2) {
      await lock(`count ${nth}`);
      await lift();
    }
    await open(page, '?kinds=lock');
    await page.locator('.timeline li').nth(99).waitFor();
    equal(await page.locator('.timeline li').count(), 100);
    const older = page.getByRole('button', { name: 'Older' });
    await older.click();
    await older.waitFor({ state: 'detached' });
    const all = textsOf(await told('kinds=lock&limit=500'));
    deepEqual(await shown(page), all);

    await page.evaluate('scrollTo(0, 1000)');
    await lock('while somebody reads');
    await page.getByRole('button', { name: '↑ 1 new' }).waitFor();
    deepEqual(await shown(page), all);
    await page.getByRole('button', { name: '↑ 1 new' }).click();
    await page.getByText('while somebody reads').waitFor();
    await page.getByRole('button', { name: '↑ 1 new' }).waitFor({ state: 'detached' });
    equal((await shown(page)).length, all.length + 1);
    // At the top it is shown at once.
    await lift();
    await firstLine(page).getByText('done').waitFor();
    await showsAll(page, 'kinds=lock&limit=500');
  });

  test('the timeline of all apps names them', async (t) => {
    const page = await browser.page(t);
    await signIn(page, controller.url, controller.token);
    await page.goto(`${controller.url}/timeline?kinds=lock`);
    await page.getByRole('heading', { level: 1, name: 'Timeline' }).waitFor();
    await firstLine(page).getByRole('link', { name: 'shop production' }).waitFor();
    equal(await page.getByLabel('Environment').count(), 0);
  });

  for (const theme of ['light', 'dark'] as const)
    test(`nobody is kept out, in ${theme} colours and on a phone`, async (t) => {
      const page = await browser.page(t, { theme });
      await open(page);
      await firstLine(page).waitFor();
      deepEqual(await axe(page), []);
      deepEqual(await narrow(page), []);
      deepEqual(await axe(page), []);
    });
});
