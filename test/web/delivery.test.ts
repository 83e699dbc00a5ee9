import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { row, sql } from '../../src/db/pool.ts';
import { span } from '../../web/src/words/ago.ts';
import {
  axe,
  dashboardBrowser,
  narrow,
  noBrowser,
  signIn,
  type TestBrowser,
} from '../support/browser.ts';
import { rolloutStory, type RolloutStory } from '../support/rollout-story.ts';

const ways = '  at-once: { strategy: blue-green, bake: 0s, warm: 5m }\n';

describe('the delivery screen', { skip: noBrowser }, () => {
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

  const open = async (page: Page, app = 'wares', days = ''): Promise<void> => {
    await signIn(page, story.controller.url, story.controller.token);
    await page.goto(`${story.controller.url}/apps/${app}/delivery${days}`);
    await page.getByRole('heading', { level: 1, name: `Delivery of ${app}` }).waitFor();
  };
  const tile = (page: Page, title: string) =>
    page.getByRole('region', { name: title, exact: true });
  const figureOf = (page: Page, title: string) => tile(page, title).locator('strong').textContent();

  test('real deploys and a rollback are measured, and the figures follow by themselves', async (t) => {
    const page = await browser.page(t);
    await open(page);
    await tile(page, 'Change failures').getByText('of 1 release', { exact: true }).waitFor();
    equal(await figureOf(page, 'Change failures'), '0 %');
    await tile(page, 'Time to restore').getByText('Nothing had to be restored').waitFor();

    await story.ship({ release: 'second' }, 'at-once');
    await story.order('rollback');
    await tile(page, 'Time to restore').getByText('of 1 repair', { exact: true }).waitFor();
    await tile(page, 'Deploys per day').getByText('of 2 releases', { exact: true }).waitFor();
    equal(await figureOf(page, 'Deploys per day'), '0.07 a day');
    equal(await figureOf(page, 'Change failures'), '50 %');
    const { leadMs, restoreMs } = await measured(story);
    equal(await figureOf(page, 'Lead time'), span(leadMs));
    equal(await figureOf(page, 'Time to restore'), span(restoreMs));
  });

  test('the span is chosen by a click and stands in the address', async (t) => {
    const page = await browser.page(t);
    await open(page);
    await page.getByRole('link', { name: '7 days' }).click();
    await page
      .getByRole('img', { name: /^Deploys per day on each of 7 days, at most 2 a day$/ })
      .waitFor();
    equal(await figureOf(page, 'Deploys per day'), '0.29 a day');
    equal(new URL(page.url()).search, '?days=7');
    await page.reload();
    await page.locator('[aria-current=page]', { hasText: '7 days' }).waitFor();
    await page
      .getByRole('img', { name: /on each of 7 days/ })
      .first()
      .waitFor();
  });

  test('each picture is a table too, and each figure says how it is made', async (t) => {
    const page = await browser.page(t);
    await open(page, 'wares', '?days=7');
    const change = tile(page, 'Change failures');
    await change.getByText('As a table').click();
    const rows = change
      .getByRole('region', { name: 'Change failures, as a table' })
      .getByRole('row');
    equal(await rows.count(), 8);
    const today = new Date().toISOString().slice(0, 10);
    deepEqual(await rows.nth(1).locator('th,td').allTextContents(), [today, '50 %', '2']);
    deepEqual((await rows.nth(2).locator('th,td').allTextContents()).slice(1), ['–', '0']);
    await change.getByText('Releases that were rolled back').waitFor();
    equal(await page.locator('svg[role=img] path').count(), 4);
    deepEqual(await axe(page), []);
  });

  test('an app without production says what is missing', async (t) => {
    await story.controller.call('POST', '/api/v1/apps', { name: 'empty' });
    const page = await browser.page(t);
    await open(page, 'empty');
    await page.getByText('There is no production yet. Push the main branch.').waitFor();
    equal(await page.getByRole('img', { name: /on each of/ }).count(), 0);
  });

  test('a span that is none is refused in words', async (t) => {
    const page = await browser.page(t, { mayComplain: /400/ });
    await open(page, 'wares', '?days=-3');
    ok(await page.getByRole('alert').textContent());
  });

  for (const theme of ['light', 'dark'] as const)
    test(`nobody is kept out, in ${theme} colours and on a phone`, async (t) => {
      const page = await browser.page(t, { theme });
      await open(page);
      await page.getByText('of 1 repair').waitFor();
      deepEqual(await axe(page), []);
      deepEqual(await narrow(page), []);
      deepEqual(await axe(page), []);
    });
});

/** From the rows alone: of two lead times the middle, and how long users had the bad release. */
async function measured(story: RolloutStory): Promise<{ leadMs: number; restoreMs: number }> {
  const { db } = await story.database();
  const leads = await row<{ ms: number }>(
    db,
    sql`select avg(extract(epoch from d.released_at - p.at) * 1000)::float as ms
        from deploys d join pushes p on p.id = d.push_id where d.released_at is not null`,
  );
  const restore = await row<{ ms: number }>(
    db,
    sql`select extract(epoch from r.at - coalesce(
            (select min(began_at) from rollout_steps where rollout_id = r.from_deploy and weight > 0), d.released_at)) * 1000 as ms
        from rollbacks r join deploys d on d.id = r.from_deploy`,
  );
  return { leadMs: Number(leads?.ms), restoreMs: Number(restore?.ms) };
}
