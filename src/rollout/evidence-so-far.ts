import { recordTraffic } from '../environments/record-traffic.ts';
import {
  judgeTick,
  newJudge,
  verdictOf,
  type Judge,
  type JudgeSettings,
} from './analysis/judge.ts';
import type { Verdict } from './analysis/verdict.ts';
import { cutPointsOf, gatherTicks } from './gather-ticks.ts';
import type { Lane } from './lane.ts';
import type { RolloutSettings } from './rollout.ts';
import { rollouts, rolloutTicks } from './tables.ts';

/** What the judge has seen of a rollout; the rows it was made from are in the database. */
export interface EvidenceSoFar {
  judge: Judge;
  verdict: Verdict;
  /** The last second that was looked at, since 1970. */
  second: number;
  /** How many rows there are. */
  rows: number;
}

/** Proof of health excludes that the new release is this many times worse. */
const healthyBelow = 2;

export const judgeSettings = ({ judge }: Pick<RolloutSettings, 'judge'>): JudgeSettings => ({
  margin: judge.margin,
  hold: judge.hold,
  rollBack: judge.rollBack,
  healthyBelow,
});

/** From the rows alone: whoever goes on after a crash knows what the one before knew. */
export async function recallEvidence(lane: Lane, since: Date): Promise<EvidenceSoFar> {
  const ticks = await rolloutTicks.of(lane.world.db, lane.deploy);
  const judge = ticks.reduce(
    (before, { counts }) => judgeTick(before, counts),
    newJudge(judgeSettings(lane.settings)),
  );
  const first = Math.floor(since.getTime() / 1000);
  const second = ticks.at(-1)?.second ?? first - 1;
  return { judge, verdict: verdictOf(judge), second, rows: ticks.length };
}

/** A second is judged when it has ended this long ago: workers of the gateway tell their counts by then. */
const settledSeconds = 2;

/** What the requests are shared out by, and since when. */
export interface Judged {
  step: number;
  /** In percent. */
  weight: number;
  since: Date;
}

/** All seconds that have settled are judged and written down when it resolves. Repeatable. */
export async function gatherEvidence(
  lane: Lane,
  before: EvidenceSoFar,
  { step, weight, since }: Judged,
): Promise<EvidenceSoFar> {
  const { world, deploy } = lane;
  await recordTraffic(world);
  const until = Math.floor(Date.now() / 1000) - settledSeconds;
  const cutPoints = await knownCutPoints(lane, until);
  // Requests that were under way, and workers that heard of it a moment later, still had the share before.
  const settled = Math.ceil(since.getTime() / 1000) + settledSeconds;
  const share = (second: number): number | null => (second < settled ? null : weight / 100);
  const found = await gatherTicks(lane, {
    from: before.second + 1,
    before: until,
    cutPoints,
    share,
  });
  let now = before;
  for (const { second, tick } of found) {
    const judge = judgeTick(now.judge, tick);
    const verdict = verdictOf(judge);
    const row = { tick: now.rows + 1, step, second, counts: tick, action: verdict.action };
    const e = Object.fromEntries(
      verdict.evidence.map(({ metric, eLog }) => [metric, String(eLog)]),
    );
    await rolloutTicks.add(world.db, deploy, { ...row, e });
    now = { judge, verdict, second, rows: row.tick };
  }
  return { ...now, second: Math.max(now.second, until - 1) };
}

const pastSeconds = 3600;

/** Cut once for the whole rollout; a stable release without a past is cut by what it does meanwhile. */
async function knownCutPoints(lane: Lane, until: number): Promise<readonly number[] | null> {
  const known = (await rollouts.get(lane.world.db, lane.deploy))?.cutPoints ?? null;
  if (known) return known;
  const cuts = await cutPointsOf(lane, { from: until - pastSeconds, before: until });
  if (cuts) await rollouts.cut(lane.world.db, lane.deploy, cuts);
  return cuts;
}
