import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { hourMs, trainRig, type TrainRig } from '../../test/support/train-rig.ts';
import { rows, sql } from '../db/pool.ts';
import { freezeApp, liftFreezes } from './freeze.ts';
import { nextTrain } from './prognosis.ts';

let rig: TrainRig;

const use = (file: string): void => {
  before(async () => {
    rig = await trainRig(file);
    await rig.release();
  });
  after(() => rig?.close());
};
const next = () => nextTrain(rig.world, rig.app);
const departed = async (): Promise<number> => (await rig.trains()).length;

/** Moves the clock to a time of the day of the test, in UTC. */
function at(hours: number, minutes = 0): void {
  const time = new Date(rig.now());
  time.setUTCHours(hours, minutes, 0, 0);
  rig.later(time.getTime() - rig.now().getTime());
}

describe('the next train', () => {
  use('{ departs: every hour, good-without-asking: { paths: ["docs/**"] } }');

  test('is told with who would be asked, and nothing is done', async () => {
    await rig.person('ann');
    const docs = await rig.change('bob', { 'docs/a.md': 'x' });
    const code = await rig.change('ann', { 'a.txt': 'x' });
    const rowsOf = async () =>
      rows(
        rig.db,
        sql`select (select count(*) from events) as events,
      (select count(*) from pushes) as pushes, (select count(*) from trains) as trains`,
      );
    const [before, runs] = [await rowsOf(), rig.engine.started.length];
    const told = await next();
    assert.deepEqual(
      [told.at?.toISOString(), told.later.length, told.keptBy, told.commit],
      ['2026-11-24T14:00:00.000Z', 2, [], code],
    );
    assert.deepEqual(
      told.onBoard.map(({ commit }) => commit),
      [docs, code],
    );
    assert.deepEqual(
      told.passengers.map(({ voter }) => voter),
      ['ann'],
    );
    assert.deepEqual([await rowsOf(), rig.engine.started.length], [before, runs]);
  });

  test('what is pushed but not green is left out, and said', async () => {
    const commit = await rig.commit({ by: 'cleo' });
    await rig.push();
    await sql`insert into pushes (id, app_id, branch, commit, by, at)
      values ('p-red', ${rig.app.id}, 'main', ${commit}, 'cleo', clock_timestamp())`.execute(
      rig.db,
    );
    const { skipped, onBoard } = await next();
    assert.deepEqual(skipped, [{ what: `${commit.slice(0, 7)} by cleo`, why: 'not green yet' }]);
    assert.equal(
      onBoard.some((one) => one.commit === commit),
      false,
    );
  });

  test('what keeps it is said in words', async () => {
    const until = new Date(rig.now().getTime() + 5 * hourMs);
    await freezeApp(rig.world, { app: rig.app, by: 'rita', until, reason: 'the fair' });
    assert.deepEqual((await next()).keptBy, [
      'frozen by rita until Tue 2026-11-24 18:30 UTC: the fair',
    ]);
    await liftFreezes(rig.world, { app: rig.app, by: 'rita' });
    await rig.departs();
    const { number } = await rig.newest();
    assert.deepEqual((await next()).keptBy, [
      `train ${number} of shop is still under way (asking: waits for ann)`,
    ]);
    await rig.vote('ann', 'good');
    await rig.look();
    await rig.arrive();
    assert.match(
      (await next()).keptBy.join(),
      /^nothing is new since [0-9a-f]{7}, which is in production$/,
    );
  });
});

for (const [file, from, leaves] of [
  ['{ departs: every hour, windows: { open: "Mon-Sun 06:00-22:00" } }', 21.5, 30],
  ['{ departs: every hour, windows: { open: "Mon-Sun 06:00-22:00" } }', 20.5, 21],
  ['{ departs: "0 0 * * *", windows: { open: "Mon-Sun 09:00-17:00" } }', 20, 33],
  ['{ departs: "0 3 * * *", windows: { open: "Mon-Sun 09:00-17:00" } }', 2, 9],
  ['{ departs: every 12h }', 13, 24],
] as const)
  describe(`${file} at ${from}`, () => {
    use(file);

    test('it leaves when that is said, and not before', async () => {
      at(Math.floor(from), (from % 1) * 60);
      await rig.change('ann');
      const midnight = new Date('2026-11-24T00:00:00Z').getTime();
      const { at: said } = await next();
      assert.equal(said?.getTime(), midnight + leaves * hourMs);
      rig.later(midnight + leaves * hourMs - 1 - rig.now().getTime());
      await rig.tend();
      assert.equal(await departed(), 0);
      assert.deepEqual((await next()).at, said, 'also when its departure has passed');
      rig.later(1);
      await rig.tend();
      assert.equal(await departed(), 1);
    });
  });
