import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import type { Output } from '../api/contract/all.ts';
import { cliLab, cliScript, type CliLab } from '../../test/support/cli-lab.ts';

type Traffic = Output<'getTraffic'>;

let lab: CliLab;
let traffic: Traffic;
before(async () => {
  lab = await cliLab();
  lab.world.handlers.getTraffic = ({ minutes, environment }) => ({
    ...traffic,
    environment: `${environment} ${minutes}`,
  });
});
after(() => lab.close());

function version(fields: Partial<Traffic['versions'][number]>): Traffic['versions'][number] {
  return {
    service: 'web',
    version: 'd1',
    commit: 'aaaa1111ffff',
    requests: 0,
    perSecond: 0,
    answers: { success: 0, redirect: 0, clientError: 0, serverError: 0 },
    refused: 0,
    aborted: 0,
    failed: 0,
    retried: 0,
    bad: 0,
    badShare: 0,
    badUsers: 0,
    bytesIn: 0,
    bytesOut: 0,
    firstByte: null,
    total: null,
    instances: [],
    series: [],
    ...fields,
  };
}

const at = new Date('2026-11-20T08:00:00Z');
const shown = (versions: Traffic['versions'], lostTicks = 0): Traffic => ({
  environment: 'shop/staging',
  from: at,
  to: at,
  stepSeconds: 10,
  lostTicks,
  versions,
});

test('a version is a line with its share, errors and latencies', async () => {
  const total = { p50Ms: 1.234, p90Ms: 30, p95Ms: 45.6, p99Ms: 12_345 };
  traffic = shown(
    [
      version({ requests: 900, perSecond: 123.4, total }),
      version({
        version: 'd2',
        commit: 'bbbb2222',
        requests: 100,
        perSecond: 0.11,
        badShare: 0.0321,
      }),
      version({ version: '', commit: null, service: '' }),
    ],
    7,
  );
  const { out, code } = await lab.signalbox(['traffic', 'staging']);
  assert.equal(code, 0);
  assert.deepEqual(
    out
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/).map((cell) => cell.trim())),
    [
      ['SERVICE', 'VERSION', 'REQUESTS', 'PER SECOND', 'SHARE', 'ERRORS', 'P50', 'P95', 'P99'],
      ['web', 'aaaa111', '900', '123', '90 %', '0 %', '1.2ms', '46ms', '12s'],
      ['web', 'bbbb222', '100', '0.1', '10 %', '3.2 %', '-', '-', '-'],
      ['-', 'gateway', '0', '0.0', '0 %', '0 %', '-', '-', '-'],
      ['The counts of up to 7 seconds are missing: no controller was there to read them.'],
    ],
  );
});

test('without traffic it says so, and --json is the answer itself', async () => {
  traffic = shown([]);
  const plain = await lab.signalbox(['traffic', 'staging']);
  assert.match(plain.out, /^Nobody has asked shop\/staging 15 for anything in this time\.\n$/);
  const { out } = await lab.signalbox(['traffic', 'staging', '--minutes', '60', '--json']);
  assert.deepEqual(JSON.parse(out), {
    ...JSON.parse(JSON.stringify(traffic)),
    environment: 'shop/staging 60',
  });
});

test('--watch goes on until it is stopped, with --json one object a line', async () => {
  traffic = shown([]);
  const child = spawn(process.execPath, [cliScript, 'traffic', 'staging', '--watch', '--json'], {
    env: lab.env(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (text) => (out += text));
  while (out.split('\n').length < 3) await once(child.stdout, 'data');
  child.kill('SIGINT');
  await once(child, 'close');
  for (const line of out.trimEnd().split('\n'))
    assert.equal((JSON.parse(line) as Traffic).environment, 'shop/staging 15');
});
