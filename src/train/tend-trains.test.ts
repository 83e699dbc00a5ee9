import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { trainRig, type TrainRig } from '../../test/support/train-rig.ts';
import { sql } from '../db/pool.ts';
import { candidateNow } from '../pipeline/find-candidate.ts';
import { cancelTrain, departNow } from './cancel-train.ts';
import { speaker } from './train.test-data.ts';
import { goOnTopic, trainRun } from './train.ts';

let rig: TrainRig;
let woken: string[] = [];

before(async () => {
  rig = await trainRig();
  await rig.person('ann');
  rig.engine.nudge = async (id, topic) => void (topic === goOnTopic && woken.push(id));
});
beforeEach(async () => {
  await rig.release();
  await rig.change('ann');
});
after(() => rig?.close());

const cancel = () =>
  cancelTrain(rig.world, { app: rig.app, speaker: speaker('ada'), reason: 'the test is over' });
const wakes = async (id: string): Promise<boolean> => {
  woken = [];
  await rig.tend();
  return woken.includes(trainRun(id));
};

test('a train whose run was lost has one again, and its push is followed', async () => {
  rig.nextHour();
  await rig.tend();
  const { id, push } = await rig.newest();
  rig.engine.started.length = 0;
  await rig.tend();
  const started = rig.engine.started.map((run) => run.id);
  assert.deepEqual(
    [started.includes(trainRun(id)), started.includes(`push-${push}`)],
    [true, true],
  );
  await rig.tend();
  assert.equal(rig.engine.started.filter((run) => run.id === trainRun(id)).length, 1);
  await cancel();
});

test('one whose run broke fails and says so, goes no further, and can leave again by hand', async () => {
  const { id, candidate, number, commit } = await rig.departs();
  rig.engine.states.set(trainRun(id), 'failed');
  await rig.tend();
  const { state, reason } = await rig.newest();
  assert.deepEqual(
    [state, reason],
    ['failed', 'Signalbox itself failed while it saw to this train'],
  );
  const stopped = await candidateNow(rig.db, candidate ?? '');
  assert.equal(stopped?.candidate.state, 'stopped');
  assert.match(
    (await rig.told('train-failed')).at(-1) ?? '',
    new RegExp(`^train ${number} of shop failed`),
  );
  rig.nextHour();
  await rig.tend();
  assert.equal((await rig.newest()).number, number, 'not by itself');
  // What it tells people to do.
  assert.equal((await departNow(rig.world, { app: 'shop' })).commit, commit);
  await cancel();
});

test('a candidate that an ended train left running is stopped', async () => {
  const { id, candidate } = await rig.departs();
  // Killed between the train's last word and its candidate's.
  await sql`update trains set state = 'cancelled', ended_at = now() where id = ${id}`.execute(
    rig.db,
  );
  await rig.tend();
  const stopped = await candidateNow(rig.db, candidate ?? '');
  assert.equal(stopped?.candidate.state, 'stopped');
});

test('a train looks when its push or its candidate has ended, when its last stage asks, and when its time has come', async () => {
  rig.nextHour();
  await rig.tend();
  const { id, push } = await rig.newest();
  assert.equal(await wakes(id), false, 'there is nothing to see');
  await sql`update pushes set ended_at = now(), state = 'failed', reason = 'checks failed' where id = ${push}`.execute(
    rig.db,
  );
  assert.equal(await wakes(id), true);
  const { state, reason } = await rig.look();
  assert.deepEqual([state, reason], ['failed', 'checks failed']);
  assert.equal(await wakes(id), false);
  await rig.change('ann');
  const asks = await rig.departs();
  assert.equal(await wakes(asks.id), false, 'it has asked');
  rig.later(23 * 60_000);
  assert.equal(await wakes(asks.id), true, 'it is time to remind');
  await rig.look();
  assert.equal(await wakes(asks.id), false);
  await rig.vote('ann', 'good');
  await rig.look();
  assert.equal((await rig.arrive()).state, 'arrived');
});

test('its last stage asks while the train still travels: it looks', async () => {
  const { id } = await rig.departs();
  await sql`update trains set state = 'travelling' where id = ${id}`.execute(rig.db);
  assert.equal(await wakes(id), true);
  assert.equal((await rig.look()).state, 'asking');
  await cancel();
});

test('a train whose stage fails has failed with it', async () => {
  rig.nextHour();
  await rig.tend();
  const { state, reason } = await rig.fail();
  assert.deepEqual([state, reason], ['failed', 'staging: it broke']);
});
