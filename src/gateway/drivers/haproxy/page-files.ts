import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Page } from '../../route.ts';
import { ownPages } from './own-pages.ts';
import type { PlacedRoute } from './placed-route.ts';
import { wordedPage } from './worded-page.ts';

const directory = 'pages';

/**
 * The gateway's own answers, as files that HAProxy's Lua reads when they are asked for: its maps hold no line
 * breaks. All that are needed are there when it returns, and no others. A record's files never change.
 */
export function writePages(placed: Iterable<PlacedRoute>): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const needed = new Set(Object.keys(ownPages));
  for (const [name, page] of Object.entries(ownPages)) writePage(name, page);
  for (const one of placed) {
    needed.add(String(one.record));
    writePageOf(one);
  }
  for (const file of readdirSync(directory)) {
    if (!needed.has(file.slice(0, file.indexOf('.')))) remove(file);
  }
}

/** On disk when it returns, if the route has a page or a text. */
export function writePageOf({ record, route: { target } }: PlacedRoute): void {
  if (target.kind === 'page') writePage(String(record), target.page);
  if (target.kind === 'text') {
    const type = 'text/plain; charset=utf-8';
    write(`${record}.text`, { status: 200, type, body: target.text });
  }
}

/** Repeatable. */
export function removePageOf({ record, route }: PlacedRoute): void {
  if (route.target.kind === 'versions') return;
  for (const form of ['html', 'json', 'text']) remove(`${record}.${form}`);
}

function writePage(name: string, page: Page): void {
  for (const [form, { type, body }] of Object.entries(wordedPage(page))) {
    write(`${name}.${form}`, { status: page.status, type: `${type}; charset=utf-8`, body });
  }
}

/** The media type, the status, and then the body. */
function write(
  file: string,
  { status, type, body }: { status: number; type: string; body: string },
): void {
  const fresh = `${directory}/.new`;
  writeFileSync(fresh, `${type}\n${status}\n${body}`, { mode: 0o600 });
  renameSync(fresh, `${directory}/${file}`);
}

const remove = (file: string): void => rmSync(`${directory}/${file}`, { force: true });
