import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { asking } from '../../test/support/api-rig.ts';
import { hostRig, type HostRig, type Pushed } from '../../test/support/host-rig.ts';
import { row, rows, sql } from '../db/pool.ts';
import { lookForReviews, onceReviewed, shortfall } from './host-review.ts';
import { planPush } from './plan-push.ts';

const withReview = (count: number) => ({
  'signalbox.yaml': `app: shop\nservices: { web: { run: node server.js } }\npipeline: { review: ${count} }\n`,
});

describe('approvals that a merge needs', () => {
  let rig: HostRig;
  let handedOver: string[];

  before(async () => {
    rig = await hostRig();
  });
  after(() => rig?.close());
  beforeEach(async () => {
    handedOver = [];
    rig.breakable.mend();
    rig.ahead(3_600_000);
    await sql`delete from review_waits`.execute(rig.db);
  });

  const note = async ({ commit }: { commit: string }): Promise<void> =>
    void handedOver.push(commit);
  const main = async (): Promise<string> =>
    (await rig.world.repositories.head('shop', 'main')) ?? '';

  /** A push of main, checked and built. */
  async function merge(files = withReview(2)): Promise<Pushed> {
    const push = await rig.push('main', await main(), files);
    await build(push);
    return push;
  }

  async function build({ id }: Pushed): Promise<void> {
    const plan = await planPush(rig.world, id);
    assert.ok(plan);
    await onceReviewed(rig.world, note)(plan);
  }

  const approve = (commit: string, ...by: string[]): number => {
    const number = rig.server.open({ branch: 'x', commit });
    for (const one of by) rig.server.review(number, { by: one, says: 'approve' });
    rig.server.mergeAs(number, commit);
    return number;
  };

  const look = (): Promise<void> => {
    rig.ahead(3_600_000);
    return lookForReviews(rig.world, note);
  };

  test('a commit with too few ends as passed, says who has approved, and goes on when the last one comes', async () => {
    const commitBefore = await main();
    const push = await rig.push('main', commitBefore, withReview(2));
    const number = approve(push.commit, 'bob');
    await build(push);
    assert.deepEqual(handedOver, []);
    const told = await row<{ state: string; reason: string }>(
      rig.db,
      sql`select state, reason from pushes where id = ${push.id}`,
    );
    assert.equal(told?.state, 'passed');
    assert.equal(told?.reason, `it waits for approvals: #${number} has 1 of 2 approvals (bob)`);
    await look();
    assert.deepEqual(handedOver, []);
    rig.server.review(number, { by: 'cleo', says: 'approve' });
    await look();
    assert.deepEqual(handedOver, [push.commit]);
    assert.match((await rig.reasonOf(push)) ?? '', /its approvals came/);
    await look();
    assert.deepEqual(handedOver, [push.commit], 'once');
  });

  test('who asks for changes keeps it, whoever else approves', async () => {
    const push = await merge();
    const number = approve(push.commit, 'bob', 'cleo', 'eve');
    rig.server.review(number, { by: 'dan', says: 'against' });
    await look();
    assert.deepEqual(handedOver, []);
    assert.match(
      (await rig.reasonOf(push)) ?? '',
      new RegExp(`dan asked for changes of #${number}`),
    );
    rig.server.review(number, { by: 'dan', says: 'approve' });
    await look();
    assert.deepEqual(handedOver, [push.commit]);
  });

  test('a commit that came by no request is approved by nobody', async () => {
    const push = await merge();
    assert.match((await rig.reasonOf(push)) ?? '', /came by no request/);
    approve(push.commit, 'bob', 'cleo');
    await look();
    assert.deepEqual(handedOver, [push.commit]);
  });

  test('nothing unapproved travels inside a commit that is approved itself', async () => {
    const bad = await merge();
    const good = await rig.push('main', bad.commit);
    approve(good.commit, 'bob', 'cleo');
    await build(good);
    assert.deepEqual(handedOver, []);
    assert.match(
      (await rig.reasonOf(good)) ?? '',
      new RegExp(`${bad.commit.slice(0, 7)} came by no request`),
    );
    approve(bad.commit, 'bob', 'cleo');
    await look();
    assert.deepEqual(handedOver, [good.commit], 'the older one went inside the newer');
    assert.equal((await rows(rig.db, sql`select 1 from review_waits`)).length, 0);
  });

  test('a commit that lowers the number needs as many as before', async () => {
    const push = await merge(withReview(0));
    assert.deepEqual(handedOver, []);
    const number = approve(push.commit, 'bob');
    await look();
    assert.deepEqual(handedOver, []);
    rig.server.review(number, { by: 'cleo', says: 'approve' });
    await look();
    assert.deepEqual(handedOver, [push.commit]);
    const free = await rig.push('main', push.commit);
    await build(free);
    assert.deepEqual(handedOver, [push.commit, free.commit], 'now it needs none');
    const again = await rig.push('main', free.commit, withReview(2));
    approve(again.commit, 'bob', 'cleo');
    await build(again);
  });

  test('a host that is down neither fails the push nor lets it go', async () => {
    rig.breakable.garble();
    const push = await merge();
    const told = await row<{ state: string; reason: string }>(
      rig.db,
      sql`select state, reason from pushes where id = ${push.id}`,
    );
    assert.equal(told?.state, 'passed');
    assert.match(told?.reason ?? '', /forgejo does not say who approved it: .*a page/);
    approve(push.commit, 'bob', 'cleo');
    rig.breakable.mend();
    await look();
    assert.deepEqual(handedOver, [push.commit]);
  });

  test('killed between handing over and noting it, it is handed over again', async () => {
    const push = await merge();
    approve(push.commit, 'bob', 'cleo');
    rig.ahead(3_600_000);
    const dying = async (plan: { commit: string }): Promise<void> => {
      await note(plan);
      throw new Error('the controller died');
    };
    await lookForReviews(rig.world, dying);
    await look();
    assert.deepEqual(handedOver, [push.commit, push.commit]);
  });

  test('a commit that was taken off the main branch waits for nobody', async () => {
    const before = await main();
    const push = await merge();
    const other = await rig.push('main', before, { 'other.txt': 'other' });
    assert.notEqual(other.commit, push.commit);
    approve(push.commit, 'bob', 'cleo');
    await look();
    assert.deepEqual(handedOver, []);
    assert.equal((await rows(rig.db, sql`select 1 from review_waits`)).length, 0);
  });

  test('what a train carries is asked about no more', async () => {
    const push = await rig.push('main', await main());
    await sql`update pushes set target = 'train' where id = ${push.id}`.execute(rig.db);
    await build(push);
    assert.deepEqual(handedOver, [push.commit]);
  });

  test('without a host it goes on, and a note says so', async () => {
    await rig.handlers.removeHost({ app: 'shop' }, asking());
    const push = await merge();
    assert.deepEqual(handedOver, [push.commit]);
    const told = await row<{ text: string }>(
      rig.db,
      sql`select text from events where push = ${push.id} and kind = 'config-note'`,
    );
    assert.match(
      told?.text ?? '',
      /pipeline.review is valid but not active: shop has no code host/,
    );
  });
});

test('what a commit lacks is said in words', () => {
  const approved = { request: 7, approvedBy: ['ann', 'bob'], against: [] };
  assert.equal(shortfall('c'.repeat(40), approved, 2), null);
  assert.equal(shortfall('c'.repeat(40), approved, 3), '#7 has 2 of 3 approvals (ann, bob)');
  assert.equal(
    shortfall('c'.repeat(40), { ...approved, approvedBy: [] }, 1),
    '#7 has 0 of 1 approvals',
  );
  const doubled = { ...approved, approvedBy: ['ann', 'ann'] };
  assert.match(shortfall('c'.repeat(40), doubled, 2) ?? '', /has 1 of 2/);
});
