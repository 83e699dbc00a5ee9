import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeAuthenticate, fakeTokens } from '../../test/fakes/api-handlers.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { gatekeeper } from './gatekeeper.ts';

const knock = (token: string, address = '10.0.0.1') =>
  ({ headers: { authorization: `Bearer ${token}` }, address, role: 'viewer' }) as const;
const codeOf = (error: unknown): string =>
  error instanceof SignalboxError ? error.code : String(error);

test('guessing tokens is stopped for its address, not for others, and not for good', async () => {
  let time = 0;
  let asked = 0;
  const door = gatekeeper(
    (token) => {
      asked++;
      return fakeAuthenticate(token);
    },
    () => time,
  );
  await door.admit(knock(fakeTokens.viewer));
  for (let guess = 0; guess < 30; guess++) {
    await assert.rejects(
      door.admit(knock(`no${guess}`)),
      (error) => codeOf(error) === 'api/wrong-token',
    );
  }
  const askedBefore = asked;
  await assert.rejects(
    door.admit(knock('no')),
    (error) => codeOf(error) === 'api/too-many-attempts',
  );
  assert.equal(asked, askedBefore, 'the database is spared');
  await door.admit(knock(fakeTokens.viewer));
  await door.admit(knock(fakeTokens.admin, '10.0.0.2'));
  await assert.rejects(
    door.admit(knock(fakeTokens.developer)),
    (error) => codeOf(error) === 'api/too-many-attempts',
  );
  time = 60_001;
  await door.admit(knock(fakeTokens.developer));
});
