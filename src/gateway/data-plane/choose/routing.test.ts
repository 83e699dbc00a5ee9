import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { Version } from '../../route.ts';
import type { Asked, SharedRoute } from './chooser.ts';
import {
  asking,
  at,
  chooserRig,
  chosen,
  cookieOf,
  key,
  type Rig,
  routeTo,
  served,
  version,
} from './routes.test-data.ts';
import { signVisit } from './signed-visit.ts';

let rig: Rig;
beforeEach(() => {
  rig = chooserRig();
});
afterEach(() => rig.chooser.close());

/** What this place goes to, with the users where they were. */
function serve(versions: Version[], more: Parameters<typeof served>[1] = {}): void {
  const [place] = rig.chooser.routes();
  const before = (place?.route as SharedRoute | undefined)?.shares ?? [];
  const route = routeTo(served(versions, more), { before });
  rig.chooser.replace({ routes: [route], pauses: [] });
}

const ask = (more: Partial<Asked> = {}) => rig.chooser.choose(asking(more));
const pageStatus = (more: Partial<Asked> = {}) => {
  const choice = ask(more);
  return choice.kind === 'page' ? choice.page.status : choice.kind;
};
const versionOf = (cookie = '') => chosen(ask({ cookie })).instance.version;
const instanceOf = (cookie = '') => chosen(ask({ cookie })).instance.endpoint.instance;

/** So many that each version and instance gets some, but for one time in 10^12. */
const many = Array.from({ length: 400 }, () => '');

/** Cookies of new users. */
const newUsers = (): string[] => many.map(() => cookieOf(ask()));

function visit(target: { version: string } | { instance: string }, path = '/'): string {
  return signVisit(key, { host: 'a.test', path, ...target }, rig.clock.nowMs + 1000);
}

describe('a user', () => {
  test('without a choice gets no cookie', () => {
    serve([version('a', 100)]);
    assert.equal(chosen(ask()).setCookie, '');
    serve([version('a', 50), version('b', 50)], { sticky: 'no' });
    assert.equal(chosen(ask()).setCookie, '');
  });

  test('keeps its version, and is named in the counts when it comes again', () => {
    serve([version('a', 50), version('b', 50)]);
    const users = newUsers();
    const versions = users.map((cookie) => versionOf(cookie));
    assert.deepEqual([...new Set(versions)].toSorted(), ['a', 'b']);
    const first = chosen(ask());
    assert.equal(first.user, '');
    const again = chosen(ask({ cookie: cookieOf(first) }));
    assert.equal(again.instance.version, first.instance.version);
    assert.equal(again.setCookie, '', 'nothing new to say');
    assert.match(again.user, /^[\w-]{16}$/);
    assert.deepEqual(
      users.map((cookie) => versionOf(cookie)),
      versions,
    );
  });

  test('is moved by a change of weights only when it must', () => {
    serve([version('a', 90), version('b', 10)]);
    const users = newUsers();
    const before = users.map((cookie) => versionOf(cookie));
    serve([version('a', 50), version('b', 50)]);
    const after = users.map((cookie) => versionOf(cookie));
    assert.ok(users.every((_, index) => before[index] === 'a' || after[index] === 'b'));
    assert.ok(
      after.filter((name) => name === 'b').length > before.filter((name) => name === 'b').length,
    );
    serve([version('a', 100), version('b', 0)]);
    assert.ok(users.every((cookie) => versionOf(cookie) === 'a'));
  });

  test('of a draining version keeps it while it is there, and nobody new gets it', () => {
    serve([version('old', 50), version('new', 50)]);
    const users = newUsers();
    const hadOld = users.filter((cookie) => versionOf(cookie) === 'old');
    serve([version('old', 50, { draining: true }), version('new', 50)]);
    assert.ok(hadOld.every((cookie) => versionOf(cookie) === 'old'));
    assert.ok(many.every(() => versionOf() === 'new'));
    serve([version('new', 50)]);
    assert.ok(hadOld.every((cookie) => versionOf(cookie) === 'new'));
  });

  test('of a draining version without an instance goes to the others', () => {
    serve([version('old', 100), version('new', 0.01)]);
    const cookie = cookieOf(ask());
    serve([version('old', 0, { draining: true, instances: [] }), version('new', 100)]);
    assert.equal(versionOf(cookie), 'new');
  });

  test('keeps its instance where that is wanted, also while it drains, until it is gone', () => {
    const instances = (...list: ReturnType<typeof at>[]) =>
      serve([version('a', 100, { instances: list })], { sticky: 'instance' });
    instances(at('one'), at('two'));
    const users = newUsers().map((cookie) => ({ cookie, instance: instanceOf(cookie) }));
    const [two] = users.filter(({ instance }) => instance === 'two');
    assert.ok(two && users.some(({ instance }) => instance === 'one'));
    for (const { cookie, instance } of users) assert.equal(instanceOf(cookie), instance);
    instances(at('one'), at('two', 'draining'), at('three'));
    for (const { cookie, instance } of users) assert.equal(instanceOf(cookie), instance);
    assert.ok(many.every(() => instanceOf() !== 'two'));
    instances(at('one'), at('two', 'hidden'), at('three'));
    assert.notEqual(instanceOf(two.cookie), 'two');
    instances(at('one'), at('three'));
    const moved = chosen(ask({ cookie: two.cookie }));
    assert.notEqual(moved.setCookie, '');
    for (const _ of many)
      assert.equal(instanceOf(cookieOf(moved)), moved.instance.endpoint.instance);
  });

  test('gets a secure cookie over a secure connection', () => {
    serve([version('a', 50), version('b', 50)]);
    assert.match(chosen(ask({ secure: true })).setCookie, /; Secure$/);
    assert.doesNotMatch(chosen(ask()).setCookie, /Secure/);
  });
});

describe('an instance', () => {
  test('that is hidden or draining gets nobody new, and with no other there is a page', () => {
    serve([
      version('a', 100, { instances: [at('one', 'hidden'), at('two'), at('three', 'draining')] }),
    ]);
    assert.ok(many.every(() => instanceOf() === 'two'));
    serve([version('a', 100, { instances: [at('one', 'hidden')] })]);
    assert.equal(pageStatus(), 503);
    serve([version('a', 0)]);
    assert.equal(pageStatus(), 503);
    serve([]);
    assert.equal(pageStatus(), 503);
  });

  test('with fewer open requests is preferred', () => {
    serve([version('a', 100, { instances: [at('one'), at('two')] })]);
    for (const _ of many) chosen(ask()).instance.endpoint.open++;
    const [one] = rig.chooser.endpoint('one');
    const [two] = rig.chooser.endpoint('two');
    assert.equal(one?.open, 200);
    assert.equal(two?.open, 200);
  });

  test('that fails again and again is left out, tried once after a second, and taken back', () => {
    serve([version('a', 100, { instances: [at('one'), at('two')] })]);
    const [one] = many
      .map(() => chosen(ask()).instance)
      .filter(({ endpoint }) => endpoint.instance === 'one');
    assert.ok(one);
    for (const how of ['unreachable', 'broken', 'unreachable'] as const)
      rig.chooser.report(one, how);
    assert.ok(many.every(() => instanceOf() === 'two'));
    rig.clock.nowMs += 1000;
    assert.equal(many.filter(() => instanceOf() === 'one').length, 1);
    rig.chooser.report(one, 'fine');
    assert.ok(many.some(() => instanceOf() === 'one'));
  });

  test('is used although it fails when all do', () => {
    serve([version('a', 100, { instances: [at('one'), at('two')] })]);
    for (const { instance } of many.map(() => chosen(ask())))
      rig.chooser.report(instance, 'broken');
    assert.deepEqual([...new Set(many.map(() => instanceOf()))].toSorted(), ['one', 'two']);
  });

  test('that could not be reached is followed by the others of its version, each once', () => {
    const instances = [at('one'), at('two'), at('three'), at('four', 'hidden')];
    serve([version('a', 100, { instances }), version('b', 0.01)]);
    const choice = many.map(() => chosen(ask())).find(({ instance }) => instance.version === 'a');
    assert.ok(choice);
    const tried = [choice.instance];
    for (;;) {
      const next = rig.chooser.another(choice, tried);
      if (next === null) break;
      tried.push(next);
    }
    const names = tried.map(({ endpoint }) => endpoint.instance);
    assert.deepEqual(names.toSorted(), ['one', 'three', 'two']);
  });

  test('that could not be reached is no longer named by the cookie', () => {
    serve([version('a', 100, { instances: [at('one'), at('two')] })], { sticky: 'instance' });
    const choice = chosen(ask());
    const next = rig.chooser.another(choice, [choice.instance]);
    assert.ok(next);
    assert.equal(instanceOf(cookieOf(choice)), next.endpoint.instance);
  });

  test('that was replaced meanwhile is followed by the new one, also of another version', () => {
    serve([version('a', 100)]);
    const choice = chosen(ask());
    serve([version('a', 100, { instances: [at('a-2')] })]);
    assert.equal(rig.chooser.another(choice, [choice.instance])?.endpoint.instance, 'a-2');
    serve([version('b', 100)]);
    assert.equal(rig.chooser.another(choice, [choice.instance])?.version, 'b');
    rig.chooser.replace({ routes: [], pauses: [] });
    assert.equal(rig.chooser.another(choice, [choice.instance]), null);
  });
});

describe('a signed visit', () => {
  const versions = [
    version('a', 100),
    version('off', 0),
    version('hidden', 0, { instances: [at('h-1', 'hidden'), at('h-2', 'hidden')] }),
    version('old', 0, { draining: true, instances: [at('o-1', 'draining')] }),
  ];

  test('reaches any version and instance of its place by header and cookie, and nobody is named', () => {
    serve(versions);
    for (const target of ['a', 'off', 'hidden', 'old']) {
      const token = visit({ version: target });
      for (const by of [{ signedVisit: token }, { cookie: `x=y; signalbox-visit=${token}` }]) {
        const choice = chosen(ask(by));
        assert.equal(choice.instance.version, target);
        assert.deepEqual([choice.signed, choice.user, choice.setCookie], [true, '', '']);
      }
    }
    for (const target of ['a-1', 'h-1', 'h-2', 'o-1']) {
      const choice = chosen(ask({ signedVisit: visit({ instance: target }) }));
      assert.equal(choice.instance.endpoint.instance, target);
      assert.equal(rig.chooser.another(choice, [choice.instance]), null, 'that one or none');
    }
  });

  test('to a version is retried at its other instances only', () => {
    serve(versions);
    const choice = chosen(ask({ signedVisit: visit({ version: 'hidden' }) }));
    const next = rig.chooser.another(choice, [choice.instance]);
    assert.equal(next?.version, 'hidden');
    assert.equal(rig.chooser.another(choice, [choice.instance, next]), null);
    serve([version('a', 100)]);
    assert.equal(rig.chooser.another(choice, [choice.instance]), null);
  });

  test('that is expired, forged or for another place is none', () => {
    serve(versions);
    const good = visit({ version: 'off' });
    const elsewhere = visit({ version: 'off' }, '/shop');
    rig.clock.nowMs += 1000;
    for (const token of [`${visit({ version: 'off' }).slice(0, -1)}~`, elsewhere, good]) {
      for (const by of [{ signedVisit: token }, { cookie: `signalbox-visit=${token}` }]) {
        const choice = chosen(ask(by));
        assert.deepEqual([choice.instance.version, choice.signed], ['a', false]);
      }
    }
  });

  test('to what is gone is refused to programs, whose tests would praise the wrong version', () => {
    serve(versions);
    const token = visit({ version: 'gone' });
    assert.equal(pageStatus({ signedVisit: token }), 503);
    assert.equal(chosen(ask({ cookie: `signalbox-visit=${token}` })).instance.version, 'a');
  });
});

describe('a mirror', () => {
  const mirrored = (mirror: { percent: number; unsafeMethods?: boolean; version?: string }) =>
    serve([version('a', 100), version('m', 0, { instances: [at('m-1', 'hidden')] })], {
      mirror: { version: 'm', unsafeMethods: false, ...mirror },
    });
  const shadows = (more: Partial<Asked> = {}) =>
    many.filter(() => chosen(ask(more)).shadow?.version === 'm').length;

  test('gets its share of the requests that change nothing', () => {
    mirrored({ percent: 100 });
    for (const method of ['GET', 'HEAD', 'OPTIONS']) assert.equal(shadows({ method }), 400);
    for (const method of ['POST', 'PUT', 'DELETE', 'X', 'get'])
      assert.equal(shadows({ method }), 0);
    mirrored({ percent: 0 });
    assert.equal(shadows(), 0);
    mirrored({ percent: 25 });
    // 100 expected; nine standard deviations are 78.
    assert.ok(Math.abs(shadows() - 100) < 78);
  });

  test('gets the others only where that is allowed, and none that it serves itself', () => {
    mirrored({ percent: 100, unsafeMethods: true });
    assert.equal(shadows({ method: 'POST' }), 400);
    assert.equal(shadows({ signedVisit: visit({ version: 'a' }) }), 0);
    mirrored({ percent: 100, version: 'a' });
    assert.ok(many.every(() => chosen(ask()).shadow === null));
    mirrored({ percent: 100, version: 'unknown' });
    assert.ok(many.every(() => chosen(ask()).shadow === null));
  });
});
