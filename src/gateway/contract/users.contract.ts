import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type GatewayUnderTest,
  met,
  routeBetween,
  type TestInstance,
  versionOf,
} from './gateway-under-test.ts';

/** Someone with a browser: it keeps the cookie it was given last. */
interface User {
  cookie: string;
  at: string;
}

async function comes(it: GatewayUnderTest, user: User): Promise<string> {
  const headers = user.cookie === '' ? {} : { cookie: `theme=dark; ${user.cookie}` };
  const { from, cookie } = await it.visit('shop.test', { headers });
  if (cookie !== '') user.cookie = cookie;
  user.at = from;
  return from;
}

async function crowd(it: GatewayUnderTest, size: number): Promise<User[]> {
  const users = Array.from({ length: size }, () => ({ cookie: '', at: '' }));
  for (const user of users) await comes(it, user);
  return users;
}

const at = (users: readonly User[], name: string): number =>
  users.filter((user) => user.at === name).length;

export function userFacts(now: () => GatewayUnderTest): void {
  let a: TestInstance;
  let b: TestInstance;

  const weigh = async (ofA: number, ofB: number): Promise<void> => {
    const versions = [versionOf('va', ofA, a), versionOf('vb', ofB, b)];
    await now().gateway.apply([{ set: routeBetween('shop.test', versions) }]);
  };
  const start = async (): Promise<GatewayUnderTest> => {
    const it = now();
    [a, b] = [await it.instance('a'), await it.instance('b')];
    return it;
  };

  test('each version gets its share of the users, and a user stays with what he has', async () => {
    const it = await start();
    await weigh(75, 25);
    const users = await crowd(it, 400);
    // Five standard deviations of a fair lot.
    assert.ok(at(users, 'a') > 256 && at(users, 'a') < 344, `${at(users, 'a')} of 400 have a`);
    for (const user of users) {
      const before = user.at;
      assert.equal(await comes(it, user), before);
    }
  });

  test('a weight change moves the users it must, and only from losers to gainers', async () => {
    const it = await start();
    await weigh(50, 50);
    const users = await crowd(it, 200);
    const ofA = users.filter((user) => user.at === 'a');
    const ofB = users.filter((user) => user.at === 'b');
    await weigh(70, 30);
    for (const user of ofA) assert.equal(await comes(it, user), 'a');
    for (const user of ofB) await comes(it, user);
    assert.ok(at(ofB, 'a') > 0 && at(ofB, 'b') > 0, 'some of b move, not all');
    await weigh(100, 0);
    for (const user of users) assert.equal(await comes(it, user), 'a');
  });

  test('a user keeps the version through a restart of the gateway', async () => {
    const it = await start();
    await weigh(50, 50);
    const users = await crowd(it, 20);
    await it.restart();
    for (const user of users) {
      const before = user.at;
      assert.equal(await comes(it, user), before);
    }
  });

  test('a draining version keeps its users and gets no new ones, until it is gone', async () => {
    const it = await start();
    await weigh(50, 50);
    const users = await crowd(it, 40);
    const draining = { ...versionOf('vb', 50, b), draining: true };
    const route = routeBetween('shop.test', [versionOf('va', 100, a), draining]);
    await it.gateway.apply([{ set: route }]);
    for (const user of users) {
      const before = user.at;
      assert.equal(await comes(it, user), before);
    }
    assert.deepEqual(await met(it, 'shop.test', 40), new Set(['a']));
    await it.gateway.apply([{ set: routeBetween('shop.test', [versionOf('va', 100, a)]) }]);
    for (const user of users) assert.equal(await comes(it, user), 'a');
  });

  test('with sticky instance a user keeps the instance, also while it drains', async () => {
    const it = await start();
    const route = (state: 'serving' | 'draining') => {
      const instances = [a.upstream, { ...b.upstream, state }];
      const version = { ...versionOf('v1', 100), instances };
      return { set: routeBetween('shop.test', [version], { sticky: 'instance' }) };
    };
    await it.gateway.apply([route('serving')]);
    const users = await crowd(it, 40);
    assert.ok(at(users, 'a') > 0 && at(users, 'b') > 0, 'both instances have users');
    await it.gateway.apply([route('draining')]);
    for (const user of users) {
      const before = user.at;
      assert.equal(await comes(it, user), before);
    }
    assert.deepEqual(await met(it, 'shop.test', 40), new Set(['a']));
  });

  test('a cookie that was tampered with counts as none', async () => {
    const it = await start();
    await weigh(50, 50);
    const [user] = await crowd(it, 1);
    const { cookie } = user!;
    assert.notEqual(cookie, '');
    for (const forged of [
      `${cookie}x`,
      cookie.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
    ]) {
      const answer = await it.visit('shop.test', { headers: { cookie: forged } });
      assert.equal(answer.status, 200);
      assert.notEqual(answer.cookie, '', 'a new user gets a cookie of his own');
    }
  });
}
