import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import {
  axe,
  dashboardBrowser,
  narrow,
  noBrowser,
  signIn,
  type Look,
  type TestBrowser,
} from '../support/browser.ts';
import { addApp, type SampleApp } from '../support/sample-app.ts';
import {
  eventually,
  freePort,
  testSignalbox,
  visit,
  type Controller,
  type TestSignalbox,
} from '../support/signalbox.ts';
import { talkativeApp } from '../support/talkative-app.ts';

describe('logs in the dashboard', { skip: noBrowser }, () => {
  let signalbox: TestSignalbox;
  let controller: Controller;
  let browser: TestBrowser;
  let app: SampleApp;
  /** How far the app has counted. */
  let counted = 0;

  before(async () => {
    [signalbox, browser, app] = await Promise.all([
      freePort().then((port) => testSignalbox({ listen: `127.0.0.1:${port}` })),
      dashboardBrowser(),
      talkativeApp('talk'),
    ]);
    controller = await signalbox.start();
    await addApp(controller, app);
    await app.commit('main', 'first');
    match((await app.push('signalbox', 'main')).output, /Live: http/);
  });
  after(async () => {
    await browser?.end();
    await signalbox?.end();
    await app?.end();
  });

  const ask = (path: string) => visit(signalbox.gatewayPort, 'talk.localhost', path);
  const say = (text: string) => ask(`/say?text=${encodeURIComponent(text)}`);
  const count = async (lines: number): Promise<void> => {
    await ask(`/count?lines=${lines}`);
    counted += lines;
  };
  const atLogs = async (test: Parameters<TestBrowser['page']>[0], look: Look = {}) => {
    const page = await browser.page(test, look);
    await signIn(page, controller.url, controller.token);
    await page.goto(`${controller.url}/apps/talk/environments/production/logs`);
    await line(page, 'the worker is at work').waitFor();
    return page;
  };
  const line = (page: Page, text: string | RegExp) =>
    page.locator('.log-row').filter({ hasText: text });
  const numbered = (page: Page, number: number) => line(page, new RegExp(`number ${number} `));
  const downloaded = async (page: Page): Promise<string> => {
    const begun = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download' }).click();
    const file = await begun;
    equal(file.suggestedFilename(), 'talk-production.log');
    return readFile(await file.path(), 'utf8');
  };
  const numbersIn = (log: string): number[] =>
    Array.from(log.matchAll(/^web \| number (\d+) /gm), ([, number]) => Number(number));
  const upTo = (number: number): number[] => Array.from({ length: number }, (_, at) => at + 1);
  /** Resolves when the log moves no more: a browser may scroll bit by bit. Text of the page, which has no types here. */
  const rests = (page: Page): Promise<unknown> =>
    page.getByRole('log').evaluate(`(box) => new Promise((done) => {
      let [before, frames] = [-1, 0];
      const look = () => {
        frames = box.scrollTop === before ? frames + 1 : 0;
        before = box.scrollTop;
        if (frames < 10) requestAnimationFrame(look);
        else done();
      };
      look();
    })`);
  const search = (page: Page) => page.getByRole('searchbox', { name: 'Search in the log' });
  const jump = (page: Page) => page.getByRole('button', { name: /Jump to the end/ });

  test('what services print appears as they print it, whatever it is', async (test) => {
    const page = await atLogs(test);
    await say('<img src=x onerror="document.title=1">\u001b[1;31mred\u001b[0m \u202eback\u0007');
    await line(page, '<img src=x onerror="document.title=1">red back').waitFor();
    equal(await page.locator('.log img').count(), 0);
    await page.getByText('New lines appear as they are printed.').waitFor();
  });

  test('it stays at the end until somebody scrolls up, and goes back there', async (test) => {
    const page = await atLogs(test);
    await count(1000);
    await numbered(page, counted).waitFor();
    equal(await jump(page).count(), 0);
    await page.getByRole('log').hover();
    await page.mouse.wheel(0, -5000);
    await jump(page).waitFor();
    await rests(page);
    const seen = await page.locator('.log-row').first().innerText();
    await count(50);
    await jump(page).filter({ hasText: '(50 new)' }).waitFor();
    equal(await page.locator('.log-row').first().innerText(), seen);
    await jump(page).click();
    await numbered(page, counted).waitFor();
    equal(await jump(page).count(), 0);
  });

  test('one service can be read alone', async (test) => {
    const page = await atLogs(test);
    await page.getByLabel('Service').selectOption('worker');
    await page.getByText('1 line', { exact: true }).waitFor();
    deepEqual(await page.locator('.log-from').allInnerTexts(), ['worker']);
  });

  test('text is found in any case, marked, counted, gone to, and shown alone', async (test) => {
    const page = await atLogs(test);
    await count(3000 - (counted % 1000));
    const milestones = Math.floor(counted / 1000);
    await numbered(page, counted).waitFor();
    await search(page).fill('MILESTONE (');
    await page.getByText('0 lines', { exact: true }).waitFor();
    await search(page).fill('MILESTONE');
    await page.getByText(`${milestones} lines`, { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Previous match' }).click();
    await page.getByText(`${milestones} of ${milestones}`, { exact: true }).waitFor();
    await search(page).press('Enter');
    await page.getByText(`1 of ${milestones}`, { exact: true }).waitFor();
    const current = page.locator('.log-row.current');
    match(await current.innerText(), /number 1000 Milestone/);
    equal(await current.locator('mark').innerText(), 'Milestone');
    await page.getByLabel('Only matches').check();
    await line(page, 'Milestone')
      .nth(milestones - 1)
      .waitFor();
    equal(await page.locator('.log-row').count(), milestones);
    await count(1000);
    await line(page, 'Milestone').nth(milestones).waitFor();
    equal(await page.locator('.log-row').count(), milestones + 1);
    equal((await downloaded(page)).trim().split('\n').length, milestones + 1);
  });

  test('lines are wrapped when wished, and what was on top stays there', async (test) => {
    const page = await atLogs(test, { width: 500 });
    await numbered(page, counted).waitFor();
    await page.getByLabel('Wrap').check();
    await page.getByRole('log').getByText('l the others').last().waitFor();
    const log = page.getByRole('log');
    const isWide = () => log.evaluate((box) => box.scrollWidth > box.clientWidth);
    await eventually('all fits', async () => !(await isWide()));
    await page.getByLabel('Wrap').uncheck();
    await numbered(page, counted).waitFor();
    await eventually('lines are longer than the box again', isWide);
  });

  test('all that is loaded can be copied and taken away', async (test) => {
    const page = await atLogs(test);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByLabel('How far back').selectOption('All that is kept');
    // Which service is read last is nobody's concern.
    const log = await eventually('both services are loaded', async () => {
      const all = await downloaded(page);
      return (
        /^worker \| the worker is at work$/m.test(all) && numbersIn(all).at(-1) === counted && all
      );
    });
    deepEqual(numbersIn(log), upTo(counted));
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByText(/^Copied /).waitFor();
    equal(await page.evaluate('navigator.clipboard.readText()'), log);
  });

  test('fits the screen, and anybody can use it', async (test) => {
    const page = await atLogs(test);
    await page.getByRole('log').focus();
    await page.keyboard.press('Control+F');
    await page.keyboard.type('milestone');
    await page
      .getByText(/^\d+ lines$/)
      .first()
      .waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.log-row.current').waitFor();
    deepEqual(await axe(page), []);
    await page.emulateMedia({ colorScheme: 'dark' });
    deepEqual(await axe(page), []);
    deepEqual(await narrow(page), []);
    equal(await page.getByRole('log').getAttribute('aria-live'), 'off');
  });

  test('after a cut it goes on where it was: no line is missing, none is there twice', async (test) => {
    const mayComplain = /ERR_|Failed to load resource/;
    const page = await atLogs(test, { mayComplain });
    await page.getByLabel('How far back').selectOption('All that is kept');
    await numbered(page, counted).waitFor();
    await controller.kill();
    await page.getByText('reconnecting', { exact: true }).waitFor();
    await count(700);
    controller = await signalbox.start();
    await numbered(page, counted).waitFor();
    await count(5);
    await numbered(page, counted).waitFor();
    const log = await downloaded(page);
    deepEqual(numbersIn(log), upTo(counted));
    equal(log.match(/the worker is at work/g)?.length, 1);
    equal(await line(page, 'cut here').count(), 0);
  });

  test('of more than 100,000 lines the newest are kept, and few are in the page', async (test) => {
    const page = await atLogs(test);
    for (let round = 0; round < 13; round += 1) {
      await count(10_000);
      await numbered(page, counted).waitFor();
    }
    await page.getByText(/^100,000 lines; [\d,]+ older ones dropped/).waitFor();
    ok((await page.locator('.log-row').count()) < 150);
    await page.getByRole('log').evaluate((box) => box.scrollTo(0, 0));
    await numbered(page, counted - 100_000 + 1).waitFor();
    await search(page).fill(`number ${counted - 50_000} `);
    await page.getByText('1 line', { exact: true }).waitFor();
    await search(page).press('Enter');
    await numbered(page, counted - 50_000).waitFor();
    const numbers = numbersIn(await downloaded(page));
    deepEqual([numbers.length, numbers.at(-1)], [100_000, counted]);
    ok(numbers.every((number, at) => number === counted - 100_000 + 1 + at));
  });
});
