import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { wishIn, withKind } from './timeline-wish.ts';

const nothing = { app: undefined, kinds: undefined, text: undefined, environment: undefined };

test('an address says what is asked of the timeline', () => {
  const search = new URLSearchParams('kinds=deploy,vote&environment=preview/x&text=a+b');
  deepEqual(wishIn(search, 'shop'), {
    app: 'shop',
    kinds: 'deploy,vote',
    text: 'a b',
    environment: 'shop/preview/x',
  });
});

test('what is empty is not asked for, and without an app an environment is what it is', () => {
  deepEqual(wishIn(new URLSearchParams('kinds=&text='), undefined), nothing);
  const search = new URLSearchParams('environment=shop/production');
  deepEqual(wishIn(search, undefined), { ...nothing, environment: 'shop/production' });
});

test('a kind is put in, and taken out again', () => {
  equal(withKind([], 'vote'), 'vote');
  equal(withKind(['deploy', 'vote'], 'push'), 'deploy,vote,push');
  equal(withKind(['deploy', 'vote'], 'deploy'), 'vote');
  equal(withKind(['vote'], 'vote'), '');
});
