import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whoMay } from '../chat/who-may.ts';
import { all, type AnyEndpoint } from './contract/all.ts';

const endpoints = all as Readonly<Record<string, AnyEndpoint>>;

test('what is said in chat needs the role that the same act by the API needs', () => {
  for (const [word, { needs, endpoint }] of Object.entries(whoMay))
    if (endpoint !== null) assert.equal(needs, endpoints[endpoint]?.role, `!${word}`);
});
