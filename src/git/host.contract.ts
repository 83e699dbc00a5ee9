import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { HostContractOptions, HostUnderTest } from './contract/host-under-test.ts';
import type { CommitStatus, HostDeployment } from './host.ts';

/** What the port promises, for every driver and the fake. */
export function hostContract(
  name: string,
  open: () => Promise<HostUnderTest>,
  { staleApprovals = true, against = true }: HostContractOptions = {},
): void {
  describe(name, () => {
    let it: HostUnderTest;
    beforeEach(async () => {
      it = await open();
    });
    afterEach(() => it.close());

    test('a status is on its commit, and the same one again writes nothing', async () => {
      const commit = it.server.commit();
      await it.host.status(commit, checks);
      const before = it.server.writes();
      await it.host.status(commit, checks);
      assert.equal(it.server.writes(), before);
      assert.deepEqual(it.server.statuses(commit), [checks]);
    });

    test('a later status takes the place of an earlier one of its context alone', async () => {
      const commit = it.server.commit();
      await it.host.status(commit, { ...checks, state: 'pending', url: null });
      await it.host.status(commit, { ...checks, context: 'signalbox/preview' });
      await it.host.status(commit, { ...checks, state: 'failure', text: '2 of 12 failed' });
      const found = it.server.statuses(commit).sort((a, b) => a.context.localeCompare(b.context));
      assert.deepEqual(found, [
        { ...checks, state: 'failure', text: '2 of 12 failed' },
        { ...checks, context: 'signalbox/preview' },
      ]);
    });

    test('a status may go back to what it was before', async () => {
      const commit = it.server.commit();
      await it.host.status(commit, checks);
      await it.host.status(commit, { ...checks, state: 'pending' });
      await it.host.status(commit, checks);
      assert.deepEqual(it.server.statuses(commit), [checks]);
    });

    test('a status with a text of any length is taken', async () => {
      const commit = it.server.commit();
      await it.host.status(commit, { ...checks, text: 'naïve 🚦 '.repeat(200) });
      const [found] = it.server.statuses(commit);
      assert.match(found?.text ?? '', /^naïve/);
    });

    test('an environment and a commit have one deployment, with its newest state', async () => {
      const commit = it.server.commit();
      const live: HostDeployment = {
        environment: 'preview/cart',
        state: 'live',
        url: 'https://cart.shop.test/',
      };
      await it.host.deployment(commit, { ...live, state: 'running', url: null });
      await it.host.deployment(commit, live);
      const before = it.server.writes();
      await it.host.deployment(commit, live);
      assert.equal(it.server.writes(), before);
      assert.deepEqual(it.server.deployments(), [{ ...live, commit }]);
    });

    test('deployments of other commits and environments are their own', async () => {
      const [one, two] = [it.server.commit(), it.server.commit()];
      const failed: HostDeployment = { environment: 'staging', state: 'failed', url: null };
      const gone: HostDeployment = { environment: 'preview/b', state: 'gone', url: null };
      await it.host.deployment(one, failed);
      await it.host.deployment(two, failed);
      await it.host.deployment(two, gone);
      const found = it.server
        .deployments()
        .map(({ commit, environment, state }) => `${commit} ${environment} ${state}`);
      assert.deepEqual(
        found.sort(),
        [`${one} staging failed`, `${two} staging failed`, `${two} preview/b gone`].sort(),
      );
    });

    test('a request has one comment of ours, edited in place among many others', async () => {
      const { number } = it.server.request({ branch: 'cart' });
      for (let n = 0; n < 60; n += 1) it.server.say(number, { by: 'bob', text: `word ${n}` });
      await it.host.comment(number, 'Preview: building');
      for (let n = 0; n < 60; n += 1) it.server.say(number, { by: 'bob', text: `more ${n}` });
      await it.host.comment(number, 'Preview: live');
      const before = it.server.writes();
      await it.host.comment(number, 'Preview: live');
      assert.equal(it.server.writes(), before);
      const ours = it.server.comments(number).filter(({ by }) => by !== 'bob');
      assert.equal(it.server.comments(number).length, 121);
      assert.equal(ours.length, 1);
      assert.match(ours[0]?.text ?? '', /Preview: live/);
      assert.doesNotMatch(ours[0]?.text ?? '', /building/);
    });

    test("somebody's copy of our comment is not ours to edit", async () => {
      const { number } = it.server.request({ branch: 'cart' });
      await it.host.comment(number, 'one');
      const copy = it.server.comments(number)[0]?.text ?? '';
      const other = it.server.request({ branch: 'other' }).number;
      it.server.say(other, { by: 'mallory', text: copy });
      await it.host.comment(other, 'two');
      const found = it.server.comments(other);
      assert.deepEqual(found[0], { by: 'mallory', text: copy });
      assert.equal(found.length, 2);
    });

    test('the open requests are all of them, with those of forks marked', async () => {
      const made = Array.from({ length: 130 }, (_, n) => it.server.request({ branch: `b${n}` }));
      const fork = it.server.request({ branch: 'main', fromFork: true });
      const closed = it.server.request({ branch: 'closed' });
      it.server.closeRequest(closed.number);
      it.server.merge(made[0]?.number ?? 0);
      const open = await it.host.openRequests();
      assert.equal(open.length, 130);
      assert.equal(new Set(open.map(({ number }) => number)).size, 130);
      assert.deepEqual(
        open.filter(({ fromFork }) => fromFork).map(({ number }) => number),
        [fork.number],
      );
      const b7 = open.find(({ branch }) => branch === 'b7');
      assert.equal(b7?.commit, made[7]?.commit);
      assert.match(b7?.url ?? '', /^https?:/);
    });

    test('approvals are those of others than the author, each once', async () => {
      const { number } = it.server.request({ branch: 'cart', author: 'ann' });
      for (const by of ['ann', 'bob', 'bob', 'cleo']) {
        it.server.review(number, { by, says: 'approve' });
      }
      it.server.review(number, { by: 'dan', says: 'approve' });
      it.server.review(number, { by: 'dan', says: 'lift' });
      const reviews = await it.host.reviews(it.server.merge(number));
      assert.deepEqual(reviews && { ...reviews, approvedBy: reviews.approvedBy.sort() }, {
        request: number,
        approvedBy: ['bob', 'cleo'],
        against: [],
      });
    });

    test('a commit that no merged request brought has no reviews', async () => {
      assert.equal(await it.host.reviews(it.server.commit()), null);
      const { number, commit } = it.server.request({ branch: 'cart' });
      it.server.review(number, { by: 'bob', says: 'approve' });
      assert.equal(await it.host.reviews(commit), null);
    });

    test(
      'an approval from before the last push does not count',
      {
        skip: !staleApprovals,
      },
      async () => {
        const { number } = it.server.request({ branch: 'cart' });
        it.server.review(number, { by: 'bob', says: 'approve' });
        it.server.push(number);
        it.server.review(number, { by: 'cleo', says: 'approve' });
        const reviews = await it.host.reviews(it.server.merge(number));
        assert.deepEqual(reviews?.approvedBy, ['cleo']);
      },
    );

    test(
      'who asks for changes is against it until he says otherwise',
      {
        skip: !against,
      },
      async () => {
        const { number } = it.server.request({ branch: 'cart' });
        it.server.review(number, { by: 'bob', says: 'approve' });
        it.server.review(number, { by: 'bob', says: 'against' });
        it.server.review(number, { by: 'cleo', says: 'against' });
        it.server.review(number, { by: 'cleo', says: 'approve' });
        const reviews = await it.host.reviews(it.server.merge(number));
        assert.deepEqual(reviews, { request: number, approvedBy: ['cleo'], against: ['bob'] });
      },
    );

    test('a service that fails or asks for patience gets its pause and is asked again', async () => {
      const commit = it.server.commit();
      it.breakable.fail(2);
      await it.host.status(commit, checks);
      const { length: before } = it.pauses;
      assert.ok(before >= 2);
      it.breakable.limit(1, 7);
      await it.host.openRequests();
      assert.ok(it.pauses.slice(before).some((ms) => ms >= 7000 && ms < 20_000));
      assert.deepEqual(it.server.statuses(commit), [checks]);
    });

    test('a service that goes on failing, or asks for too long a pause, is unreachable', async () => {
      it.breakable.fail(1000);
      await assert.rejects(it.host.openRequests(), { code: 'host/unreachable' });
      assert.ok(it.pauses.reduce((sum, ms) => sum + ms, 0) <= 90_000);
      it.breakable.fail(0);
      it.breakable.limit(1000, 3600);
      await assert.rejects(it.host.openRequests(), { code: 'host/unreachable' });
    });

    test('lost answers leave one status, one deployment, one comment', async () => {
      const commit = it.server.commit();
      const { number } = it.server.request({ branch: 'cart' });
      const live: HostDeployment = { environment: 'staging', state: 'live', url: null };
      it.breakable.loseAnswers(1);
      await it.host.status(commit, checks);
      it.breakable.loseAnswers(1);
      await it.host.deployment(commit, live);
      it.breakable.loseAnswers(1);
      await it.host.comment(number, 'once');
      assert.deepEqual(
        it.server.statuses(commit).filter(({ context }) => context === checks.context),
        [checks],
      );
      assert.deepEqual(it.server.deployments(), [{ ...live, commit }]);
      assert.equal(it.server.comments(number).length, 1);
    });

    test('a page instead of an answer is refused with words', async () => {
      it.breakable.garble();
      await assert.rejects(it.host.openRequests(), { code: 'host/unreachable' });
      await assert.rejects(it.host.status(randomCommit(), checks), { code: 'host/unreachable' });
    });

    test('what the token may not is refused, a repository it cannot see is unknown', async () => {
      const commit = it.server.commit();
      it.breakable.forbid('writing');
      await assert.rejects(it.host.status(commit, checks), { code: 'host/refused' });
      it.breakable.forbid('seeing');
      await assert.rejects(it.host.openRequests(), { code: 'host/unknown-repository' });
      it.breakable.forbid('everything');
      await assert.rejects(it.host.openRequests(), { code: 'host/refused' });
    });

    test('a signed call says what changed, the same each time it comes', () => {
      const secret = randomBytes(32);
      const push = it.server.webhook({ event: 'push', secret });
      assert.deepEqual(it.host.news(push), { kind: 'branches' });
      assert.deepEqual(it.host.news(push), { kind: 'branches' });
      const request = it.server.webhook({ event: 'request', secret });
      assert.deepEqual(it.host.news(request), { kind: 'requests' });
      assert.equal(it.host.news(it.server.webhook({ event: 'tag', secret })).kind, 'nothing');
    });

    test('an unsigned call, one of another secret and one for no secret are refused', () => {
      const secret = randomBytes(32);
      const push = it.server.webhook({ event: 'push', secret });
      const refused = { code: 'api/wrong-signature' };
      assert.throws(() => it.host.news({ ...push, headers: {} }), refused);
      assert.throws(() => it.host.news({ ...push, secret: randomBytes(32) }), refused);
      const nothing = Buffer.alloc(0);
      const open = it.server.webhook({ event: 'push', secret: nothing });
      assert.throws(() => it.host.news(open), refused);
    });

    test('a signed call that makes no sense is refused as unreadable', () => {
      const secret = randomBytes(32);
      const nonsense = ['', '{', '[]', 'null', '7', '{"ref":7,"object_kind":7,"ref_type":7}'];
      for (const body of nonsense) {
        const call = it.server.webhook({ event: 'push', secret, body: Buffer.from(body) });
        assert.throws(() => it.host.news(call), { code: 'host/unreadable-webhook' }, body);
      }
    });
  });
}

const checks: CommitStatus = {
  context: 'signalbox/checks',
  state: 'success',
  text: '12 of 12 passed',
  url: 'https://signalbox.test/pushes/1',
};

const randomCommit = (): string => randomBytes(20).toString('hex');

export type * from './contract/host-under-test.ts';
