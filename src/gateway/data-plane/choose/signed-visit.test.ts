import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VisitTarget } from '../../gateway.ts';
import { key } from './routes.test-data.ts';
import { sealer } from './seal.ts';
import { readVisit, signVisit } from './signed-visit.ts';

const mine = sealer(key);
const place = { host: 'a.test', path: '/shop' };
const at = (nowMs: number) => ({ place, nowMs });

test('a token reaches what it was signed for until it expires', () => {
  const targets: VisitTarget[] = [
    { ...place, version: 'dep_1' },
    { ...place, instance: 'vérsion.with/odd =letters' },
    { ...place, version: '' },
  ];
  for (const target of targets) {
    const token = signVisit(key, target, 5000);
    assert.match(token, /^[\w.-]+$/, 'fits into a cookie');
    const { host: _host, path: _path, ...wanted } = target;
    assert.deepEqual(readVisit(mine, token, at(4999)), wanted);
    assert.equal(readVisit(mine, token, at(5000)), null);
  }
});

test('a token is worth nothing at another place, by another key, or changed', () => {
  const token = signVisit(key, { ...place, version: 'dep_1' }, 5000);
  assert.equal(readVisit(sealer(Buffer.alloc(32, 8)), token, at(0)), null);
  for (const other of [
    { host: 'b.test', path: '/shop' },
    { host: 'a.test', path: '/' },
  ]) {
    assert.equal(readVisit(mine, token, { place: other, nowMs: 0 }), null);
  }
  for (let index = 0; index < token.length; index++) {
    const changed =
      token.slice(0, index) + (token[index] === 'A' ? 'B' : 'A') + token.slice(index + 1);
    assert.equal(readVisit(mine, changed, at(0)), null, changed);
  }
  const odd = [
    '',
    '.',
    '..',
    '...',
    `${token}.`,
    `.${token}`,
    `v${token}`,
    token.slice(0, -1),
    'a'.repeat(9000),
  ];
  for (const one of odd) assert.equal(readVisit(mine, one, at(0)), null, one);
});
