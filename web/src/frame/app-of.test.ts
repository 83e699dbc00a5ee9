import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appOf } from './app-of.ts';
import { places } from './places.ts';

test('the app is read from the address that was written with it', () => {
  for (const app of ['shop', 'a-b']) {
    assert.equal(appOf(places.overview(app)), app);
    assert.equal(appOf(places.environment(app, 'preview/new page?', 'logs')), app);
    assert.equal(appOf(places.rollout(app, 'production', 'abc')), app);
  }
  assert.equal(appOf('/timeline'), null);
  assert.equal(appOf(places.apps()), null);
});

test('a name that is no address of its own becomes one part of it', () => {
  assert.equal(
    places.environment('shop', 'preview/a b#c', 'logs'),
    '/apps/shop/environments/preview%2Fa%20b%23c/logs',
  );
});

test('an address that is not encoded is about no app', () => {
  assert.equal(appOf('/apps/%E0%A4%A'), null);
});
