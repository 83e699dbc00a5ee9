import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { rough, shortData } from './row-words.ts';

test('a span has one unit', () => {
  equal(rough(-5000), '< 1 min');
  equal(rough(59_999), '< 1 min');
  equal(rough(60_000), '1 min');
  equal(rough(3_599_000), '59 min');
  equal(rough(50 * 3_600_000), '2 d');
});

test('data is told by its source and day', () => {
  const snapshot =
    "snapshot k3f (staging, 2026-11-20 09:30 UTC, 4f2c1d9, migration 3): the newest one this branch's code knows; 2 newer are ahead of where it left main";
  equal(shortData(null), '–');
  equal(shortData(`db: ${snapshot}`), 'staging, 2026-11-20');
  equal(shortData(`db: ${snapshot}; files: ${snapshot}`), 'staging, 2026-11-20');
  equal(shortData(`db: ${snapshot}; files: empty: no`), 'db: staging, 2026-11-20; files: empty');
  equal(shortData('db: empty: a new stage'), 'empty');
  equal(shortData('db: shared with shop/staging'), 'shared with shop/staging');
  equal(shortData('db: snapshot k3f: asked for'), 'snapshot k3f');
  equal(shortData('something else'), 'something else');
});
