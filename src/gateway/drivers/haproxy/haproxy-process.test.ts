import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type GatewayLoad, gatewayLoad } from '../../../../test/support/gateway-load.ts';
import { ask, freePort, startInstance } from '../../../../test/support/gateway-rig.ts';
import { lockHolder } from '../../data-plane/gateway-lock.ts';
import { isAlive } from '../../data-plane/process-identity.ts';
import { until } from '../../contract/gateway-under-test.ts';
import { routeBetween, routeTo, versionOf } from '../../gateway.contract.ts';
import type { Upstream } from '../../route.ts';
import { haproxyGateway } from './haproxy-gateway.ts';
import { type HaproxyRig, haproxyRig, kill, withoutHaproxy } from './haproxy-rig.test-data.ts';
import { livingHaproxy } from './running-haproxy.ts';
import { stopHaproxyGateway } from './stop-haproxy-gateway.ts';

describe("HAProxy's processes", { skip: withoutHaproxy }, () => {
  let it: HaproxyRig;
  let load: GatewayLoad;
  let upstream: Upstream;
  let letGo: (() => void) | undefined;

  beforeEach(async () => {
    it = await haproxyRig();
    letGo = undefined;
    ({ upstream } = await startInstance(it.undo, {
      name: 'one',
      app(asked, response) {
        if (asked.url !== '/hold') return void response.end('hello');
        letGo = () => response.end('held');
      },
    }));
    await it.gateway.apply([{ set: routeTo('shop.test', upstream) }]);
    load = gatewayLoad(it.port, 'shop.test');
    await load.more(50);
  });
  afterEach(async () => {
    await load.stop();
    await it.undo.run();
  });

  const keeper = () => lockHolder(it.place.directory);
  const haproxy = () => livingHaproxy(it.place.directory);
  const counted = async () =>
    (await it.gateway.totals()).reduce((sum, { requests }) => sum + requests, 0);

  test('without a keeper HAProxy serves on, and all is counted when there is one again', async () => {
    const before = haproxy();
    await load.stop();
    await until('all is counted', async () => (await counted()) === load.answered());
    await kill(keeper());
    // What HAProxy sends to the keeper before it has noticed is lost with it.
    const unaware = gatewayLoad(it.port, 'shop.test');
    await unaware.more(1);
    await unaware.stop();
    await pause(500);
    const alone = gatewayLoad(it.port, 'shop.test');
    await alone.more(100);
    await alone.stop();
    assert.equal(await it.gateway.tend(), 'restarted');
    assert.equal(await it.gateway.tend(), 'alive');
    assert.deepEqual(haproxy(), before);
    assert.deepEqual([unaware.failures(), alone.failures()], [{}, {}]);
    const all = load.answered() + alone.answered();
    await until('all is counted again', async () => (await counted()) >= all);
    assert.ok((await counted()) <= all + unaware.answered());
  });

  test('a HAProxy that dies is started again; who comes meanwhile waits and is not refused', async () => {
    const before = haproxy();
    await kill(before);
    await load.more(100);
    assert.notDeepEqual(haproxy(), before);
    const failures = load.failures();
    assert.equal(failures['refused'], undefined);
    // What was open died with it.
    assert.ok((failures['cut off'] ?? 0) <= 8, JSON.stringify(failures));
    await it.gateway.apply([{ set: routeTo('next.test', upstream) }]);
    assert.equal((await ask({ port: it.port, host: 'next.test' })).text, 'hello');
  });

  test('changes of weights, instances and checks of health lose no request, reloads neither', async () => {
    const two = { ...upstream, instance: 'two' };
    for (let n = 0; n < 12; n += 1) {
      const versions = [
        { ...versionOf('va', n * 8), instances: [upstream] },
        { ...versionOf('vb', 100 - n * 8), instances: n % 2 === 0 ? [two] : [two, upstream] },
      ];
      // A time that no backend was made for: HAProxy has to be reloaded.
      const health = n % 4 === 3 ? { path: '/health', everyMs: 500, timeoutMs: 1_000 + n } : null;
      await it.gateway.apply([{ set: routeBetween('shop.test', versions, { health }) }]);
      await load.more(20);
    }
    await load.stop();
    assert.deepEqual(load.failures(), {});
  });

  test('what was open before a reload goes on and holds a drain up', async () => {
    await it.gateway.apply([{ set: routeTo('old.test', { ...upstream, instance: 'old' }) }]);
    const held = new Promise<string>((resolve) => {
      const options = { host: '127.0.0.1', port: it.port, path: '/hold', agent: false };
      request({ ...options, headers: { host: 'old.test' } }, (answer) => {
        answer.setEncoding('utf8').once('data', resolve);
      }).end();
    });
    await until('the instance has it', () => letGo !== undefined);
    const health = { path: '/', everyMs: 500, timeoutMs: 7_777 };
    const version = { ...versionOf('v1', 100), instances: [upstream] };
    await it.gateway.apply([
      { set: routeBetween('shop.test', [version], { health }) },
      { remove: { host: 'old.test', path: '/' } },
    ]);
    let drained: unknown = null;
    const draining = it.gateway.drain(['old'], { limitMs: 20_000 }).then((how) => (drained = how));
    await load.more(50);
    assert.equal(drained, null);
    letGo?.();
    assert.equal(await held, 'held');
    await draining;
    assert.deepEqual(drained, { cutOff: 0 });
  });

  test('what was open before a reload can be cut off, and only that', async () => {
    await it.gateway.apply([{ set: routeTo('old.test', { ...upstream, instance: 'old' }) }]);
    const held = ask({ port: it.port, host: 'old.test', path: '/hold' });
    await until('the instance has it', () => letGo !== undefined);
    const health = { path: '/', everyMs: 500, timeoutMs: 7_777 };
    const version = { ...versionOf('v1', 100), instances: [upstream] };
    await it.gateway.apply([
      { set: routeBetween('shop.test', [version], { health }) },
      { remove: { host: 'old.test', path: '/' } },
    ]);
    assert.deepEqual(await it.gateway.drain(['old'], { limitMs: 50 }), { cutOff: 1 });
    const { status } = await held;
    assert.ok(status === 502 || status === 503, `the status is ${status}`);
    await load.more(20);
    assert.deepEqual(load.failures(), {});
  });

  test('with other settings another keeper takes over, and HAProxy serves on', async () => {
    const [formerKeeper, formerHaproxy] = [keeper()!, haproxy()];
    const place = { ...it.place, settings: { threads: 1 } };
    const [gateway] = await Promise.all([haproxyGateway(place), load.more(100)]);
    assert.ok(!isAlive(formerKeeper));
    assert.deepEqual(haproxy(), formerHaproxy);
    assert.deepEqual(await gateway.routes(), [routeTo('shop.test', upstream)]);
    await load.more(20);
    assert.deepEqual(load.failures(), {});
  });

  test('at another address the former HAProxy ends, and the routes are there', async () => {
    await load.stop();
    const former = haproxy()!;
    const port = await freePort();
    const gateway = await haproxyGateway({ ...it.place, listen: `127.0.0.1:${port}` });
    assert.equal((await gateway.entrance()).port, port);
    assert.equal((await ask({ port, host: 'shop.test' })).text, 'hello');
    await until('the former one has ended', () => !isAlive(former));
    await assert.rejects(ask({ port: it.port, host: 'shop.test' }));
  });

  test('several controllers have one keeper and one HAProxy', async () => {
    const [formerKeeper, formerHaproxy] = [keeper(), haproxy()];
    const others = await Promise.all([1, 2, 3].map(() => haproxyGateway(it.place)));
    await Promise.all(
      others.map((other, n) => other.apply([{ set: routeTo(`of-${n}.test`, upstream) }])),
    );
    assert.equal((await it.gateway.routes()).length, 4);
    assert.deepEqual([keeper(), haproxy()], [formerKeeper, formerHaproxy]);
  });

  test('after the end nothing runs, and all state is there for the next', async () => {
    await load.stop();
    const all = [keeper()!, haproxy()!];
    await stopHaproxyGateway(it.place.directory, 2_000);
    await stopHaproxyGateway(it.place.directory, 2_000);
    assert.deepEqual(all.map(isAlive), [false, false]);
    assert.ok(!existsSync(`${it.place.directory}/control.sock`));
    const total = load.answered();
    const gateway = await haproxyGateway(it.place);
    assert.deepEqual(await gateway.routes(), [routeTo('shop.test', upstream)]);
    const [line] = await gateway.activity();
    assert.equal(line?.requests, total);
  });
});
