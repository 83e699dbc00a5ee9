import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { apiRig, git, shopYaml, type ApiRig } from '../../test/support/api-rig.ts';
import { sql } from '../db/pool.ts';
import { reconcile } from '../environments/reconcile.ts';
import { addApp } from '../git/add-app.ts';
import type { App } from '../git/app.ts';
import { findRevert } from '../git/find-revert.ts';
import { makeRevert } from '../git/make-revert.ts';
import { moveBranch } from '../git/move-branch.ts';
import { runGit } from '../git/repositories.ts';
import { commitMarks } from '../rollout/lane-tables.ts';
import { revertCommit, type RevertWish } from './revert-commit.ts';

let rig: ApiRig;
let app: App;
let clone: string;
let counted = 0;

before(async () => {
  rig = await apiRig();
});
after(() => rig.close());

/** An app of its own for each test, whose signalbox.yaml is on main. */
beforeEach(async () => {
  counted += 1;
  const name = `shop-${counted}`;
  const { repositories } = rig.world;
  ({ app } = await addApp(rig.world, { name, source: null, mainBranch: null }));
  clone = join(rig.directory, name);
  await runGit(['clone', '-q', repositories.path(name), clone]);
  await git(clone, 'switch', '-q', '-c', 'main').catch(() => '');
  await commit({ 'signalbox.yaml': shopYaml.replace('app: shop', `app: ${name}`), a: '1\n2\n3\n' });
});

async function commit(files: Record<string, string | null>, message = 'a change'): Promise<string> {
  for (const [path, text] of Object.entries(files)) {
    const file = join(clone, path);
    if (text === null) await rm(file);
    else {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
  }
  await git(clone, 'add', '-A');
  await git(clone, 'commit', '-q', '--allow-empty', '-m', message);
  return sendOn();
}

/** Into the bare repository, past the hooks, as a push that nobody has recorded. */
async function sendOn(branch = 'main'): Promise<string> {
  const bare = rig.world.repositories.path(app.name);
  const refs = `+refs/heads/${branch}:refs/heads/${branch}`;
  await git(bare, 'fetch', '-q', clone, refs);
  return git(clone, 'rev-parse', branch);
}

const revert = (wish: Omit<RevertWish, 'app' | 'by'>) =>
  revertCommit(rig.world, { app, by: 'ada@example.com', ...wish });

const inBare = (...args: string[]): Promise<string> =>
  runGit(['--git-dir', rig.world.repositories.path(app.name), ...args]);

const file = async (path: string, at = 'main'): Promise<string | null> =>
  inBare('show', `${at}:${path}`).catch(() => null);

const pushesOf = async (branch: string) =>
  (
    await sql<{ id: string; commit: string; by: string; before: string | null }>`
      select id, commit, by, before_commit as before from pushes where app_id = ${app.id} and branch = ${branch}
      order by at`.execute(rig.world.db)
  ).rows;

test('the commit is taken back on main, its author asked for it, and a push carries it on', async () => {
  const bad = await commit({ a: '1\ntwo\n3\n', 'new/file': 'x' }, 'sell for nothing');
  const later = await commit({ b: 'later' });
  const made = await revert({ commit: bad.slice(0, 9), reason: 'It sold for nothing.' });
  assert.deepEqual([await file('a'), await file('new/file')], ['1\n2\n3', null]);
  assert.equal(await file('b'), 'later');
  const [said, parents, author] = (
    await inBare('log', '-1', '--format=%B%x00%P%x00%an <%ae>', 'main')
  ).split('\0');
  assert.equal(
    said,
    `Revert "sell for nothing"\n\nThis reverts commit ${bad}.\n\nIt sold for nothing.\n`,
  );
  assert.deepEqual([parents, author], [later, 'ada@example.com <ada@example.com>']);
  assert.deepEqual([made.reverts, made.branch], [bad, 'main']);
  const pushes = await pushesOf('main');
  assert.deepEqual(pushes, [
    { id: made.push, commit: made.commit, by: 'ada@example.com', before: later },
  ]);
  assert.deepEqual(await rig.engine.state(`push-${made.push}`), 'running');
  const [marked] = await commitMarks.of(rig.world.db, app.id, 'reverted');
  const why = `by ${made.commit.slice(0, 7)}: It sold for nothing.`;
  assert.deepEqual([marked?.commit, marked?.reason], [bad, why]);
});

test('a second time it is refused with the name of the first; the revert itself can be reverted', async () => {
  const bad = await commit({ a: '1\ntwo\n3\n' }, 'a price');
  const { commit: first } = await revert({ commit: bad });
  await assert.rejects(revert({ commit: bad }), {
    code: 'revert/done-before',
    message: new RegExp(first.slice(0, 7)),
  });
  const { subject } = await revert({ commit: first });
  assert.equal(subject, 'Revert "Revert "a price""');
  assert.equal(await file('a'), '1\ntwo\n3');
  // It holds again, so it can be taken back again.
  const { commit: third } = await revert({ commit: bad });
  assert.equal(
    await findRevert(rig.world.repositories, { app: app.name, commit: bad, head: third }),
    third,
  );
  assert.equal(await file('a'), '1\n2\n3');
});

test('of a merge what it brought to its first parent is taken back', async () => {
  await git(clone, 'switch', '-q', '-c', 'side');
  await git(clone, 'commit', '-q', '--allow-empty', '-m', 'empty');
  await writeFile(join(clone, 'side'), 'x');
  await git(clone, 'add', '-A');
  await git(clone, 'commit', '-q', '-m', 'on the side');
  await git(clone, 'switch', '-q', 'main');
  const first = await commit({ b: '1' });
  await git(clone, 'merge', '-q', '--no-ff', '-m', 'merge side', 'side');
  const merge = await sendOn();
  await revert({ commit: merge });
  assert.deepEqual([await file('side'), await file('b')], [null, '1']);
  const said = await inBare('log', '-1', '--format=%b', 'main');
  assert.equal(said.trim(), `This reverts commit ${merge}, reversing\nchanges made to ${first}.`);
});

test('what later commits changed again is a conflict with its paths, and no branch moves', async () => {
  const bad = await commit({ a: '1\ntwo\n3\n' });
  const head = await commit({ a: '1\ntwo and more\n3\n' });
  await assert.rejects(revert({ commit: bad }), {
    code: 'revert/conflict',
    message: /Later commits changed the same lines: a\./,
  });
  assert.equal(await rig.world.repositories.head(app.name, 'main'), head);
  assert.deepEqual(await pushesOf('main'), []);
});

test('what cannot be reverted is refused in words', async () => {
  const root = (await inBare('rev-list', '--max-parents=0', 'main')).trim();
  const empty = await commit({});
  await git(clone, 'switch', '-q', '-c', 'elsewhere');
  await git(clone, 'commit', '-q', '--allow-empty', '-m', 'elsewhere');
  const elsewhere = await sendOn('elsewhere');
  for (const [wish, code] of [
    [{ commit: 'beef' }, 'commit/unknown'],
    [{ commit: elsewhere }, 'revert/not-on-branch'],
    [{ commit: empty }, 'revert/no-change'],
    // Without its first commit it has no signalbox.yaml.
    [{ commit: root }, 'revert/unusable'],
    [{ commit: root, on: 'no..name' }, 'revert/unusable'],
  ] as const)
    await assert.rejects(revert(wish), { code }, JSON.stringify(wish));
  const bad = await (git(clone, 'switch', '-q', 'main'), commit({ c: '1' }));
  await assert.rejects(revert({ commit: bad, on: 'no..name' }), {
    code: 'revert/branch-busy',
    message: /git says: .*no\.\.name/,
  });
  const followed = { ...app, source: 'https://git.example.com/shop.git' };
  await assert.rejects(revertCommit(rig.world, { app: followed, by: 'ada', commit: bad }), {
    code: 'revert/followed-repository',
    message: /git switch main && git revert/,
  });
  assert.deepEqual(await pushesOf('main'), []);
});

test('on another branch main stays as it is; one that is not there begins at main', async () => {
  const bad = await commit({ c: '1' });
  const made = await revert({ commit: bad, on: 'without-c' });
  assert.deepEqual([await file('c'), await file('c', 'without-c')], ['1', null]);
  assert.deepEqual(
    (await pushesOf('without-c')).map(({ id, before }) => [id, before]),
    [[made.push, null]],
  );
  assert.deepEqual(await commitMarks.of(rig.world.db, app.id, 'reverted'), []);
});

test('of several at once none is lost: each comes after what the others pushed', async () => {
  const bad: string[] = [];
  for (const name of ['c', 'd', 'e']) bad.push(await commit({ [name]: '1' }));
  await Promise.all(bad.map((one) => revert({ commit: one })));
  assert.deepEqual(await Promise.all(['c', 'd', 'e'].map((path) => file(path))), [
    null,
    null,
    null,
  ]);
  assert.equal((await inBare('rev-list', '--count', `${bad.at(-1)}..main`)).trim(), '3');
});

test('of the same commit at once one is made and the others are told so', async () => {
  const bad = await commit({ c: '1' });
  const all = await Promise.allSettled([1, 2, 3].map(() => revert({ commit: bad })));
  const codes = all.map((one) =>
    one.status === 'fulfilled' ? 'made' : (one.reason as { code: string }).code,
  );
  assert.deepEqual(codes.sort(), ['made', 'revert/done-before', 'revert/done-before']);
});

test('what was killed before the push was recorded is followed by the reconciler, once', async () => {
  const bad = await commit({ c: '1' });
  await reconcile(rig.world);
  const { repositories } = rig.world;
  const order = { app: app.name, commit: bad, onto: bad, by: 'ada', reason: null };
  const made = await makeRevert(repositories, order);
  assert.equal(made.kind, 'made');
  const after = made.kind === 'made' ? made.commit : '';
  const move = { branch: 'main', before: bad, after, why: 'revert' };
  assert.deepEqual(await moveBranch(repositories, app.name, move), { kind: 'moved' });
  // Here it was killed. Whoever asks again is told that it is done.
  await assert.rejects(revert({ commit: bad }), { code: 'revert/done-before' });
  await reconcile(rig.world);
  await reconcile(rig.world);
  const last = (await pushesOf('main')).filter((push) => push.commit === after);
  assert.deepEqual(
    last.map(({ by, before }) => [by, before]),
    [['reconciler', bad]],
  );
  assert.equal(await rig.engine.state(`push-${last[0]?.id}`), 'running');
});
