import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { cliLab, type CliLab } from '../../test/support/cli-lab.ts';
import type { ShownFreeze } from '../api/contract/freezes.ts';

const freeze: ShownFreeze = {
  id: 'f1',
  reason: 'fair',
  by: 'ada',
  at: new Date('2026-12-20T08:00:00Z'),
  until: new Date('2026-12-24T17:00:00Z'),
  ends: 'Thu 2026-12-24 18:00 Europe/Berlin',
};

let lab: CliLab;
let freezes: ShownFreeze[] = [];
const told: Record<string, unknown> = {};

before(async () => {
  lab = await cliLab();
  Object.assign(lab.world.handlers, {
    listFreezes: () => ({ freezes }),
    freezeApp: (input: unknown) => {
      told['freezeApp'] = input;
      return freeze;
    },
    unfreezeApp: (input: unknown) => {
      told['unfreezeApp'] = input;
      return { lifted: [freeze] };
    },
  });
});
after(() => lab.close());

test('freeze sends what was written and says what was understood, and how to end it', async () => {
  const { code, out, err } = await lab.signalbox([
    'freeze',
    'shop',
    '--until',
    '2026-12-24 18:00',
    '--reason',
    'fair',
  ]);
  assert.equal(code, 0, err);
  assert.deepEqual(told['freezeApp'], { app: 'shop', until: '2026-12-24 18:00', reason: 'fair' });
  assert.match(
    out,
    /^No train of shop goes to production until Thu 2026-12-24 18:00 Europe\/Berlin\.$/m,
  );
  assert.match(err, /→ signalbox unfreeze shop/);
});

test('freeze without options lists, also as JSON', async () => {
  freezes = [];
  assert.equal((await lab.signalbox(['freeze', 'shop'])).out, 'shop is not frozen.\n');
  freezes = [freeze];
  assert.match(
    (await lab.signalbox(['freeze', 'shop'])).out,
    /Thu 2026-12-24 18:00 Europe\/Berlin +ada +fair/,
  );
  const {
    freezes: [listed],
  } = JSON.parse((await lab.signalbox(['freeze', 'shop', '--json'])).out);
  assert.deepEqual([listed.id, listed.until], ['f1', '2026-12-24T17:00:00.000Z']);
});

test('freeze with half of what it needs says so', async () => {
  for (const half of [
    ['--until', '2h'],
    ['--reason', 'fair'],
  ]) {
    const { code, err } = await lab.signalbox(['freeze', 'shop', ...half]);
    assert.equal(code, 2);
    assert.match(err, /needs both/);
  }
});

test('unfreeze of the app of --app says what it lifted', async () => {
  const { code, out } = await lab.signalbox(['unfreeze', '--app', 'shop']);
  assert.equal(code, 0);
  assert.deepEqual(told['unfreezeApp'], { app: 'shop' });
  assert.match(out, /^Lifted: until Thu 2026-12-24 18:00 Europe\/Berlin, by ada: fair$/m);
});
