import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SharedRoute, WorkerTable } from './chooser.ts';
import {
  asking,
  at,
  chooserRig,
  chosen,
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

const replace = (routes: SharedRoute[], pauses: WorkerTable['pauses'] = []): void =>
  rig.chooser.replace({ routes, pauses });
const ask = (host = 'a.test', path = '/') => rig.chooser.choose(asking({ host, path }));
const status = (host: string, path = '/') => {
  const choice = ask(host, path);
  return choice.kind === 'page' ? choice.page.status : choice.kind;
};
const to = (...names: string[]) =>
  served([version('v', 100, { instances: names.map((name) => at(name)) })]);
const endpoint = (name: string) => [...rig.chooser.endpoint(name)];

describe('the table', () => {
  test('is asked by host and path; what it does not know is not found', () => {
    assert.equal(status('a.test'), 404);
    const text = routeTo({ kind: 'text', text: 'proof' }, { path: '/.well-known/x' });
    const page = { status: 503, title: 'Asleep', text: '', html: null };
    replace([routeTo(to('one')), text, routeTo({ kind: 'page', page }, { host: 'b.test' })]);
    assert.equal(chosen(ask()).instance.endpoint.instance, 'one');
    assert.deepEqual(ask('a.test', '/.well-known/x/y').kind, 'text');
    assert.equal(status('a.test', '/.well-known/../x'), 400);
    assert.equal(status('b.test', '/any'), 503);
    assert.equal(status('c.test'), 404);
  });

  test('keeps what stays: places, instances, endpoints, activity and counters', () => {
    const other = routeTo(to('two'), { host: 'b.test' });
    replace([routeTo(to('one', 'two')), other]);
    const places = [...rig.chooser.routes()];
    const { instance } = chosen(ask());
    const endpoints = [...endpoint('one'), ...endpoint('two')];
    const counted = rig.counted.length;
    const hidden = { instances: [at('one', 'hidden'), at('two', 'hidden')] };
    replace([routeTo(served([version('v', 100, hidden)])), other]);
    assert.deepEqual([...rig.chooser.routes()], places);
    assert.ok([...rig.chooser.routes()].every((place, index) => place === places[index]));
    assert.deepEqual([...endpoint('one'), ...endpoint('two')], endpoints);
    assert.equal(instance.state, 'hidden');
    assert.equal(status('a.test'), 503);
    assert.equal(rig.counted.length, counted, 'no counter was asked for again');
  });

  test('that comes once more as a copy changes nothing, and what is left out of it later goes', () => {
    const routes = [routeTo(to('one')), routeTo(to('two'), { host: 'b.test' })];
    replace(routes);
    const places = [...rig.chooser.routes()];
    const { instance } = chosen(ask());
    const [first] = structuredClone(routes);
    assert.ok(first);
    replace(structuredClone(routes));
    assert.ok([...rig.chooser.routes()].every((place, index) => place === places[index]));
    replace([first]);
    assert.equal(chosen(ask()).instance, instance);
    assert.equal(status('b.test'), 404);
    assert.equal(endpoint('two').length, 0);
  });

  test('finds what has changed wherever it stands, and in any order', () => {
    const routes = Array.from({ length: 8 }, (_, index) =>
      routeTo(to(`i${index}`), { host: `${index}.test` }),
    );
    const check = (next: SharedRoute[]): void => {
      replace(next);
      const hosts = [...rig.chooser.routes()].map(({ route }) => route.host);
      assert.deepEqual(
        hosts,
        next.map(({ host }) => host),
      );
      for (const { host } of routes) {
        const isRouted = next.some((route) => route.host === host);
        assert.equal(status(host), isRouted ? 'instance' : 404, host);
      }
    };
    check(routes);
    check(routes.toReversed());
    check(routes.slice(2, 5));
    check([...routes.slice(0, 1), ...routes.slice(3)]);
    check(routes.toSpliced(4, 1));
    check([...routes.slice(4), ...routes.slice(0, 4)]);
    check([]);
    check(routes);
    const moved = routeTo(to('new'), { host: '3.test' });
    replace([moved, ...routes.toSpliced(3, 1)]);
    assert.equal(chosen(ask('3.test')).instance.endpoint.instance, 'new');
  });

  test('begins to count anew when another service takes a place over', () => {
    replace([routeTo(to('one'))]);
    const [place] = rig.chooser.routes();
    assert.ok(place);
    Object.assign(place.activity, { requests: 5, lastRequestAtMs: 9, open: 2 });
    const { instance } = chosen(ask());
    replace([routeTo(to('one'), { environment: 'f' })]);
    assert.deepEqual(place.activity, { requests: 0, lastRequestAtMs: 0, open: 2, waiting: 0 });
    assert.notEqual(chosen(ask()).instance, instance);
    assert.equal(chosen(ask()).instance.endpoint, instance.endpoint);
    assert.deepEqual(
      rig.counted.map(({ environment, instance }) => `${environment} ${instance}`),
      ['e ', 'e one', 'f ', 'f one'],
    );
  });
});

describe('an endpoint', () => {
  test('that no route names any more is gone: unused connections are closed, open requests are not', () => {
    replace([routeTo(to('one')), routeTo(to('one'), { host: 'b.test' })]);
    const [one] = endpoint('one');
    assert.ok(one);
    let closed = 0;
    one.open = 1;
    one.idle.push({ close: () => closed++ }, { close: () => closed++ });
    replace([routeTo(to('one'), { host: 'b.test' })]);
    assert.equal(one.isGone, false, 'the other one still names it');
    replace([]);
    assert.deepEqual([one.isGone, closed, one.idle.length], [true, 2, 0]);
    assert.deepEqual(endpoint('one'), [one], 'it is known while requests are open');
    one.open = 0;
    replace([routeTo(to('one'))]);
    const [again] = endpoint('one');
    assert.notEqual(again, one);
    assert.equal(again?.isGone, false);
  });

  test('that moves from one place to another in one change stays', () => {
    replace([routeTo(to('one')), routeTo(to('two'), { host: 'b.test' })]);
    const [one] = endpoint('one');
    replace([routeTo(to('two')), routeTo(to('one'), { host: 'b.test' })]);
    assert.deepEqual(endpoint('one'), [one]);
    assert.equal(one?.isGone, false);
  });

  test('of another address is another one', () => {
    const moved = { ...at('one'), port: 9 };
    replace([routeTo(to('one'))]);
    const [one] = endpoint('one');
    replace([routeTo(served([version('v', 100, { instances: [moved] })]))]);
    assert.equal(one?.isGone, true);
    assert.deepEqual(
      endpoint('one').map(({ port }) => port),
      [9],
    );
  });
});

describe('a paused place', () => {
  const place = { host: 'a.test', path: '/' };
  const pause = (untilMs = rig.clock.nowMs + 60_000) => [
    { ...place, requests: 9, bytes: 99, untilMs },
  ];

  test('holds everyone until it is released, but for signed visits', async () => {
    const routes = [routeTo(to('one'))];
    replace(routes, pause());
    const choice = ask();
    assert.ok(choice.kind === 'wait');
    const went: string[] = [];
    choice.pause.enter(1, (how) => went.push(`${how} ${ask().kind}`));
    const signedVisit = signVisit(key, { ...place, version: 'v' }, rig.clock.nowMs + 1000);
    assert.equal(chosen(rig.chooser.choose(asking({ signedVisit }))).signed, true);

    replace([routeTo(to('two'))], pause());
    assert.equal(ask().kind === 'wait' && choice.route.activity.waiting, 1);
    replace([routeTo(to('three'))]);
    while (went.length === 0) await nextTurn();
    assert.deepEqual(went, ['released instance']);
    assert.equal(chosen(ask()).instance.endpoint.instance, 'three');
  });

  test('holds also those who would get a page', () => {
    const page = { status: 503, title: '', text: '', html: null };
    replace([routeTo({ kind: 'page', page })], pause());
    assert.equal(ask().kind, 'wait');
  });

  test('whose time is up holds nobody', () => {
    replace([routeTo(to('one'))], pause(rig.clock.nowMs));
    assert.equal(ask().kind, 'instance');
    replace([routeTo(to('one'))], pause(rig.clock.nowMs + 1000));
    assert.equal(ask().kind, 'wait');
    rig.clock.nowMs += 1000;
    assert.equal(ask().kind, 'instance');
  });

  test('that loses its route lets those who wait find out', async () => {
    replace([routeTo(to('one'))], pause());
    const choice = ask();
    assert.ok(choice.kind === 'wait');
    const went: (number | string)[] = [];
    choice.pause.enter(1, () => went.push(status('a.test')));
    replace([], pause());
    while (went.length === 0) await nextTurn();
    assert.deepEqual(went, [404]);
  });
});

test('a health check takes an instance out of its version, and nobody asks a lone or hidden one', async () => {
  const asked: string[] = [];
  const started = await Promise.all(
    ['bad', 'good', 'lone', 'hidden'].map(async (name) => {
      const server = createServer((_, response) => {
        asked.push(name);
        response.writeHead(name === 'bad' ? 500 : 200).end();
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      return { server, upstream: { ...at(name), port } };
    }),
  );
  const [bad, good, lone, hidden] = started.map(({ upstream }) => upstream);
  assert.ok(bad && good && lone && hidden);
  const health = { path: '/', everyMs: 5, timeoutMs: 5000 };
  const instances = [bad, good, { ...hidden, state: 'hidden' as const }];
  replace([
    routeTo(served([version('v', 100, { instances })], { health })),
    routeTo(served([version('v', 100, { instances: [lone] })], { health }), { host: 'b.test' }),
  ]);
  const goesToBad = () => chosen(ask()).instance.endpoint.instance === 'bad';
  let inARow = 0;
  while (inARow < 200) {
    inARow = goesToBad() ? 0 : inARow + 1;
    await nextTurn();
  }
  rig.chooser.close();
  for (const { server } of started) server.close();
  assert.deepEqual([...new Set(asked)].toSorted(), ['bad', 'good']);
});
