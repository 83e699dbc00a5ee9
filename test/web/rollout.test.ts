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
import { rolloutStory, type RolloutStory } from '../support/rollout-story.ts';
import { eventually } from '../support/signalbox.ts';

const ways = `  careful: { strategy: canary, steps: [30 %, 60 %, 100 %], bake: 8s, warm: 5m, judge: { warm-up: 0s } }
  at-once: { strategy: blue-green, bake: 0s, warm: 5m }
`;
const address = '/apps/wares/rollout';

describe('the rollout screen', { skip: noBrowser }, () => {
  let browser: TestBrowser;
  let story: RolloutStory;

  before(async () => {
    [browser, story] = await Promise.all([
      dashboardBrowser(),
      rolloutStory('wares', { ways, first: 'at-once' }),
    ]);
  });

  after(async () => {
    await browser?.end();
    await story?.end();
  });

  const open = async (page: Page, path = address, token = story.controller.token) => {
    await signIn(page, story.controller.url, token);
    await page.goto(story.controller.url + path);
    await page.getByRole('heading', { level: 1, name: 'Rollout of wares/production' }).waitFor();
  };

  test('a release that nothing served before says why there are no charts', async (t) => {
    const page = await browser.page(t);
    await open(page);
    await page.getByText('Nothing served before this release').waitFor();
    await page.getByText('reached', { exact: true }).waitFor();
    equal(await page.locator('canvas').count(), 0);
    deepEqual(await axe(page), []);
  });

  test('a canary climbs, is paused and resumed by clicks, and its charts follow', async (t) => {
    const page = await browser.page(t);
    await open(page);
    const shipped = story.ship({ release: 'good' }, 'careful');
    const step = page.locator('[aria-current=step]');
    await step.getByText('30 %', { exact: true }).waitFor();

    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByLabel('Reason').fill('lunch <b>first</b>');
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    await step.getByText('paused').waitFor();
    const paused = await story.until('it is paused', ({ pausedBy }) => pausedBy !== null);
    match(paused.phase, /./);
    await page.getByText(/^Paused by .*: lunch <b>first<\/b>$/).waitFor();
    await page.getByText('pause by').waitFor();
    deepEqual(await strip(page), ['30 % paused', '60 % to come', '100 % to come']);
    for (const what of ['lane/lock', 'lane/lift']) await story.order(what, { reason: 'a count' });

    const errors = page.getByRole('img', { name: /^Errors\. old: 0 %, new: 0 %/ });
    await errors.waitFor();
    const judged = await secondsJudged(page);
    await eventually('one more second is judged', async () => (await secondsJudged(page)) > judged);
    await eventually('something is drawn', () => hasColours(page));
    deepEqual(await axe(page), []);

    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByText('reached', { exact: true }).waitFor();
    match(await shipped, /Live: http/);
    await story.onlyAnswers('good');
    await page.getByText('It has all requests').first().waitFor();
  });

  test('the moment one looks at is the same in all charts, by keys as well', async (t) => {
    const page = await browser.page(t);
    await open(page);
    await page.getByRole('img', { name: /^Requests/ }).focus();
    await page.keyboard.press('Home');
    await page.locator('.chart-mark').first().waitFor();
    const charts = await page.locator('canvas').count();
    ok(charts >= 3);
    equal(await page.locator('.chart-mark').count(), charts);
    const times = () => page.locator('.chart-now > .soft').allTextContents();
    equal(new Set(await times()).size, 1);
    const [first] = await times();
    await page.keyboard.press('End');
    await eventually('another moment is shown', async () => (await times())[0] !== first);
    await page.keyboard.press('Escape');
    await page.locator('.chart-mark').first().waitFor({ state: 'detached' });
  });

  test('charts have the colours of the page, also when these change', async (t) => {
    const page = await browser.page(t);
    await open(page);
    await page.locator('canvas').first().waitFor();
    await eventually('it is drawn', () => hasColours(page));
    const drawn = () => page.evaluate<string>("document.querySelector('canvas').toDataURL()");
    const before = await drawn();
    await page.emulateMedia({ colorScheme: 'dark' });
    await eventually('it is drawn for the dark', async () => (await drawn()) !== before);
    const dark = await drawn();
    await page.getByRole('button', { name: /^Colours/ }).click();
    await eventually('the button says light', async () => (await drawn()) !== dark);
  });

  test('a chart is a table too, and its verdict can be made again', async (t) => {
    const page = await browser.page(t);
    await open(page);
    await page.getByText('As a table: Errors').click();
    const table = page.getByRole('region', { name: 'Errors, as a table' });
    await table.getByRole('row').nth(3).waitFor();
    await table.getByText(/pause by .*: lunch <b>first<\/b>/).waitFor();
    for (const text of [/locked by .*: a count/, /open again, says .*: a count/])
      await table.getByText(text).first().waitFor();
    await page.getByRole('button', { name: 'Recompute the verdict' }).click();
    await page.getByText('the same', { exact: true }).waitFor();
    await page.getByText(/\d+ seconds judged again/).waitFor();
  });

  for (const theme of ['light', 'dark'] as const)
    test(`nobody is kept out, in ${theme} colours and on a phone`, async (t) => {
      const page = await browser.page(t, { theme });
      await open(page);
      await page.locator('canvas').first().waitFor();
      deepEqual(await axe(page), []);
      deepEqual(await narrow(page), []);
      deepEqual(await axe(page), []);
    });

  test('who may only look sees no verbs', async (t) => {
    const { token } = await story.controller.call<{ token: string }>('POST', '/api/v1/tokens', {
      name: 'guest',
      role: 'viewer',
    });
    const page = await browser.page(t);
    await open(page, address, token);
    await page.getByRole('button', { name: 'Recompute the verdict' }).waitFor();
    for (const name of ['Pause', 'Promote', 'Abort', 'Roll back', 'Lock'])
      equal(await page.getByRole('button', { name, exact: true }).count(), 0, name);
  });

  test('a click rolls it back: visitors meet the release before at once, and the lane is locked', async (t) => {
    const page = await browser.page(t);
    await open(page);
    await page.getByText(/Deploy \d+ .*is kept warm/).waitFor();
    await page.getByRole('button', { name: 'Roll back' }).click();
    await page.getByLabel('Reason').fill('checkout is broken');
    await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
    await page.getByText('locked', { exact: true }).waitFor();
    await story.onlyAnswers('first');
    await page.getByText('checkout is broken').first().waitFor();

    await page.getByRole('button', { name: 'Open the lane' }).click();
    await page.getByLabel('Reason').fill('mended');
    await page.getByRole('dialog').getByRole('button', { name: 'Open the lane' }).click();
    await page.getByText('Releases are let in.').waitFor();
    deepEqual(story.odd('first', 'good'), []);
  });

  test('an app that is added can be chosen without a reload', async (t) => {
    const page = await browser.page(t);
    await open(page);
    const choice = page.getByLabel('App', { exact: true }).locator('option');
    await choice.getByText('wares', { exact: true }).waitFor({ state: 'attached' });
    await story.controller.call('POST', '/api/v1/apps', { name: 'books' });
    await choice.getByText('books', { exact: true }).waitFor({ state: 'attached' });
  });
});

/** Shares and states of all steps, in their order. */
const strip = (page: Page): Promise<string[]> =>
  page.locator('.rollout-steps li').evaluateAll((cards) =>
    cards.map((card) => {
      const [share, state] = card.querySelectorAll('.rollout-weight, .status');
      return `${share?.textContent} ${state?.textContent}`;
    }),
  );

async function secondsJudged(page: Page): Promise<number> {
  const text = await page.locator('dt:text-is("Seconds judged") + dd').textContent();
  return Number(text?.replaceAll(',', ''));
}

/** Whether a canvas is more than a blank. Text of the page, which has no types here. */
const hasColours = (page: Page): Promise<boolean> =>
  page.evaluate<boolean>(`(() => {
    const canvas = document.querySelector('canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return data.some((value) => value > 0);
  })()`);
