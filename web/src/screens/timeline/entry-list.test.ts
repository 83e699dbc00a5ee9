import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { byDay, withNewest, type Entry, type Listed } from './entry-list.ts';

const entry = (id: string, at = '2026-11-24T10:00:00Z'): Entry => ({
  id,
  at,
  kind: 'deploy',
  what: 'deploy-ended',
  app: 'shop',
  environment: null,
  environmentName: null,
  by: null,
  text: id,
});
const page = (ids: string, next: string | null): Listed => ({
  entries: Array.from(ids, (id) => entry(id)),
  next,
});
const idsOf = ({ entries }: Listed): string => entries.map(({ id }) => id).join('');

test('what is new comes on top, and what was loaded further down stays', () => {
  const list = withNewest(page('edcba', '1.1'), page('gfe', '5.5'));
  deepEqual([idsOf(list), list.next, list.fresh], ['gfedcba', '1.1', 2]);
});

test('nothing new is nothing new', () => {
  const list = withNewest(page('ba', null), page('ba', null));
  deepEqual([idsOf(list), list.next, list.fresh], ['ba', null, 0]);
});

test('where some would be missing between the two, the list begins anew', () => {
  const list = withNewest(page('ba', null), page('zyx', '9.9'));
  deepEqual([idsOf(list), list.next, list.fresh], ['zyx', '9.9', 0]);
});

test('days are those of the reader, newest first', () => {
  const [noon, later, dayBefore] = ['2026-11-24T12:00', '2026-11-24T11:59', '2026-11-23T12:00'];
  const days = byDay([entry('a', noon), entry('b', later), entry('c', dayBefore)]);
  equal(days.length, 2);
  deepEqual(
    days.map(({ at, entries }) => [at, entries.length]),
    [
      [noon, 2],
      [dayBefore, 1],
    ],
  );
});
