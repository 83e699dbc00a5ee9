import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { cliLab, type CliLab } from '../../test/support/cli-lab.ts';
import type { Output } from '../api/contract/all.ts';

const page: Output<'listTimeline'> = {
  entries: [
    {
      id: 'event-7',
      at: new Date('2026-11-24T12:00:00Z'),
      kind: 'rollout',
      what: 'rolled-back',
      app: 'shop',
      environment: 'e1',
      environmentName: 'production',
      by: 'ada',
      text: 'production goes back from deploy 4 to 3',
    },
  ],
  next: '7.3',
};

const none = { value: null, cases: 0, days: [] };
const delivery: Output<'getDelivery'> = {
  app: 'shop',
  from: new Date('2026-10-26T00:00:00Z'),
  to: new Date('2026-11-24T12:00:00Z'),
  measures: [
    {
      ...none,
      key: 'deploys',
      title: 'Deploys per day',
      unit: 'per day',
      formula: 'F1',
      value: 1.5,
      cases: 45,
    },
    {
      ...none,
      key: 'lead-time',
      title: 'Lead time',
      unit: 'seconds',
      formula: 'F2',
      value: 7200,
      cases: 60,
    },
    {
      ...none,
      key: 'change-failures',
      title: 'Change failures',
      unit: 'share',
      formula: 'F3',
      value: 0.125,
      cases: 48,
    },
    { ...none, key: 'restore-time', title: 'Time to restore', unit: 'seconds', formula: 'F4' },
  ],
};

let lab: CliLab;
const asked: Record<string, unknown> = {};

before(async () => {
  lab = await cliLab();
  Object.assign(lab.world.handlers, {
    listTimeline: (input: unknown) => {
      asked['timeline'] = input;
      return page;
    },
    getDelivery: (input: unknown) => {
      asked['delivery'] = input;
      return delivery;
    },
  });
});
after(() => lab.close());

test('timeline tells what happened where and by whom, and where older ones are', async () => {
  const { code, out, err } = await lab.signalbox([
    'timeline',
    'shop',
    '--kinds',
    'rollout,vote',
    '--text',
    'back',
  ]);
  assert.equal(code, 0, err);
  assert.deepEqual(asked['timeline'], {
    app: 'shop',
    kinds: 'rollout,vote',
    text: 'back',
    limit: 30,
  });
  assert.match(
    out,
    /^2026-11-24 12:00:00 +rollout +shop\/production +ada +production goes back from deploy 4 to 3$/m,
  );
  assert.match(err, /→ Older ones: --before 7\.3/);
});

test('timeline of an environment, of all apps and of an older page', async () => {
  await lab.signalbox(['timeline', 'shop', '--env', 'production']);
  assert.deepEqual(asked['timeline'], { environment: 'shop/production', limit: 30 });
  for (const named of [['--app', 'shop'], ['shop']]) {
    asked['timeline'] = null;
    await lab.signalbox(['timeline', ...named, '--env', 'cart']);
    assert.deepEqual(asked['timeline'], { environment: 'shop/preview/cart', limit: 30 });
  }
  await lab.signalbox(['timeline', '--all', '--before', '7.3', '--limit', '5']);
  assert.deepEqual(asked['timeline'], { before: '7.3', limit: 5 });
  const { out, err } = await lab.signalbox(['timeline', '--all', '--json']);
  assert.deepEqual(JSON.parse(out).entries[0].environmentName, 'production');
  assert.equal(err, '');
});

test('delivery has four measures with their formulas, and all of it as JSON', async () => {
  const { code, out, err } = await lab.signalbox(['delivery', 'shop', '--days', '30']);
  assert.equal(code, 0, err);
  assert.deepEqual(asked['delivery'], { app: 'shop', days: 30 });
  assert.match(out, /^shop, 2026-10-26 to 2026-11-24$/m);
  assert.match(out, /^Deploys per day +1\.50 a day +45$/m);
  assert.match(out, /^Lead time +2h +60$/m);
  assert.match(out, /^Change failures +12\.5 % +48$/m);
  assert.match(out, /^Time to restore +- +0$/m);
  assert.match(out, /^Lead time: F2$/m);
  const json = JSON.parse((await lab.signalbox(['delivery', 'shop', '--json'])).out);
  assert.deepEqual(
    json.measures.map(({ key }: { key: string }) => key),
    ['deploys', 'lead-time', 'change-failures', 'restore-time'],
  );
});
