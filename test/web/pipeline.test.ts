import { deepEqual, equal, match, notEqual } from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
import { pipelineStory, type PipelineStory } from '../support/pipeline-story.ts';
import { eventually } from '../support/signalbox.ts';

const yaml = `app: shop
services:
  web: { run: node server.js, stop: 1s }
checks: { syntax: node --check server.js, words: sh words.sh }
pipeline:
  stages:
    - staging: { tests: { api: sh api.sh } }
    - audit: { environment: shared, optional: true }
    - production: { approval: person, rollout: slow }
rollouts:
  slow: { strategy: blue-green, bake: 0s }
`;

/** A check that waits for a file, and fails on a bad word; tests that leave a report. */
const files = (signal: string) => ({
  'signalbox.yaml': yaml,
  'words.sh': `echo "looking for bad words"
until [ -e ${signal} ]; do sleep 0.1; done
echo "looked <b>everywhere</b>"
if [ -e bad-word ]; then echo "bad-word: that is no word"; exit 3; fi
`,
  'api.sh': `echo TAP version 13
echo "ok 1 - lists"
if [ -e wrong-price ]; then
  echo "not ok 2 - adds <i>prices</i>"; echo "  ---"; echo "  message: 2 is not 3"; echo "  ..."; echo 1..2; exit 1
fi
echo "ok 2 - adds"; echo 1..2
`,
});

describe('the pipeline screen', { skip: noBrowser }, () => {
  let browser: TestBrowser;
  let story: PipelineStory;

  before(async () => {
    [browser, story] = await Promise.all([
      dashboardBrowser(),
      pipelineStory('    - production: {}\n'),
    ]);
    await story.app.write(files(story.signal));
  });

  after(async () => {
    await browser?.end();
    await story?.end();
  });

  const open = async (page: Page, path = '', token = story.controller.token): Promise<void> => {
    await signIn(page, story.controller.url, token);
    await page.goto(`${story.controller.url}/apps/shop/pipeline${path}`);
  };
  const station = (page: Page, name: string | RegExp) =>
    page.getByRole('group', { name: 'Stations', exact: true }).getByRole('link', { name });
  const answer = async (page: Page, label: string, field?: string, text = ''): Promise<void> => {
    await page.getByRole('button', { name: label }).click();
    const dialog = page.getByRole('dialog');
    if (field) await dialog.getByLabel(field).fill(text);
    await dialog.getByRole('button', { name: label }).click();
    await dialog.waitFor({ state: 'detached' });
  };

  test('where nothing was pushed it says what to type', async (t) => {
    const page = await browser.page(t);
    await open(page);
    await page.getByText('Nothing has been pushed to main yet.').waitFor();
    await page.getByText('git push signalbox main').waitFor();
    deepEqual(await axe(page), []);
  });

  test('a push goes its way before one’s eyes, waits for a click, and is in production', async (t) => {
    const page = await browser.page(t);
    await open(page);
    const commit = await story.commit({}, 'the first <b>page</b>');
    const pushed = story.push();
    await page.getByRole('heading', { level: 1, name: `Push ${commit.slice(0, 7)}` }).waitFor();
    await station(page, /^words check running/).click();
    const log = page.getByText('looking for bad words');
    await log.waitFor();
    equal(await page.getByText('everywhere').count(), 0);
    await station(page, /^Candidate waiting/).waitFor();
    await writeFile(story.signal, '');
    await page.getByText('looked <b>everywhere</b>').waitFor();

    await page.getByRole('heading', { level: 1, name: 'Candidate 1', exact: true }).waitFor();
    await page.getByText('the first <b>page</b>').waitFor();
    await station(page, /^staging passed .*api 2 passed/).waitFor();
    await station(page, /^audit optional passed/).waitFor();
    await station(page, /^production asking .*asks for approval/).waitFor();
    match(await pushed, /waits for approval/);
    deepEqual(await axe(page), []);

    equal(await story.served('production'), null);
    await answer(page, 'Approve', 'Note', 'looks <i>good</i>');
    await station(page, /^Rollout blue-green promoted/).waitFor();
    await station(page, /^production passed .*approved/).click();
    await page.getByText('looks <i>good</i>').waitFor();
    equal(await story.served('production'), commit);
    equal((await story.candidate(1)).stages.at(-1)?.gate?.answers[0]?.note, 'looks <i>good</i>');

    await station(page, /^Rollout/).click();
    await page.getByRole('link', { name: 'Steps and evidence' }).click();
    await page.getByRole('heading', { level: 1, name: /^Rollout of shop/ }).waitFor();
  });

  test('a check that failed says why at once, and shows its log', async (t) => {
    const page = await browser.page(t);
    await writeFile(story.signal, '');
    await story.commit({ 'bad-word': '' }, 'a word');
    match(await story.push(), /Failed/);
    await open(page);
    await station(page, /^words check failed .*exit code 3: bad-word: that is no word/).waitFor();
    await page.getByRole('log').getByText('bad-word: that is no word').waitFor();
    await page.getByRole('link', { name: /^1 / }).click();
    await page.getByRole('heading', { level: 1, name: 'Candidate 1', exact: true }).waitFor();
    await page.getByRole('link', { name: /^Push / }).click();
    await page.getByRole('heading', { level: 1, name: /^Push/ }).waitFor();
    deepEqual(await axe(page), []);
  });

  test('a test that failed shows its failures and its log, and a click takes the commit back', async (t) => {
    const page = await browser.page(t, { theme: 'dark' });
    await rm(join(story.app.directory, 'bad-word'));
    await story.commit({}, 'no such word');
    const commit = await story.commit({ 'wrong-price': '' }, 'cheaper');
    match(await story.push(), /Failed/);
    await open(page);
    await page.getByRole('heading', { level: 1, name: 'Candidate 2', exact: true }).waitFor();
    await station(page, /^staging failed .*api 1 of 2 failed/).waitFor();
    await page.getByText('adds <i>prices</i>', { exact: true }).waitFor();
    await page.getByText('2 is not 3').first().waitFor();
    await page.getByRole('log').getByText('not ok 2').waitFor();
    equal(await page.getByRole('button', { name: 'Approve' }).count(), 0);
    deepEqual(await axe(page), []);

    await answer(page, 'Revert', 'Reason', 'too cheap');
    await page.getByRole('heading', { level: 1, name: 'Candidate 3', exact: true }).waitFor();
    const { commit: made } = await story.candidate(3);
    equal((await story.app.git('ls-remote', 'signalbox', 'refs/heads/main')).slice(0, 40), made);
    notEqual(made, commit);
    await station(page, /^production asking/).waitFor();
    await answer(page, 'Reject', 'Reason', 'not on a Friday');
    await page.getByText('not on a Friday').first().waitFor();
    await story.until(3, ({ state }) => state === 'stopped');
  });

  test('arrow keys go along the stations, and the address keeps the one that is open', async (t) => {
    const page = await browser.page(t);
    await open(page, '/1?node=build');
    await page.getByRole('heading', { level: 2, name: /^Build/ }).waitFor();
    await station(page, /^Push/).focus();
    for (const way of ['Right', 'Down', 'Right', 'Right']) await page.keyboard.press(`Arrow${way}`);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 2, name: 'audit · optional' }).waitFor();
    match(page.url(), /\/pipeline\/1\?node=stage%3Aaudit$/);
    await page.getByText('As a table').click();
    await page.getByRole('cell', { name: 'api 2 passed (passed)' }).waitFor();
    deepEqual(await axe(page), []);
    deepEqual(await narrow(page), []);
    deepEqual(await axe(page), []);
  });

  test('a stage is skipped and a candidate stopped by clicks; a viewer has none of them', async (t) => {
    const page = await browser.page(t);
    await rm(story.signal);
    await rm(join(story.app.directory, 'wrong-price'));
    await story.app.write({ 'api.sh': `until [ -e ${story.signal} ]; do sleep 0.1; done` });
    await writeFile(join(story.app.directory, 'words.sh'), '');
    await story.app.git('fetch', '--quiet', 'signalbox', 'main');
    await story.app.git('reset', '--quiet', '--soft', 'FETCH_HEAD');
    await story.commit({}, 'slow tests');
    const pushed = story.push();
    await open(page);
    await station(page, /^staging running .*api running/).waitFor();
    await answer(page, 'Skip audit', 'Reason', 'nothing to audit');
    await station(page, /^audit optional waiting to be skipped, by .*: nothing to audit/).waitFor();
    const heading = await page.getByRole('heading', { level: 1 }).textContent();
    const number = Number(heading?.replace('Candidate ', ''));
    equal((await story.candidate(number)).stages[1]?.skipReason, 'nothing to audit');

    const { token } = await story.controller.call<{ token: string }>('POST', '/api/v1/tokens', {
      name: 'eve',
      role: 'viewer',
    });
    const other = await browser.page(t);
    await open(other, '', token);
    await station(other, /^staging running/).waitFor();
    deepEqual(await other.locator('.screen-head button').allTextContents(), []);

    await answer(page, 'Stop', 'Reason', 'lunch');
    await writeFile(story.signal, '');
    await eventually(
      'it is stopped',
      async () => (await story.candidate(number)).state === 'stopped',
    );
    await page.getByText('lunch').first().waitFor();
    await pushed;
  });
});
