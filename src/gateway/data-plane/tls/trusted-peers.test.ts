import { equal, throws } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { plainAddress, trustedPeers } from './trusted-peers.ts';

describe('trusted peers', () => {
  const { isTrusted } = trustedPeers(['10.0.0.0/8', '192.0.2.7', '::1', 'fd00::/8']);

  test('are the addresses and networks given, and nobody else', () => {
    for (const address of ['10.0.0.1', '10.255.255.255', '192.0.2.7', '::1', 'fd12::1']) {
      equal(isTrusted(address), true, address);
    }
    for (const address of ['11.0.0.1', '192.0.2.8', '::2', 'fe80::1', '', 'localhost']) {
      equal(isTrusted(address), false, address);
    }
  });

  test('are recognised when an IPv6 socket writes their IPv4 address', () => {
    equal(isTrusted('::ffff:10.1.2.3'), true);
    equal(isTrusted('::ffff:11.1.2.3'), false);
    equal(plainAddress('::ffff:10.1.2.3'), '10.1.2.3');
    equal(plainAddress('::1'), '::1');
  });

  test('are nobody unless named', () => {
    equal(trustedPeers([]).isTrusted('127.0.0.1'), false);
  });

  test('that are no address are refused with words', () => {
    for (const network of [
      '',
      'all',
      '10.0.0.0/33',
      '::/129',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      '1.2.3',
    ]) {
      throws(() => trustedPeers([network]), { code: 'gateway/bad-trust' }, network);
    }
  });
});
