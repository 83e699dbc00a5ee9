import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { asking } from '../../test/support/api-rig.ts';
import { deployId, releaseRig, type ReleaseRig } from '../../test/support/release-rig.ts';
import { sql } from '../db/pool.ts';
import { judgeTick, newJudge, verdictOf, type Judge } from './analysis/judge.ts';
import type { JudgedTick } from './analysis/judged-tick.ts';
import { judgeSettings } from './evidence-so-far.ts';
import { judgesSoFar, type JudgesSoFar } from './judges-so-far.ts';
import { replayRollout } from './replay-rollout.ts';
import { showEvidence, type ShownEvidence } from './show-evidence.ts';
import { rollouts, rolloutTicks } from './tables.ts';

const id = deployId(3);
const start = 1_800_000_000;
/** One bad request more after so many seconds. */
const worseAfter = 20;
let it: ReleaseRig;
let judge: Judge;
let written: number;
let judges: JudgesSoFar;

before(async () => {
  it = await releaseRig();
  for (const number of [2, 3, 4]) await it.release({ number, state: 'live', instances: null });
  await it.serves(2);
  await it.rollout({ number: 3, stable: 2, state: 'running' });
  await it.rollout({ number: 4, stable: 3, state: 'promoted' });
});
after(() => it.close());
beforeEach(async () => {
  await sql`truncate rollout_ticks`.execute(it.world.db);
  const { settings } = (await rollouts.get(it.world.db, id))!;
  judge = newJudge(judgeSettings(settings));
  written = 0;
  judges = judgesSoFar(it.world.db);
});

/** So many seconds more, in which the new release gets worse and worse, judged as a rollout does. */
async function write(ticks: number, { step, isTimed = true }: { step: number; isTimed?: boolean }) {
  for (let left = ticks; left > 0; left -= 1) {
    written += 1;
    const slower = isTimed ? [50, 25, 10, 5, 1] : [];
    const stableSlower = slower.map((count) => 2 * count);
    const counts: JudgedTick = {
      candidate: { requests: 100, bad: Math.floor(written / worseAfter), slower },
      stable: { requests: 200, bad: written % 2, slower: stableSlower },
      replicas: [{ requests: 200, bad: written % 2, slower: stableSlower }],
      extra: {},
      share: null,
    };
    judge = judgeTick(judge, counts);
    const { evidence, action } = verdictOf(judge);
    const e = Object.fromEntries(evidence.map(({ metric, eLog }) => [metric, String(eLog)]));
    // A second in three had no traffic.
    const second = start + written + Math.floor(written / 2);
    const row = { tick: written, step, second, counts, e, action };
    await rolloutTicks.add(it.world.db, id, row);
  }
}

const evidence = (asked: { after?: number; points?: number } = {}): Promise<ShownEvidence> =>
  showEvidence({ db: it.world.db, judges }, { rollout: id, ...asked });

test('the thresholds are those at which the judge acts', async () => {
  await write(60, { step: 1 });
  const { thresholds, ticks, margin } = await evidence();
  assert.equal(margin, 1.25);
  assert.ok(Math.abs(thresholds.hold - Math.log10(20)) < 1e-12);
  assert.ok(Math.abs(thresholds.rollBack - Math.log10(200)) < 1e-12);
  const actions = new Set<string>();
  for (const { e, action } of ticks) {
    const most = Math.max(...Object.values(e));
    const held = most >= thresholds.hold ? 'hold' : 'go on';
    assert.equal(action, most >= thresholds.rollBack ? 'roll back' : held);
    actions.add(action);
  }
  assert.deepEqual([...actions], ['go on', 'hold', 'roll back']);
});

test('the conclusion is that of a replay, also where the judge only goes on', async () => {
  for (const ticks of [20, 1, 30]) {
    await write(ticks, { step: 1 });
    const all = await Promise.all([evidence(), evidence({ after: 10 }), evidence()]);
    const { verdict } = await replayRollout(it.world.db, id);
    for (const { words, metrics, sampleRatio } of all) {
      assert.equal(words, verdict?.words);
      assert.deepEqual(sampleRatio, verdict?.sampleRatio);
      assert.deepEqual(
        metrics,
        verdict?.evidence.map(({ metric, eLog, ratio }) => ({
          metric,
          e: eLog / Math.LN10,
          ratio,
        })),
      );
    }
  }
});

test('more ticks than points become sums of neighbours that lose nothing and stay within their step', async () => {
  await write(23, { step: 1 });
  await write(41, { step: 2 });
  const [every, some] = [(await evidence()).ticks, (await evidence({ points: 10 })).ticks];
  assert.equal(every.length, 64);
  assert.ok(some.length <= 10, `${some.length}`);
  let from = 0;
  for (const sum of some) {
    const its = every.slice(from, from + sum.seconds);
    from += sum.seconds;
    const total = (of: (tick: (typeof its)[number]) => number): number =>
      its.reduce((all, tick) => all + of(tick), 0);
    const last = its.at(-1);
    assert.deepEqual([sum.tick, sum.action, sum.e], [last?.tick, last?.action, last?.e]);
    assert.deepEqual(sum.at, its[0]?.at);
    assert.deepEqual([...new Set(its.map(({ step }) => step))], [sum.step]);
    assert.deepEqual(sum.candidate, {
      requests: total(({ candidate }) => candidate.requests),
      bad: total(({ candidate }) => candidate.bad),
      slower: [50, 25, 10, 5, 1].map((slow) => slow * sum.seconds),
    });
    assert.equal(
      sum.stable.bad,
      total(({ stable }) => stable.bad),
    );
  }
  assert.equal(from, 64);
});

test('who asks for what came after the last tick gets every second once', async () => {
  await write(35, { step: 1 });
  const seen = (await evidence({ points: 10 })).ticks;
  await write(25, { step: 2 });
  for (;;) {
    const { ticks } = await evidence({ after: seen.at(-1)!.tick, points: 10 });
    if (ticks.length === 0) break;
    assert.ok(ticks.length <= 10);
    seen.push(...ticks);
  }
  const sum = (of: (tick: (typeof seen)[number]) => number): number =>
    seen.reduce((all, tick) => all + of(tick), 0);
  const ticks = Array.from({ length: 60 }, (_, index) => index + 1);
  assert.equal(
    sum(({ seconds }) => seconds),
    60,
  );
  assert.equal(
    sum(({ candidate }) => candidate.bad),
    ticks.reduce((all, tick) => all + Math.floor(tick / worseAfter), 0),
  );
  assert.deepEqual(
    seen.slice(-25).map(({ tick, seconds }) => [tick, seconds]),
    ticks.slice(-25).map((tick) => [tick, 1]),
  );
});

test('a sum over a second without latency says nothing of latency', async () => {
  await write(20, { step: 1, isTimed: false });
  await write(20, { step: 1 });
  const { ticks } = await evidence({ points: 14 });
  const [first, mixed] = [ticks[0], ticks.find(({ tick }) => tick > 20)];
  assert.deepEqual(first?.candidate.slower, []);
  assert.deepEqual([mixed?.tick, mixed?.stable.requests, mixed?.stable.slower], [21, 600, []]);
  assert.equal(ticks.at(-1)?.candidate.slower.length, 5);
});

test('evidence beyond every number can be said in JSON', async () => {
  await write(2, { step: 1 });
  await rollouts.cut(it.world.db, id, [1500, 2000, 3000, 4000, 5000]);
  await sql`update rollout_ticks set e = '{"errors": "100000", "latency": "-Infinity"}'
    where tick = 1`.execute(it.world.db);
  const { ticks, cutPointsMs } = await it.rig.handlers.getEvidence({ rollout: id }, asking());
  assert.deepEqual(cutPointsMs, [1.5, 2, 3, 4, 5]);
  assert.ok(Math.abs(ticks[0]!.e['errors']! - 43_429.448) < 0.001);
  const reply = await it.rig.handlers.getEvidence({ rollout: id, after: 0 }, asking());
  const { e } = JSON.parse(JSON.stringify(reply)).ticks[0];
  assert.deepEqual(e, { ...ticks[0]?.e, latency: -Number.MAX_VALUE });
});

test('where nothing was judged, or it is forgotten, there are only thresholds', async () => {
  const asked = { rollout: deployId(4) };
  const swung = await showEvidence({ db: it.world.db, judges }, asked);
  const { ticks, words, metrics, sampleRatio, thresholds } = swung;
  assert.deepEqual([ticks, words, metrics, sampleRatio], [[], null, [], null]);
  assert.deepEqual(thresholds, { hold: 1, rollBack: 2 });
  await write(20, { step: 1 });
  assert.notEqual((await evidence()).words, null);
  await sql`truncate rollout_ticks`.execute(it.world.db);
  const gone = await evidence({ after: 20 });
  assert.deepEqual([gone.ticks, gone.words, gone.metrics], [[], null, []]);
  await assert.rejects(showEvidence({ db: it.world.db, judges }, { rollout: 'none' }), {
    code: 'rollout/unknown',
  });
});
