import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routeBetween } from '../../gateway.contract.ts';
import type { Route, RouteChange, Upstream } from '../../route.ts';
import { type Plan, planChange, SlotsMissing } from './plan-change.ts';
import type { SavedState } from './saved-state.ts';

const upstream = (instance: string, state: Upstream['state'] = 'serving'): Upstream => ({
  instance,
  host: '127.0.0.1',
  port: 4000,
  state,
});
const route = (weight: number, ...instances: Upstream[]): Route =>
  routeBetween('shop.test', [
    { version: 'va', weight, draining: false, instances: [upstream('a')] },
    { version: 'vb', weight: 100 - weight, draining: false, instances },
  ]);

const empty: SavedState = {
  placed: new Map(),
  fences: new Map(),
  slots: Array.from({ length: 6 }, () => ({ checkMs: null })),
  nextId: 1,
};

function plan(state: SavedState, busy: number[], ...changes: RouteChange[]): Plan {
  return planChange(state, changes, { busy: new Set(busy), addresses: new Map() });
}
const after = (state: SavedState, { placed, nextId }: Plan): SavedState => ({
  ...state,
  placed,
  nextId,
});
const only = (of: Plan) => of.set[0]!;

test('a weight change makes a new record and leaves names, instances and backends alone', () => {
  const first = plan(empty, [], { set: route(50, upstream('b')) });
  const second = plan(after(empty, first), [0, 1], { set: route(70, upstream('b')) });
  assert.deepEqual(only(second).lanes, only(first).lanes);
  assert.equal(only(second).id, only(first).id);
  assert.notEqual(only(second).record, only(first).record);
  assert.deepEqual(second.former, first.set);
});

test('an instance more or in another state gets its version another backend, and nobody another name', () => {
  const first = plan(empty, [], { set: route(50, upstream('b')) });
  const second = plan(after(empty, first), [0, 1], {
    set: route(50, upstream('b', 'draining'), upstream('c')),
  });
  const [[a, b], [sameA, otherB]] = [only(first).lanes, only(second).lanes] as const;
  assert.deepEqual(sameA, a);
  assert.equal(otherB!.id, b!.id);
  assert.equal(otherB!.slot, 2);
  assert.equal(otherB!.servers[0]!.id, b!.servers[0]!.id);
});

test('another service at the same place begins anew', () => {
  const first = plan(empty, [], { set: route(50, upstream('b')) });
  const next = { ...route(50, upstream('b')), environment: 'env-next' };
  const second = plan(after(empty, first), [0, 1], { set: next });
  assert.notEqual(only(second).id, only(first).id);
  assert.notEqual(only(second).lanes[0]!.id, only(first).lanes[0]!.id);
});

test('what is as it was, or not there, is no change', () => {
  const first = plan(empty, [], { set: route(50, upstream('b')) });
  const same = { set: structuredClone(route(50, upstream('b'))) };
  const second = plan(after(empty, first), [0, 1], same, {
    remove: { host: 'never.test', path: '/' },
  });
  assert.deepEqual([second.set, second.remove, second.former], [[], [], []]);
});

test('all that is missing is said at once', () => {
  const health = { path: '/', everyMs: 1000, timeoutMs: 300 };
  const versions = ['va', 'vb'].map((version) => ({
    version,
    weight: 50,
    draining: false,
    instances: [upstream(version)],
  }));
  assert.throws(
    () => plan(empty, [], { set: routeBetween('shop.test', versions, { health }) }),
    (error: unknown) => {
      assert.ok(error instanceof SlotsMissing);
      assert.deepEqual(error.wanted, [{ checkMs: 300 }, { checkMs: 300 }]);
      return true;
    },
  );
});
