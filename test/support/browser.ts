import { deepEqual } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { projectRoot } from './project-files.ts';

/** A real Chromium for one test file; each page has a browser window of its own, with its own cookies. */
export interface TestBrowser {
  /** Closed when the test ends, which fails if the page has complained meanwhile. */
  page(test: TestContext, look?: Look): Promise<Page>;
  /** Throws when a page that is open has complained: console errors, exceptions, a crash. */
  clean(): void;
  end(): Promise<void>;
}

export interface Look {
  theme?: 'light' | 'dark';
  width?: number;
  height?: number;
  /** Complaints that belong to the story, as of a request that is refused. */
  mayComplain?: RegExp;
}

const path = programOnPath(['chromium-headless-shell', 'chromium']);

/** For `{ skip: noBrowser }`: why tests in a browser cannot run; false where they can. */
export const noBrowser: false | string =
  path === null && 'there is no Chromium (Debian: chromium-headless-shell)';

/** Screens are tall enough that most of a page is seen. */
export const usualSize = { width: 1440, height: 900 };
export const phoneSize = { width: 390, height: 844 };

/** A busy machine takes its time; what never comes is told apart by no other means. */
const patienceMs = 90_000;

export async function openBrowser(): Promise<TestBrowser> {
  const browser = await launchChromium();
  const open = new Map<Page, string[]>();
  return {
    async page(test, look = {}) {
      const page = await newPage(browser, look);
      page.context().setDefaultTimeout(patienceMs);
      const complaints = collectComplaints(page, look.mayComplain);
      open.set(page, complaints);
      test.after(async () => {
        open.delete(page);
        // An answer that a test is just making up has nobody to go to any more, which is no failure.
        if (!page.isClosed()) await page.unrouteAll({ behavior: 'ignoreErrors' });
        await page.context().close();
        deepEqual(complaints, []);
      });
      return page;
    },
    clean: () => deepEqual([...open.values()].flat(), []),
    end: () => browser.close(),
  };
}

/** For tests of the dashboard, which is built before, where it is not built from what stands here. */
export async function dashboardBrowser(): Promise<TestBrowser> {
  execFileSync(process.execPath, [join(projectRoot, 'web', 'build.ts')]);
  return openBrowser();
}

/** Throws where there is none. */
export function launchChromium(): Promise<Browser> {
  if (path === null) throw new Error(String(noBrowser));
  // Its sandbox refuses root; pages of tests are ours.
  return chromium.launch({ executablePath: path, chromiumSandbox: process.getuid?.() !== 0 });
}

/** A window of its own, that moves nothing for show. */
export async function newPage(browser: Browser, look: Look = {}): Promise<Page> {
  const { theme = 'light', width = usualSize.width, height = usualSize.height } = look;
  const viewport = { width, height };
  const context = await browser.newContext({
    viewport,
    colorScheme: theme,
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'UTC',
  });
  return context.newPage();
}

/** Its browser is signed in at this controller from now on; the page stays where it is. Repeatable. */
export async function signIn(page: Page, url: string, token: string): Promise<void> {
  const reply = await page.request.post(`${url}/api/v1/session`, { data: { token } });
  if (!reply.ok()) throw new Error(`sign-in: ${reply.status()} ${await reply.text()}`);
}

const rules = ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'];

/** What axe-core has against the page as it is now: a line for each rule, with the places. */
export async function axe(page: Page): Promise<string[]> {
  type Violation = { id: string; help: string; nodes: { target: string[] }[] };
  await page.evaluate(
    readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8'),
  );
  const { violations } = await page.evaluate<{ violations: Violation[] }>(
    `axe.run(document, { runOnly: ${JSON.stringify(rules)}, resultTypes: ['violations'] })`,
  );
  return violations.map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ target }) => target).join(' · ')}`,
  );
}

/** Makes the page as narrow as a phone. What then sticks out to the right; empty: nothing scrolls sideways. */
export async function narrow(page: Page): Promise<string[]> {
  await page.setViewportSize(phoneSize);
  return page.evaluate<string[]>(sticksOut);
}

/** A list in a box that scrolls by itself sticks out of nothing. Text of the page, which has no types here. */
const sticksOut = `new Promise((settle) => requestAnimationFrame(() => requestAnimationFrame(() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return settle([]);
  const isBoxed = (element) => {
    for (let box = element.parentElement; box && box !== document.body; box = box.parentElement)
      if (getComputedStyle(box).overflowX !== 'visible') return true;
    return false;
  };
  const wide = [...document.body.querySelectorAll('*')].filter(
    (element) => element.getBoundingClientRect().right > clientWidth + 0.5 && !isBoxed(element));
  const named = (element) => element.tagName.toLowerCase() + (element.id && '#' + element.id) +
    [...element.classList].map((name) => '.' + name).join('') +
    ' reaches ' + Math.round(element.getBoundingClientRect().right) + ' of ' + clientWidth;
  settle([...wide.filter((element) => !wide.some((other) => other !== element && element.contains(other))).map(named),
    'the page is ' + scrollWidth + ' wide']);
})))`;

function collectComplaints(page: Page, allowed: RegExp | undefined): string[] {
  const complaints: string[] = [];
  const complain = (what: string): void => {
    if (!allowed?.test(what)) complaints.push(what);
  };
  page.on('console', (message) => {
    if (message.type() === 'error') complain(`${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => complain(error.stack ?? error.message));
  page.on('crash', () => complain('The page crashed.'));
  return complaints;
}

function programOnPath(names: readonly string[]): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const candidates = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return candidates.find(isProgram) ?? null;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
