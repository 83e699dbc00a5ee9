import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { cliLab, type CliLab } from '../../test/support/cli-lab.ts';
import type { Host } from '../api/contract/hosts.ts';

let lab: CliLab;
const told: Record<string, unknown> = {};
const at = new Date('2026-11-20T08:00:00Z');
const host: Host = {
  app: 'shop',
  kind: 'github',
  repository: 'acme/shop',
  url: null,
  access: 'token',
  addedBy: 'ada',
  addedAt: at,
  askedAt: at,
  heardAt: null,
  openRequests: 3,
  waiting: 2,
  trouble: 'it does not answer',
  refused: null,
};
const webhook = {
  url: 'http://box/api/v1/apps/shop/host-webhook',
  secret: 's3cret',
  heardAt: null,
};

before(async () => {
  lab = await cliLab();
  Object.assign(lab.world.handlers, {
    putHost: (input: unknown) => {
      told['putHost'] = input;
      return { host, webhook };
    },
    getHost: () => host,
    checkHost: () => ({
      findings: [
        { finding: 'requests', subject: 'shop', text: 'It lists 3.', fix: [], severity: 'fine' },
        {
          finding: 'statuses',
          subject: 'shop',
          text: 'It may not write.',
          fix: ['Let it.'],
          severity: 'trouble',
        },
      ],
      webhook,
    }),
    removeHost: () => ({ text: 'shop is no more connected.' }),
  });
});
after(() => lab?.close());

test('a host is added with a token from a file, never from the command line', async () => {
  const file = join(lab.home, 'token');
  await writeFile(file, 'canary-token\n');
  const added = await lab.signalbox([
    'host',
    'add',
    'shop',
    'github',
    '--repository',
    'acme/shop',
    '--token-file',
    file,
  ]);
  assert.equal(added.code, 0, added.err);
  assert.deepEqual(told['putHost'], {
    app: 'shop',
    kind: 'github',
    repository: 'acme/shop',
    token: 'canary-token',
  });
  assert.match(added.out, /host-webhook[\s\S]*s3cret[\s\S]*→ signalbox host check shop/);
  assert.doesNotMatch(added.out + added.err, /canary/);
});

test('a GitHub app is added with its id and its key', async () => {
  const file = join(lab.home, 'key');
  await writeFile(file, '-----BEGIN PRIVATE KEY-----\n');
  const { code } = await lab.signalbox([
    'host',
    'add',
    'shop',
    'github',
    '--repository',
    'acme/shop',
    '--app-id',
    '7',
    '--key-file',
    file,
    '--json',
  ]);
  assert.equal(code, 0);
  const { appId, key } = told['putHost'] as { appId: string; key: string };
  assert.deepEqual([appId, key], ['7', '-----BEGIN PRIVATE KEY-----']);
});

test('a kind that nobody knows and a file that is not there are refused with words', async () => {
  const odd = await lab.signalbox(['host', 'add', 'shop', 'svn', '--repository', 'a/b']);
  assert.deepEqual([odd.code, /github, gitlab or forgejo/.test(odd.err)], [1, true]);
  const lost = await lab.signalbox([
    'host',
    'add',
    'shop',
    'github',
    '--repository',
    'a/b',
    '--token-file',
    'no-file',
  ]);
  assert.deepEqual([lost.code, /no-file cannot be read/.test(lost.err)], [1, true]);
});

test('show says whether it is reached', async () => {
  const { out } = await lab.signalbox(['host', 'show', 'shop']);
  assert.match(out, /github/);
  assert.match(out, /never called/);
  assert.match(out, /it does not answer/);
  const { out: json } = await lab.signalbox(['host', 'show', 'shop', '--json']);
  assert.equal((JSON.parse(json) as Host).openRequests, 3);
});

test('a check that found trouble ends with 1 and says what to enter there', async () => {
  const { code, out } = await lab.signalbox(['host', 'check', 'shop']);
  assert.equal(code, 1);
  assert.match(out, /✔ It lists 3\.\n✖ It may not write\.\n {2}→ Let it\./);
  assert.match(out, /s3cret/);
});

test('remove says so', async () => {
  const { out } = await lab.signalbox(['host', 'remove', 'shop']);
  assert.match(out, /no more connected/);
});
