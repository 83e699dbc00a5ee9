import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { newPage, signIn } from '../../test/support/browser.ts';
import type { Screen } from './screens.ts';

/** A Signalbox whose pictures are taken. */
export interface Sitter {
  url: string;
  /** Of an admin: all verbs are seen. */
  token: string;
}

const images = join(import.meta.dirname, '../../docs/images');
const patienceMs = 20_000;

/** Takes these screens, one after the other. Returns what went wrong; the others are taken all the same. */
export async function takePictures(
  browser: Browser,
  sitter: Sitter,
  screens: readonly Screen[],
): Promise<string[]> {
  await mkdir(images, { recursive: true });
  const viewer = screens.some(({ path }) => path.includes('VIEWER')) ? await viewerOf(sitter) : '';
  const troubles: string[] = [];
  for (const screen of screens) {
    try {
      await takePicture(browser, sitter, {
        ...screen,
        path: screen.path.replace('VIEWER', viewer),
      });
      process.stdout.write(`  docs/images/${screen.file}.png\n`);
    } catch (error) {
      troubles.push(`${screen.file}: ${String(error)}`);
    }
  }
  return troubles;
}

async function takePicture(browser: Browser, sitter: Sitter, screen: Screen): Promise<void> {
  const page = await newPage(browser, screen.look);
  try {
    if (!screen.path.startsWith('/radiator')) await signIn(page, sitter.url, sitter.token);
    await page.goto(sitter.url + screen.path);
    await page.locator(screen.shows).first().waitFor({ timeout: patienceMs });
    const busy = page.locator('[aria-busy=true]').first();
    await busy.waitFor({ state: 'hidden', timeout: patienceMs });
    // Charts are drawn in the frame after their numbers came.
    await page.evaluate(
      'new Promise((done) => requestAnimationFrame(() => setTimeout(done, 300)))',
    );
    await page.screenshot({ path: join(images, `${screen.file}.png`) });
  } finally {
    await page.context().close();
  }
}

async function viewerOf({ url, token }: Sitter): Promise<string> {
  const reply = await fetch(`${url}/api/v1/tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'the screen in the hall', role: 'viewer' }),
  });
  if (!reply.ok) throw new Error(`No token for the radiator: ${await reply.text()}`);
  return ((await reply.json()) as { token: string }).token;
}
