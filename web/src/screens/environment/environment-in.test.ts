import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { places } from '../../frame/places.ts';
import { environmentIn } from './environment-in.ts';

test('every name comes back from its address', () => {
  for (const name of ['production', 'preview/a/b', 'preview/100%', 'preview/a%2Fb', 'preview/é?#&'])
    for (const part of [undefined, 'logs'])
      equal(environmentIn(places.environment('shop', name, part)), name);
});

test('what was typed by hand is taken as it is', () => {
  equal(environmentIn('/apps/shop/environments/100%'), '100%');
  equal(environmentIn('/apps/shop'), '');
});
