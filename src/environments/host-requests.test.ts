import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { asking, livingEnvironment } from '../../test/support/api-rig.ts';
import { hostRig, type HostRig, type Pushed } from '../../test/support/host-rig.ts';
import { rows, sql } from '../db/pool.ts';
import { keep } from './keep.ts';
import { syncAllRequests } from './host-requests.ts';
import { planPush } from './plan-push.ts';
import { environments } from './tables.ts';

const forRequests = {
  'signalbox.yaml':
    'app: shop\nservices: { web: { run: node server.js } }\nenvironments: { preview: { for: requests } }\n',
};

describe('previews for requests', () => {
  let rig: HostRig;

  before(async () => {
    rig = await hostRig();
  });
  after(() => rig?.close());
  beforeEach(() => {
    rig.breakable.mend();
    rig.ahead(3_600_000);
  });

  const look = (): Promise<void> => syncAllRequests(rig.world);
  const pushed = (branch: string): Promise<Pushed> => rig.push(branch, rig.head, forRequests);
  const preview = (branch: string) => environments.byName(rig.db, 'shop', `preview/${branch}`);
  const asked = (branch: string) =>
    rows<{ by: string }>(
      rig.db,
      sql`select by from pushes where branch = ${branch} and target is not null`,
    );

  /** As its deploy leaves it. */
  const living = (branch: string, { commit }: Pushed) =>
    livingEnvironment(rig, { name: `preview/${branch}`, commit });

  test('a push without a request has none, and says how it begins', async () => {
    const push = await pushed('early');
    const plan = await planPush(rig.world, push.id);
    assert.deepEqual(plan?.kinds, []);
    assert.match(plan?.whyNone ?? '', /begins when a request is opened for early/);
  });

  test('a request that is opened makes the preview once, however often one looks', async () => {
    const push = await pushed('cart');
    await rig.end(push, { state: 'passed', reason: 'no preview' });
    rig.server.open({ branch: 'cart', commit: push.commit });
    await Promise.all([look(), look(), look()]);
    await look();
    assert.deepEqual(await asked('cart'), [{ by: 'request #1' }]);
    assert.equal((await preview('cart'))?.state, 'queued');
  });

  test('a push whose request is open has a preview, and nobody asks for a second one', async () => {
    const first = await pushed('later');
    await rig.end(first, { state: 'passed', reason: 'no preview' });
    rig.server.open({ branch: 'later', commit: first.commit });
    await look();
    const second = await rig.push('later', first.commit);
    assert.deepEqual((await planPush(rig.world, second.id))?.kinds, ['preview']);
    await look();
    assert.equal((await asked('later')).length, 1);
  });

  test('a preview that somebody destroyed comes back with the next push only', async () => {
    const push = await pushed('enough');
    rig.server.open({ branch: 'enough', commit: push.commit });
    await look();
    await sql`update environments set state = 'destroyed' where name = 'preview/enough'`.execute(
      rig.db,
    );
    await look();
    assert.equal((await asked('enough')).length, 1);
    const next = await rig.push('enough', push.commit);
    assert.deepEqual((await planPush(rig.world, next.id))?.kinds, ['preview']);
  });

  test("a fork's request makes no preview, not even of a branch called the same here", async () => {
    const push = await pushed('forked');
    rig.server.open({ branch: 'forked', commit: push.commit, fromFork: true });
    await look();
    assert.deepEqual((await planPush(rig.world, push.id))?.kinds, []);
    assert.deepEqual(await asked('forked'), []);
  });

  test('a closed request takes its preview with it, after two looks and not before', async () => {
    const push = await pushed('done');
    await living('done', push);
    const number = rig.server.open({ branch: 'done', commit: push.commit });
    await look();
    rig.server.closeRequest(number);
    rig.ahead(60_000);
    await look();
    await look();
    assert.equal((await preview('done'))?.state, 'live', 'one moment is one look');
    rig.ahead(60_000);
    await look();
    const gone = await preview('done');
    assert.deepEqual([gone?.state, gone?.reason], ['destroying', `request #${number} was closed`]);
  });

  test('one that is missing from one list and stands in the next was never closed', async () => {
    const push = await pushed('blink');
    await living('blink', push);
    const number = rig.server.open({ branch: 'blink', commit: push.commit });
    await look();
    rig.server.closeRequest(number);
    rig.ahead(60_000);
    await look();
    rig.server.open({ number, branch: 'blink', commit: push.commit });
    rig.ahead(60_000);
    await look();
    rig.server.closeRequest(number);
    rig.ahead(60_000);
    await look();
    assert.equal((await preview('blink'))?.state, 'live');
  });

  test('a preview stays while another request of its branch is open, and while somebody keeps it', async () => {
    const [two, kept] = [await pushed('two'), await pushed('kept')];
    await living('two', two);
    await living('kept', kept);
    const first = rig.server.open({ branch: 'two', commit: two.commit });
    rig.server.open({ branch: 'two', commit: two.commit });
    const third = rig.server.open({ branch: 'kept', commit: kept.commit });
    await look();
    const environment = await preview('kept');
    assert.ok(environment);
    // Leases end by the time of the database.
    await keep({ ...rig.world, clock: { now: () => new Date() } }, environment, {
      owner: 'ada',
      reason: 'demo',
      until: new Date(Date.now() + 86_400_000),
    });
    rig.server.closeRequest(first);
    rig.server.closeRequest(third);
    for (const _ of [1, 2, 3]) {
      rig.ahead(60_000);
      await look();
    }
    assert.equal((await preview('two'))?.state, 'live');
    assert.equal((await preview('kept'))?.state, 'live');
  });

  test('a host that is down proves nothing about any request', async () => {
    const push = await pushed('safe');
    await living('safe', push);
    rig.server.open({ branch: 'safe', commit: push.commit });
    await look();
    rig.breakable.garble();
    for (const _ of [1, 2, 3]) {
      rig.ahead(86_400_000);
      await look();
    }
    assert.equal((await preview('safe'))?.state, 'live');
    assert.match((await rig.handlers.getHost({ app: 'shop' }, asking())).trouble ?? '', /a page/);
  });

  test('titles that a row cannot hold are cut, and a number is known once', async () => {
    const push = await pushed('odd');
    const title = `\u0000${'x'.repeat(5000)}`;
    rig.server.open({ branch: 'odd', commit: push.commit, title, number: 7001 });
    const { host } = rig;
    const list = host.openRequests;
    host.openRequests = async () => [...(await list()), ...(await list())];
    await look();
    host.openRequests = list;
    assert.equal((await asked('odd')).length, 1);
  });

  test('without a host the push says that none can be asked', async () => {
    await rig.handlers.removeHost({ app: 'shop' }, asking());
    const push = await pushed('alone');
    const plan = await planPush(rig.world, push.id);
    assert.match(plan?.whyNone ?? '', /has no code host.*signalbox env create alone/);
    await rig.connect(rig.shop);
  });
});
