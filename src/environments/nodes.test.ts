import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import {
  apiRig,
  asking,
  git,
  livingEnvironment,
  shopWithBranches,
  shopYaml,
  type ApiRig,
} from '../../test/support/api-rig.ts';
import { sql } from '../db/pool.ts';
import { apps, type App } from '../git/app.ts';
import { branchSlug, nodeHost } from '../kernel/host-name.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { commitVerdict, markGood, takeBackGood } from './commit-verdict.ts';
import { decideEnd, destroyEnvironment } from './destroy.ts';
import { clearNode } from './nodes.ts';
import { planPush, type Plan } from './plan-push.ts';
import { environments } from './tables.ts';

const withNodes = (nodes: string): string =>
  shopYaml.replace('except: ["bot/**"]', `except: ["bot/**"], ${nodes}`);

let rig: ApiRig;
let app: App;
let head: string;
const all = ['a', 'b', 'c', 'bot/update'];

before(async () => {
  rig = await apiRig();
  await shopWithBranches(rig);
  const known = await apps.byName(rig.world.db, 'shop');
  assert.ok(known);
  app = known;
  await fileSays('nodes: 2');
});
after(() => rig.close());

beforeEach(async () => {
  for (const table of ['commit_verdicts', 'branch_nodes', 'environments', 'pushes'])
    await sql.raw(`delete from ${table}`).execute(rig.world.db);
  for (const route of await rig.world.gateway.routes())
    await rig.world.gateway.apply([{ remove: { host: route.host, path: route.path } }]);
});

/** The same commit on all branches. */
async function fileSays(nodes: string): Promise<void> {
  const source = join(rig.directory, 'source');
  await writeFile(join(source, 'signalbox.yaml'), withNodes(nodes));
  await git(source, 'commit', '-q', '-a', '-m', nodes);
  head = await git(source, 'rev-parse', 'HEAD');
  const bare = rig.world.repositories.path('shop');
  for (const branch of ['main', ...all])
    await git(bare, 'fetch', '-q', source, `+refs/heads/main:refs/heads/${branch}`);
}

const build = async (branch: string) => rig.handlers.buildBranch({ app: 'shop', branch }, asking());

const where = async (): Promise<(string | null)[]> =>
  (
    await sql<{ branch: string | null }>`select b.branch from generate_series(1, 2) as n
      left join branch_nodes b on b.number = n and b.left_at is null order by n`.execute(
      rig.world.db,
    )
  ).rows.map(({ branch }) => branch);

const endPushes = () =>
  sql`update pushes set ended_at = now(), state = 'live' where ended_at is null`.execute(
    rig.world.db,
  );

/** As a deploy leaves it, on a node. */
async function livesOn(number: number, branch: string): Promise<string> {
  const { id } = await livingEnvironment(rig, { name: `preview/${branch}`, commit: head });
  const host = nodeHost({ number, app: 'shop', domain: 'localhost' });
  await sql`update environments set host = ${host} where id = ${id}`.execute(rig.world.db);
  return id;
}

const refusal = (code: string) => (error: unknown) =>
  error instanceof SignalboxError && error.code === code;

async function plan(branch: string): Promise<Plan> {
  const id = `push-${branch.replaceAll('/', '-')}-${Math.random().toString(36).slice(2)}`;
  await sql`insert into pushes (id, app_id, branch, commit, by)
    values (${id}, ${app.id}, ${branch}, ${head}, 'ada')`.execute(rig.world.db);
  const made = await planPush(rig.world, id);
  assert.ok(made);
  return made;
}

describe('asking for a node', () => {
  test('two branches that ask at once get two nodes, and the third is told that none is free', async () => {
    const asked = await Promise.allSettled(['a', 'b', 'c'].map(build));
    const got = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value.node] : []));
    assert.deepEqual(new Set(got), new Set([1, 2]));
    const refused = asked.find((one) => one.status === 'rejected');
    assert.ok(refusal('node/none-free')(refused?.reason), String(refused?.reason));
  });

  test('a branch that asks many times at once gets one node', async () => {
    const asked = await Promise.all(['a', 'a', 'a', 'a'].map(build));
    assert.deepEqual(new Set(asked.map(({ node }) => node)), new Set([1]));
    assert.equal(new Set(asked.map(({ push }) => push)).size, 4);
    assert.deepEqual(await where(), ['a', null]);
  });

  test('it is told where it will be, and a push of its newest commit is followed', async () => {
    const { url, environment, push } = await build('a');
    assert.match(url, /^http:\/\/node-1--shop\.localhost/);
    assert.equal(environment, 'preview/a');
    const { rows } = await sql<{ commit: string; target: string | null }>`
      select commit, target from pushes where id = ${push}`.execute(rig.world.db);
    assert.deepEqual(rows, [{ commit: head, target: null }]);
  });

  test('the main branch and unknown branches are refused', async () => {
    await assert.rejects(build('main'), refusal('environment/main-has-no-preview'));
    await assert.rejects(build('nobody'), refusal('branch/unknown'));
    assert.deepEqual(await where(), [null, null]);
  });

  test('no branch has the host of a node', () => {
    for (const branch of ['node-1', 'node-10', 'Node-3'])
      assert.doesNotMatch(branchSlug(branch), /^node-\d+$/);
  });
});

describe('a push', () => {
  test('goes to the node the branch has, also one that usually gets no preview', async () => {
    assert.deepEqual((await plan('bot/update')).kinds, []);
    await build('bot/update');
    const { kinds, onNode } = await plan('bot/update');
    assert.deepEqual([kinds, onNode], [['preview'], true]);
  });

  test('asks for a node where every branch is to have a preview, and is told when none is free', async () => {
    assert.equal((await plan('a')).onNode, true);
    assert.equal((await plan('b')).onNode, true);
    const { kinds, whyNone } = await plan('c');
    assert.deepEqual(kinds, []);
    assert.match(whyNone ?? '', /signalbox build c/);
    assert.deepEqual(await where(), ['a', 'b']);
  });
});

describe('the branch that was there', () => {
  test('serves until the other is built, cannot be kept any more, and goes before the other comes', async () => {
    await build('a');
    const id = await livesOn(1, 'a');
    await build('b');
    await endPushes();
    await livesOn(2, 'b');
    await sql`update environments set pushed_at = now() - interval '1 hour' where id = ${id}`.execute(
      rig.world.db,
    );
    assert.equal((await build('c')).node, 1);
    const until = new Date(Date.now() + 60_000);
    const lease = { environment: id, until, reason: 'a demo' };
    const keeping = async () => rig.handlers.keepEnvironment(lease, asking());
    await assert.rejects(keeping, refusal('node/given-away'));
    assert.equal((await environments.get(rig.world.db, id))?.state, 'live');
    const order = { appId: app.id, app: 'shop', branch: 'c' };
    assert.equal((await clearNode(rig.world, order))?.clear, false);
    assert.equal((await environments.get(rig.world.db, id))?.state, 'destroying');
    const { nodes } = await rig.handlers.listNodes({ app: 'shop' }, asking());
    const listed = nodes.map(({ branch, next, state }) => [branch, next, state]);
    assert.deepEqual(listed, [
      ['a', 'c', 'leaving'],
      ['b', null, 'live'],
    ]);
  });

  test('an environment that is gone leaves its node, unless the branch is being built for it', async () => {
    await build('a');
    const id = await livesOn(1, 'a');
    const gone = async (): Promise<void> => {
      const environment = await environments.get(rig.world.db, id);
      assert.ok(environment);
      await decideEnd(rig.world.db, environment, 'for a test');
      await destroyEnvironment(straight, rig.world, { environment: id });
    };
    await gone();
    assert.deepEqual(await where(), ['a', null], 'it is being built');
    await endPushes();
    await sql`update environments set state = 'live', destroyed_at = null where id = ${id}`.execute(
      rig.world.db,
    );
    await gone();
    assert.deepEqual(await where(), [null, null]);
    assert.equal(await clearNode(rig.world, { appId: app.id, app: 'shop', branch: 'a' }), null);
  });

  test('one of its own elsewhere is in the way of its node too', async () => {
    const { id } = await livingEnvironment(rig, { name: 'preview/a', commit: head });
    await build('a');
    const cleared = await clearNode(rig.world, { appId: app.id, app: 'shop', branch: 'a' });
    assert.deepEqual(cleared, { host: 'node-1--shop.localhost', clear: false });
    assert.match((await environments.get(rig.world.db, id))?.reason ?? '', /moves to node-1/);
  });
});

/** Every step, once. */
const straight = {
  id: 'a-test',
  step: (_name: string, act: () => Promise<unknown>) => act(),
} as Parameters<typeof destroyEnvironment>[0];

describe('a commit', () => {
  test('is good once, as long as nothing of it fails', async () => {
    const made = await plan('a');
    const checked = {
      ...made,
      config: { ...made.config, checks: { unit: null } },
    } as never as Plan;
    await markGood(rig.world, checked);
    await markGood(rig.world, checked);
    const verdict = await commitVerdict(rig.world.db, app, head);
    assert.equal(verdict?.verdict, 'good');
    assert.match(verdict.why, /checks passed \(unit\)/);
    assert.equal(await told('commit-good'), 1);
    await takeBackGood(rig.world, checked);
    await takeBackGood(rig.world, checked);
    assert.equal(await commitVerdict(rig.world.db, app, head), null);
    assert.equal(await told('commit-not-good'), 1);
  });

  test('of a file without checks and smoke tests is not called good', async () => {
    await markGood(rig.world, await plan('a'));
    assert.equal(await commitVerdict(rig.world.db, app, head), null);
  });

  const told = async (kind: string): Promise<number> =>
    (await sql`select from events where kind = ${kind}`.execute(rig.world.db)).rows.length;
});

describe('an app without nodes', () => {
  before(() => fileSays('limit: 10'));
  after(() => fileSays('nodes: 2'));

  test('builds the usual preview of a branch, and again when it lives', async () => {
    const first = await build('a');
    assert.deepEqual([first.node, first.environment], [null, 'preview/a']);
    assert.match(first.url, /^http:\/\/a--shop\.localhost/);
    const again = await build('a');
    assert.equal(again.url, first.url);
    assert.notEqual(again.push, first.push);
    assert.deepEqual(await rig.handlers.listNodes({ app: 'shop' }, asking()), { nodes: [] });
  });
});
