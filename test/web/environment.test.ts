import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict';
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
import {
  addApp,
  notesFiles,
  sampleApp,
  withPackages,
  type SampleApp,
} from '../support/sample-app.ts';
import { eventually, testSignalbox, visit, type Controller } from '../support/signalbox.ts';
import type { TestSignalbox } from '../support/signalbox.ts';

/** A branch may be called so: its address must find it all the same. */
const broken = 'broken/at-100%';
const page1 = 'preview/page';

describe('the screen of an environment', { skip: noBrowser }, () => {
  let browser: TestBrowser;
  let signalbox: TestSignalbox;
  let controller: Controller;
  let app: SampleApp;
  let first = '';
  let second = '';

  before(async () => {
    [browser, signalbox] = await Promise.all([dashboardBrowser(), testSignalbox()]);
    controller = await signalbox.start();
    app = await sampleApp('notes', notesFiles('notes'));
    await withPackages(app, 'pg');
    await addApp(controller, app);
    await app.commit('main', 'first');
    ok((await app.push('signalbox', 'main')).accepted);
    first = await app.commit('page', 'first page');
    ok((await app.push('signalbox', 'page')).accepted);
    second = await app.commit('page', 'second page');
    ok((await app.push('signalbox', 'page')).accepted);
    await app.write({ 'server.js': 'console.log("cannot <b>find</b> the moon"); process.exit(3)' });
    await app.commit(broken, 'broken');
    await app.push('signalbox', broken);
  });

  after(async () => {
    await browser?.end();
    await signalbox?.end();
    await app?.end();
  });

  const at = (name: string): string =>
    `/api/v1/environments/${encodeURIComponent(`notes/${name}`)}`;
  const open = async (page: Page, name: string, part = '', token = controller.token) => {
    await signIn(page, controller.url, token);
    await page.goto(
      `${controller.url}/apps/notes/environments/${encodeURIComponent(name)}${part && `/${part}`}`,
    );
    await page.getByRole('heading', { level: 1, name: name.replace('preview/', '') }).waitFor();
  };
  const details = () =>
    controller.call<{ host: string; variables: { name: string; from: string; value: string }[] }>(
      'GET',
      at(page1),
    );
  const served = async (): Promise<string> => {
    const { body } = await visit(signalbox.gatewayPort, (await details()).host);
    return (JSON.parse(body) as { commit: string }).commit;
  };

  test('its summary says what runs, on which data and why that, and what happened', async (t) => {
    const page = await browser.page(t);
    await visit(signalbox.gatewayPort, (await details()).host);
    await open(page, page1);
    const services = panel(page, 'Services');
    for (const name of ['web', 'worker'])
      await services
        .locator('tr', { hasText: name })
        .filter({ hasText: /serving.*MB/ })
        .waitFor();
    match(
      await panel(page, 'Data').innerText(),
      /db \(postgres\)\s+snapshot \S+ \(staging, .*the newest one, seeded .* ago/,
    );
    await panel(page, 'What happened').getByText('Starting web, worker').first().waitFor();
    await panel(page, 'Traffic of the last 15 minutes')
      .getByText(/1 request, none bad/)
      .waitFor();
    await page.getByRole('link', { name: (await details()).host }).waitFor();
  });

  test('a job that is run now has run', async (t) => {
    const page = await browser.page(t);
    await open(page, page1);
    const jobs = panel(page, 'Jobs');
    await jobs.getByText('never').waitFor();
    await jobs.getByRole('button', { name: 'Run now' }).click();
    await jobs.getByText('succeeded').waitFor();
    await jobs.getByRole('button', { name: 'Log', exact: true }).click();
    await jobs.getByText('tidied', { exact: true }).waitFor();
    const { runs } = await controller.call<{ runs: { state: string }[] }>(
      'GET',
      `${at(page1)}/job-runs`,
    );
    deepEqual(
      runs.map(({ state }) => state),
      ['succeeded'],
    );
  });

  test('an earlier deploy is deployed again', async (t) => {
    const page = await browser.page(t);
    await open(page, page1, 'deploys');
    equal(await served(), second);
    const rows = panel(page, 'Deploys').locator('tbody tr');
    match(await rows.first().innerText(), new RegExp(`^2\\s+live\\s+${second.slice(0, 7)}`));
    await rows.nth(1).getByRole('button', { name: 'Deploy again' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Deploy again' }).click();
    await eventually('the first page is served', async () => (await served()) === first);
    await rows.first().getByRole('cell', { name: '3', exact: true }).waitFor();
    await rows.first().getByText('live', { exact: true }).waitFor();
    await rows.nth(1).getByRole('cell', { name: '2', exact: true }).waitFor();
    await rows.nth(1).getByText('replaced', { exact: true }).waitFor();
  });

  test('a variable is set for this environment alone, and unset; secrets stay masked', async (t) => {
    const page = await browser.page(t, { mayComplain: /status of 422/ });
    await open(page, page1, 'variables');
    match(await rowOf(page, 'DATABASE_URL').innerText(), /masked\s+address of a store/);
    doesNotMatch(await page.locator('main').innerText(), /postgres:\/\//);
    await page.getByRole('button', { name: 'Set a variable' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('SIGNALBOX_APP');
    await dialog.getByRole('button', { name: 'Set a variable' }).click();
    await dialog.getByText('Choose a name that is not PORT').waitFor();
    await dialog.getByLabel('Name').fill('MOTTO');
    await dialog.getByLabel('Value').fill('two\nlines');
    await dialog.getByRole('button', { name: 'Set a variable' }).click();
    await page.getByText('Takes effect with the next deploy').waitFor();
    await rowOf(page, 'MOTTO').getByText('set for this environment').waitFor();
    const motto = async () => (await details()).variables.find(({ name }) => name === 'MOTTO');
    deepEqual(await motto(), { name: 'MOTTO', from: 'environment', value: 'two\nlines' });
    await rowOf(page, 'MOTTO').getByRole('button', { name: 'Unset' }).click();
    await rowOf(page, 'MOTTO').waitFor({ state: 'detached' });
    equal(await motto(), undefined);
  });

  test('what failed says why, shows what it printed, and what to do', async (t) => {
    const page = await browser.page(t);
    await open(page, `preview/${broken}`);
    await page.getByRole('link', { name: 'Deploys' }).click();
    await page.getByText('web did not become healthy').first().waitFor();
    await page.getByText('What it printed last').click();
    await page.getByText('cannot <b>find</b> the moon').first().waitFor();
    await page.getByRole('link', { name: 'Doctor' }).click();
    const finding = page.locator('.environment-findings > li', {
      hasText: 'Its first deploy failed',
    });
    await finding.getByText('trouble').waitFor();
    await finding.getByText(`signalbox logs ${broken}`).waitFor();
  });

  test('what there never was is explained', async (t) => {
    const page = await browser.page(t, { mayComplain: /status of 404/ });
    await open(page, 'preview/never');
    await page.getByText('There is no environment notes/preview/never.').waitFor();
    await page.getByText('The repository of notes has no branch called never.').waitFor();
    deepEqual(await axe(page), []);
    await page.getByRole('link', { name: 'All environments of notes' }).click();
    await page.getByRole('heading', { level: 1, name: 'Environments' }).waitFor();
  });

  test('a viewer is offered nothing but to look', async (t) => {
    const page = await browser.page(t);
    const { token } = await controller.call<{ token: string }>('POST', '/api/v1/tokens', {
      name: 'a viewer',
      role: 'viewer',
    });
    await open(page, page1, '', token);
    await panel(page, 'Services').getByText('serving').first().waitFor();
    await panel(page, 'Jobs').getByText('tidy', { exact: true }).waitFor();
    deepEqual(await page.locator('main button:not(.commit)').allTextContents(), ['Log']);
    equal(await page.getByRole('link', { name: 'Console' }).count(), 0);
  });

  for (const theme of ['light', 'dark'] as const) {
    test(`everybody can use it (${theme})`, async (t) => {
      const page = await browser.page(t, { theme });
      await open(page, page1);
      await panel(page, 'Jobs').waitFor();
      deepEqual(await axe(page), []);
      deepEqual(await narrow(page), []);
      for (const part of ['Deploys', 'Variables', 'Doctor']) {
        await page.getByRole('link', { name: part }).click();
        await page.locator('.panel tbody tr, .panel li').first().waitFor();
        deepEqual(await axe(page), [], part);
        deepEqual(await narrow(page), [], part);
      }
    });
  }

  test('one that goes is seen going, says when and why it went, and is made anew', async (t) => {
    const page = await browser.page(t);
    await open(page, page1);
    await page.locator('.screen-head').getByText('live', { exact: true }).waitFor();
    await controller.call('DELETE', at(page1));
    await page.getByText('It is gone, with its data: destroyed by').waitFor();
    const happened = panel(page, 'What happened');
    match(await happened.getByText('notes/preview/page is gone').innerText(), /destroyed by/);
    match(await happened.locator('li time').first().innerText(), /ago|now/);
    equal(await page.getByRole('button', { name: 'Destroy' }).count(), 0);
    await page.getByRole('button', { name: 'Make it anew' }).click();
    await page.locator('.screen-head').getByText('live', { exact: true }).waitFor();
    equal(await served(), second);
  });
});

const panel = (page: Page, title: string) => page.getByRole('region', { name: title, exact: true });
const rowOf = (page: Page, name: string) =>
  page.locator('tbody tr').filter({ has: page.getByText(name, { exact: true }) });
