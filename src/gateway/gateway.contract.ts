import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { Gateway } from './gateway.ts';
import type { Route, Upstream } from './route.ts';

/** A request that an instance has and has not answered. */
export interface HeldRequest {
  /** Lets the instance answer. */
  finish(): void;
  ended: Promise<'answered' | 'cut off'>;
}

/** A driver with instances behind it and people in front of it. */
export interface GatewayUnderTest {
  gateway: Gateway;
  /** Starts an instance that answers with its own name. */
  instance(name: string): Promise<Upstream>;
  /** What someone who asks for the host gets: an instance's name, or the status of a page. */
  visit(host: string): Promise<string | number>;
  /** Resolves when the instance has the request. */
  hold(host: string): Promise<HeldRequest>;
  /** The same as `hold`, but a WebSocket; absent where the driver has none. */
  holdSocket?: (host: string) => Promise<HeldRequest>;
  /** Ends the gateway as roughly as its driver must bear; afterwards `gateway` is one that found its state again. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** What the port promises, for every driver and the fake. */
/** `webSockets: false` leaves out what only a driver with real sockets can promise. */
export function gatewayContract(
  name: string,
  open: () => Promise<GatewayUnderTest>,
  { webSockets = true }: { webSockets?: boolean } = {},
): void {
  describe(name, () => {
    let it: GatewayUnderTest;
    beforeEach(async () => {
      it = await open();
    });
    afterEach(() => it.close());

    test('a route sends its host to its instances, in turn', async () => {
      const [one, two] = [await it.instance('one'), await it.instance('two')];
      await it.gateway.apply([{ set: routeTo('shop.test', one, two) }]);
      const answers = new Set([await it.visit('shop.test'), await it.visit('shop.test')]);
      assert.deepEqual(answers, new Set(['one', 'two']));
      assert.equal(await it.visit('other.test'), 404);
    });

    test('a page is answered by the gateway itself', async () => {
      const page = { status: 503, title: 'Asleep', text: 'It wakes when pushed.' };
      await it.gateway.apply([
        { set: { ...routeTo('shop.test'), target: { kind: 'page', page } } },
      ]);
      assert.equal(await it.visit('shop.test'), 503);
    });

    test('changes are in effect when apply resolves, may be repeated, and the last of one host counts', async () => {
      const [one, two] = [await it.instance('one'), await it.instance('two')];
      const changes = [
        { set: routeTo('shop.test', one) },
        { set: routeTo('shop.test', two) },
        { set: routeTo('gone.test', one) },
        { remove: { host: 'gone.test' } },
        { remove: { host: 'never.test' } },
      ];
      await it.gateway.apply(changes);
      await it.gateway.apply(changes);
      assert.equal(await it.visit('shop.test'), 'two');
      assert.equal(await it.visit('gone.test'), 404);
      assert.deepEqual(await it.gateway.routes(), [routeTo('shop.test', two)]);
    });

    test('one bad change means that none is made', async () => {
      const one = await it.instance('one');
      const bad = { set: routeTo('Not A Host', one) };
      await assert.rejects(it.gateway.apply([{ set: routeTo('shop.test', one) }, bad]));
      assert.deepEqual(await it.gateway.routes(), []);
    });

    test('routes, fences and activity outlive the gateway', async () => {
      const one = await it.instance('one');
      await it.gateway.apply([{ set: routeTo('shop.test', one) }], { scope: 'env', epoch: 4 });
      await it.visit('shop.test');
      await it.restart();
      assert.equal(await it.visit('shop.test'), 'one');
      const [line] = await it.gateway.activity();
      assert.equal(line?.host, 'shop.test');
      await assert.rejects(it.gateway.apply([], { scope: 'env', epoch: 3 }), {
        code: 'gateway/fenced',
      });
    });

    test('a lower fence of the same scope is refused and changes nothing', async () => {
      const one = await it.instance('one');
      await it.gateway.apply([], { scope: 'env-a', epoch: 7 });
      const late = it.gateway.apply([{ set: routeTo('shop.test', one) }], {
        scope: 'env-a',
        epoch: 6,
      });
      await assert.rejects(late, { name: 'SignalboxError', code: 'gateway/fenced' });
      assert.deepEqual(await it.gateway.routes(), []);
      await it.gateway.apply([{ set: routeTo('shop.test', one) }], { scope: 'env-a', epoch: 7 });
      await it.gateway.apply([{ set: routeTo('shop.test', one) }], { scope: 'env-b', epoch: 1 });
    });

    test('a request in flight ends on the instance that has it, and drain waits for it', async () => {
      const [old, fresh] = [await it.instance('old'), await it.instance('fresh')];
      await it.gateway.apply([{ set: routeTo('shop.test', old) }]);
      const held = await it.hold('shop.test');
      await it.gateway.apply([{ set: routeTo('shop.test', fresh) }]);
      assert.equal(await it.visit('shop.test'), 'fresh');
      let isDrained = false;
      const drained = it.gateway.drain(['old'], 20_000).then((result) => {
        isDrained = true;
        return result;
      });
      await it.gateway.routes();
      assert.equal(isDrained, false);
      held.finish();
      assert.equal(await held.ended, 'answered');
      assert.deepEqual(await drained, { cutOff: 0 });
      assert.deepEqual(await it.gateway.drain(['old', 'never-was'], 20_000), { cutOff: 0 });
    });

    test('at its limit drain cuts off what is open, and only there', async () => {
      const [old, other] = [await it.instance('old'), await it.instance('other')];
      await it.gateway.apply([
        { set: routeTo('old.test', old) },
        { set: routeTo('other.test', other) },
      ]);
      const [lost, kept] = [await it.hold('old.test'), await it.hold('other.test')];
      assert.deepEqual(await it.gateway.drain(['old'], 50), { cutOff: 1 });
      assert.equal(await lost.ended, 'cut off');
      kept.finish();
      assert.equal(await kept.ended, 'answered');
    });

    if (webSockets)
      test('an open WebSocket holds a drain up, too', async () => {
        assert.ok(it.holdSocket, 'the rig can open WebSockets');
        const old = await it.instance('old');
        await it.gateway.apply([{ set: routeTo('shop.test', old) }]);
        const [first, second] = [
          await it.holdSocket('shop.test'),
          await it.holdSocket('shop.test'),
        ];
        await it.gateway.apply([{ remove: { host: 'shop.test' } }]);
        const drained = it.gateway.drain(['old'], 20_000);
        first.finish();
        second.finish();
        assert.deepEqual(await drained, { cutOff: 0 });
      });

    test('activity has a line for each route, counts its requests and those open', async () => {
      const one = await it.instance('one');
      await it.gateway.apply([
        { set: routeTo('shop.test', one) },
        { set: routeTo('idle.test', one) },
      ]);
      const before = Date.now();
      await it.visit('shop.test');
      const held = await it.hold('shop.test');
      await it.visit('stranger.test');
      const lines = new Map((await it.gateway.activity()).map((line) => [line.host, line]));
      assert.deepEqual([...lines.keys()].sort(), ['idle.test', 'shop.test']);
      assert.equal(lines.get('idle.test')?.lastRequestAt, null);
      const { requests, openRequests, environment, lastRequestAt } = lines.get('shop.test')!;
      assert.deepEqual(
        { requests, openRequests, environment },
        { requests: 2, openRequests: 1, environment: 'env-shop' },
      );
      assert.ok(lastRequestAt !== null && lastRequestAt.getTime() >= before);
      held.finish();
      await held.ended;
    });

    test('a host that goes to another environment begins to count anew', async () => {
      const one = await it.instance('one');
      await it.gateway.apply([{ set: routeTo('shop.test', one) }]);
      await it.visit('shop.test');
      await it.gateway.apply([{ set: { ...routeTo('shop.test', one), environment: 'next' } }]);
      assert.deepEqual(
        (await it.gateway.activity()).map(({ environment, requests }) => [environment, requests]),
        [['next', 0]],
      );
    });
  });
}

/** A route as an environment named after the host's first label would have it. */
export function routeTo(host: string, ...upstreams: Upstream[]): Route {
  const environment = `env-${host.split('.')[0]}`;
  return { host, environment, version: 'v1', target: { kind: 'upstreams', upstreams } };
}
