import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync, truncateSync } from 'node:fs';
import { afterEach, beforeEach, test } from 'node:test';
import { type Cleanup, cleanup, freshDirectory } from '../../../test/support/gateway-rig.ts';
import type { SharedRoute } from './choose/chooser.ts';
import { savedRoutes } from './saved-routes.ts';

let undo: Cleanup;

beforeEach(async () => {
  undo = cleanup();
  const before = process.cwd();
  const directory = await freshDirectory(undo);
  process.chdir(directory);
  undo.add(() => process.chdir(before));
});
afterEach(() => undo.run());

const route = (host: string, text = 'x'): SharedRoute => ({
  host,
  path: '/',
  environment: 'e',
  service: 'web',
  target: { kind: 'text', text },
  shares: [],
});

const journals = () => readdirSync('.').filter((name) => name.startsWith('routes.journal.'));
const longest = (): string =>
  journals().sort((one, other) => readFileSync(other).length - readFileSync(one).length)[0]!;

test('what was added is there for the next process', async () => {
  const saved = savedRoutes();
  saved.add({ set: [route('a.test'), route('b.test')], remove: [] });
  saved.add({ set: [route('c.test')], remove: [{ host: 'a.test', path: '/' }] });
  saved.add({ set: [], remove: [], fence: { scope: 'env', epoch: 7 } });
  await saved.close();
  const next = savedRoutes();
  assert.deepEqual([...next.routes.keys()].sort(), ['b.test/', 'c.test/']);
  assert.equal(next.fences.get('env')?.epoch, 7);
  await next.close();
});

test('a change of which the line is torn was never made, those before were', async () => {
  const saved = savedRoutes();
  saved.add({ set: [route('a.test')], remove: [] });
  saved.add({ set: [route('b.test')], remove: [] });
  await saved.close();
  truncateSync(longest(), readFileSync(longest()).length - 5);
  const next = savedRoutes();
  assert.deepEqual([...next.routes.keys()], ['a.test/']);
  next.add({ set: [route('c.test')], remove: [] });
  await next.close();
  const last = savedRoutes();
  assert.deepEqual([...last.routes.keys()].sort(), ['a.test/', 'c.test/']);
  await last.close();
});

test('a line that cannot be understood loses only itself, and its file is kept aside', async () => {
  const saved = savedRoutes();
  saved.add({ set: [route('a.test')], remove: [] });
  await saved.close();
  appendFileSync(longest(), '{"set": "all of them"}\n');
  const next = savedRoutes();
  assert.deepEqual([...next.routes.keys()], ['a.test/']);
  assert.ok(readdirSync('.').some((name) => /^routes\.journal\.\d+\.broken-/.test(name)));
  await next.close();
});

test('a long journal becomes a snapshot, and changes during that are in neither lost nor twice', async () => {
  const saved = savedRoutes();
  const big = 'x'.repeat(100_000);
  const bytes = () => journals().reduce((sum, name) => sum + readFileSync(name).length, 0);
  let added = 0;
  const add = (): void => {
    saved.add({ set: [route('big.test', `${big}${added}`), route(`r${added}.test`)], remove: [] });
    added += 1;
  };
  while (bytes() < 2_000_000) add();
  while (bytes() > 1_000_000) {
    add();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await saved.close();
  const next = savedRoutes();
  assert.equal(next.routes.size, added + 1);
  const { target } = next.routes.get('big.test/')!;
  assert.equal(target.kind === 'text' ? target.text : '', `${big}${added - 1}`);
  await next.close();
});
