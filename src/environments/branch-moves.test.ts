import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { apiRig, git, shopWithBranches, type ApiRig } from '../../test/support/api-rig.ts';
import { sql } from '../db/pool.ts';
import { apps, type App } from '../git/app.ts';
import { noCommit, parseRefUpdates } from '../git/branch.ts';
import { recordPush } from '../git/push.ts';
import { reconcile } from './reconcile.ts';

/** What git says to a hook, and when the hook and the reconciler come too late or at the same time. */
describe('a branch that moves while somebody looks', () => {
  let rig: ApiRig;
  let app: App;
  let first: string;

  before(async () => {
    rig = await apiRig();
    first = (await shopWithBranches(rig, 'a', 'b', 'c')).head;
    const known = await apps.byName(rig.world.db, 'shop');
    assert.ok(known);
    app = known;
    await reconcile(rig.world);
  });
  after(() => rig.close());

  const bare = (): string => rig.world.repositories.path('shop');

  /** A commit nobody has yet, on top of another. */
  const commitOn = (parent: string, message: string): Promise<string> =>
    git(bare(), 'commit-tree', `${parent}^{tree}`, '-p', parent, '-m', message);

  const move = (branch: string, to: string | null): Promise<string> =>
    to === null
      ? git(bare(), 'update-ref', '-d', `refs/heads/${branch}`)
      : git(bare(), 'update-ref', `refs/heads/${branch}`, to);

  const told = (branch: string, before: string | null, after: string | null) =>
    recordPush(
      rig.world,
      app,
      parseRefUpdates(`${before ?? noCommit} ${after ?? noCommit} refs/heads/${branch}\n`),
      'ada',
    );

  const pushed = async (branch: string): Promise<string[]> =>
    (
      await sql<{ commit: string }>`select commit from pushes where branch = ${branch}
        order by at`.execute(rig.world.db)
    ).rows.map(({ commit }) => commit);

  /** The reconciler looks, and this happens right after it has read the repository. */
  async function reconcileAround(happens: () => Promise<unknown>): Promise<void> {
    const { repositories } = rig.world;
    const slow = Object.create(repositories) as typeof repositories;
    slow.heads = async (name) => {
      const heads = await repositories.heads(name);
      await happens();
      return heads;
    };
    await reconcile({ ...rig.world, repositories: slow });
  }

  test('a deletion that was recorded meanwhile is no new push', async () => {
    await reconcileAround(async () => {
      await move('a', null);
      await told('a', first, null);
    });
    assert.deepEqual(await pushed('a'), [first]);
  });

  test('a push that was recorded meanwhile is not undone', async () => {
    const second = await commitOn(first, 'second');
    await reconcileAround(async () => {
      await move('b', second);
      await told('b', first, second);
    });
    await reconcile(rig.world);
    assert.deepEqual(await pushed('b'), [first, second]);
  });

  test('an unheard push followed by a heard one is followed once, by the newer', async () => {
    const [second, third] = [await commitOn(first, '2'), await commitOn(first, '3')];
    await move('c', second);
    await reconcileAround(async () => {
      await move('c', third);
      await told('c', second, third);
    });
    assert.deepEqual(await pushed('c'), [first, third]);
  });

  test('a hook that comes after the next push is told so, and takes nothing back', async () => {
    const [fourth, fifth] = [await commitOn(first, '4'), await commitOn(first, '5')];
    const before = await git(bare(), 'rev-parse', 'refs/heads/c');
    await move('c', fifth);
    await told('c', fourth, fifth);
    const late = await told('c', before, fourth);
    assert.deepEqual(late, { pushes: [], overtaken: ['c'], gone: [] });
    assert.equal((await pushed('c')).at(-1), fifth);
  });
});
