import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { WebSocket } from 'ws';
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

describe('the console of the dashboard', { skip: noBrowser }, () => {
  let signalbox: TestSignalbox;
  let controller: Controller;
  let browser: TestBrowser;
  let app: SampleApp;

  before(async () => {
    [signalbox, browser, app] = await Promise.all([
      freePort().then((port) => testSignalbox({ listen: `127.0.0.1:${port}` })),
      dashboardBrowser(),
      talkativeApp('desk'),
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

  const place = (): string => `${controller.url}/apps/desk/environments/production/console`;
  const word = async (): Promise<string> =>
    (await visit(signalbox.gatewayPort, 'desk.localhost', '/word')).body;
  const atConsole = async (test: Parameters<TestBrowser['page']>[0], look: Look = {}) => {
    const page = await browser.page(test, look);
    await signIn(page, controller.url, controller.token);
    await page.goto(place());
    await page.getByRole('button', { name: 'Open a console' }).waitFor();
    return page;
  };
  const open = async (page: Page, command = ''): Promise<void> => {
    await page.getByLabel('Command').fill(command);
    await page.getByRole('button', { name: /^Open an?/ }).click();
  };
  const isOpen = (page: Page) => page.getByText('open', { exact: true }).waitFor();
  const shows = (page: Page, text: string | RegExp) =>
    page.locator('.xterm-rows > div').filter({ hasText: text }).first().waitFor();
  const sizeShown = async (page: Page, label: string): Promise<string> => {
    await page.keyboard.type(`echo ${label} $(stty size)\r`);
    const said = page.locator('.xterm-rows > div').filter({ hasText: new RegExp(`^${label} \\d`) });
    await said.waitFor();
    return (await said.innerText()).trim().replace(`${label} `, '');
  };

  test('is a shell in what serves, and says that this is production', async (test) => {
    const page = await atConsole(test);
    await page.getByText('You are in production.').waitFor();
    await open(page);
    await isOpen(page);
    await page.keyboard.type('echo $((6*7))\r');
    await shows(page, /^42\s*$/);
    await page.keyboard.type('echo typed in a browser > word.txt\r');
    await eventually('the app has it', async () => (await word()) === 'typed in a browser\n');
    await page.keyboard.type('exit 3\r');
    await page.getByText('ended with exit code 3').waitFor();
  });

  test('runs one command, with the limits of a service, and another after it', async (test) => {
    const page = await atConsole(test);
    await page.getByLabel('With the limits of').selectOption('worker');
    await open(page, 'echo "as $((20+2))"');
    await page.getByText('ended with exit code 0').waitFor();
    await shows(page, /^as 22/);
    await open(page, 'exit 9');
    await page.getByText('ended with exit code 9').waitFor();
    equal(await page.locator('.xterm').count(), 1);
  });

  test('is as large on the other side as it is here', async (test) => {
    const page = await atConsole(test);
    await open(page);
    await isOpen(page);
    const wide = await sizeShown(page, 'wide');
    await page.setViewportSize({ width: 700, height: 700 });
    // The size travels beside the keys, and may come after them.
    const small = await eventually('another size', async () => {
      const size = await sizeShown(page, `s${Math.random().toString(36).slice(2, 6)}`);
      return size !== wide && size;
    });
    const [wideRows = 0, wideColumns = 0] = wide.split(' ').map(Number);
    const [rows = 0, columns = 0] = small.split(' ').map(Number);
    ok(rows < wideRows && columns < wideColumns, `${small} after ${wide}`);
  });

  test('pastes what was copied, and copies what is selected', async (test) => {
    const page = await atConsole(test);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await open(page, "printf 'Selected\\n'; read line; printf 'Got %s\\n' \"$line\"");
    await shows(page, /^Selected/);
    const box = await page.locator('.xterm-screen').boundingBox();
    await page.mouse.dblclick((box?.x ?? 0) + 12, (box?.y ?? 0) + 6);
    await page.keyboard.press('Control+C');
    equal(await page.evaluate('navigator.clipboard.readText()'), 'Selected');
    await page.evaluate("navigator.clipboard.writeText('something else')");
    await page.keyboard.press('Control+V');
    await page.keyboard.press('Enter');
    await shows(page, 'Got something else');
  });

  test('can be left by the keyboard, and ends what runs in it', async (test) => {
    const page = await atConsole(test);
    await open(page, 'while true; do date +%s%N > word.txt; sleep 0.05; done');
    await isOpen(page);
    const before = await word();
    await eventually('it runs', async () => (await word()) !== before);
    await page.keyboard.press('Shift+F6');
    await page.keyboard.press('Enter');
    await page.getByText('ended by you').waitFor();
    await stands();
  });

  test('ends when one goes elsewhere', async (test) => {
    const page = await atConsole(test);
    const before = await word();
    await open(page, 'while true; do date +%s%N > word.txt; sleep 0.05; done');
    await eventually('it runs', async () => (await word()) !== before);
    await page.getByRole('link', { name: 'Logs' }).click();
    await page.getByRole('log').waitFor();
    await stands();
    equal(await page.locator('.xterm').count(), 0);
  });

  /** Nothing writes the word any more. */
  const stands = (): Promise<unknown> =>
    eventually('nothing runs', async () => {
      const word1 = await word();
      await pause(300);
      return word1 === (await word());
    });

  test('fits the screen, and anybody can use it', async (test) => {
    const page = await atConsole(test);
    await page.getByLabel('For a screen reader').check();
    await open(page);
    await isOpen(page);
    await page.keyboard.type('echo $((6*7))\r');
    await page.locator('.xterm-accessibility').getByText('42', { exact: true }).waitFor();
    deepEqual(await axe(page), []);
    await page.emulateMedia({ colorScheme: 'dark' });
    deepEqual(await axe(page), []);
    deepEqual(await narrow(page), []);
  });

  test('is for developers', async (test) => {
    const made = { name: 'watcher', role: 'viewer' };
    const { token } = await controller.call<{ token: string }>('POST', '/api/v1/tokens', made);
    const page = await browser.page(test);
    await signIn(page, controller.url, token);
    await page.goto(place());
    await page.getByRole('link', { name: 'Logs' }).waitFor();
    equal(await page.getByRole('link', { name: 'Console' }).count(), 0);
    equal(await page.getByRole('button', { name: 'Open a console' }).count(), 0);
    const address = `${controller.url}/api/v1/environments/desk%2Fproduction/terminal`;
    const socket = new WebSocket(address.replace('http', 'ws'), {
      headers: { authorization: `Bearer ${token}` },
    });
    const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
    equal(answer.statusCode, 403);
    answer.destroy();
  });

  test('says that it was cut off, why it opens no more, and opens when it can', async (test) => {
    const mayComplain =
      /ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE|ERR_CONNECTION_RESET|WebSocket/;
    const page = await atConsole(test, { mayComplain });
    await open(page);
    await isOpen(page);
    await controller.kill();
    await page.getByText('cut off', { exact: true }).waitFor();
    await open(page);
    await page.getByText('The controller does not answer.').first().waitFor();
    controller = await signalbox.start();
    await open(page);
    await isOpen(page);
    await page.keyboard.type('echo $((6*7))\r');
    await shows(page, /^42\s*$/);
  });
});
