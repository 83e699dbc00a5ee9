import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { asking } from '../../../test/support/api-rig.ts';
import { trainRig, type TrainRig } from '../../../test/support/train-rig.ts';

let rig: TrainRig;

before(async () => {
  rig = await trainRig();
});
after(() => rig?.close());

test('what people write is shown without what would move a cursor', async () => {
  await rig.release();
  await rig.person('ann');
  await rig.change('ann');
  await rig.departs();
  await rig.vote('ann', 'bad', { reason: 'it is \u001b[2Jgone\u0007' });
  await rig.look();
  const shown = await rig.handlers.getTrain({ app: 'shop' }, asking());
  const { trains } = await rig.handlers.listTrains({ app: 'shop' }, asking());
  assert.match(shown.reason ?? '', /said no: it is gone$/);
  // oxlint-disable-next-line no-control-regex
  assert.doesNotMatch(JSON.stringify([shown, trains]), /\\u00[01]|[\u0000-\u001f]/);
});
