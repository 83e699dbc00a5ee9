import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseArgs } from 'node:util';
import {
  type GatewaySettings,
  readSettings,
  sameSettings,
  settingsFlags,
  settingsOptions,
  usualSettings,
} from './gateway-settings.ts';

const all: GatewaySettings = {
  listen: '127.0.0.1:1',
  listenTls: '[::1]:2',
  workers: 3,
  proxyProtocol: true,
  trust: ['10.0.0.0/8', '::1'],
  accessLog: 'access.log',
  accessLogSample: 0.25,
};

test('settings survive the way over a command line', () => {
  for (const settings of [all, usualSettings]) {
    const { values } = parseArgs({ args: settingsFlags(settings), options: settingsOptions });
    assert.deepEqual(readSettings(values), settings);
  }
});

test('settings are the same only when each of them is', () => {
  assert.ok(sameSettings(all, { ...all, trust: [...all.trust] }));
  const others: Partial<GatewaySettings>[] = [
    { listen: '127.0.0.1:9' },
    { listenTls: null },
    { workers: null },
    { proxyProtocol: false },
    { trust: ['::1'] },
    { accessLog: null },
    { accessLogSample: 1 },
  ];
  for (const other of others) assert.ok(!sameSettings(all, { ...all, ...other }));
});

test('numbers that are none are refused', () => {
  const code = 'gateway/bad-setting';
  for (const workers of ['0', '1.5', 'many', '', '1000']) {
    assert.throws(() => readSettings({ workers }), { code });
  }
  for (const sample of ['-1', '2', 'half', '']) {
    assert.throws(() => readSettings({ 'access-log-sample': sample }), { code });
  }
});
