import { inTransaction } from '../db/pool.ts';
import { endPush } from '../environments/report-push.ts';
import type { World } from '../environments/world.ts';
import type { Flow } from '../workflow/workflow.ts';
import { goOnTopic, type Station } from './candidate.ts';
import { authorsSince } from './commit-history.ts';
import { lookAtEntry, type Entry } from './enter-stage.ts';
import { at, say } from './report-candidate.ts';
import { candidates, candidateStages } from './tables.ts';
import { authorsAsked, type Asked } from './who-is-asked.ts';

/**
 * Whoever lifts what it waits for wakes it; that may be lost, so it looks again by itself. Every look leaves rows, and
 * some wait for weeks: pauses grow.
 */
const firstPauseMs = 30_000;
const longestPauseMs = 600_000;

/**
 * Waits until a candidate may begin a stage or never will, holding no lock. People are asked once, and told
 * what it waits for whenever that changes.
 */
export async function awaitTurn(
  flow: Flow,
  world: World,
  station: Station,
): Promise<Exclude<Entry, { kind: 'wait' }>> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const lookPauseMs = pauseMs;
    const { entry, lookAgainAt } = await flow.step(
      `see whether ${station.stage.name} may begin`,
      () => look(world, station, lookPauseMs),
    );
    if (entry.kind !== 'wait') return entry;
    await flow.waitFor(goOnTopic, { until: new Date(lookAgainAt) });
  }
}

async function look(
  world: World,
  station: Station,
  pauseMs: number,
): Promise<{ entry: Entry; lookAgainAt: number }> {
  const first = await lookAtEntry(world, station);
  const isGate = first.kind === 'wait' && first.for === 'approval';
  // Whom it asks is part of what is said.
  const entry = isGate && (await ask(world, station)) ? await lookAtEntry(world, station) : first;
  if (entry.kind === 'wait') await sayWaiting(world, station, entry);
  return { entry, lookAgainAt: Date.now() + pauseMs };
}

/** True when it is asked now for the first time. */
async function ask(world: World, station: Station): Promise<boolean> {
  const row = await candidateStages.get(world.db, at(station));
  if (row?.state !== 'waiting') return false;
  const whom =
    station.stage.approval === 'authors'
      ? await askedAuthors(world, station)
      : { askedOf: null, unreachable: [] };
  return (await candidateStages.ask(world.db, at(station), whom)) > 0;
}

async function askedAuthors(world: World, { way }: Station): Promise<Asked> {
  const { app, appId, commit } = way.plan;
  const released = await candidates.lastReleased(world.db, appId);
  const authors = await authorsSince(world, { app, commit, since: released?.commit ?? null });
  return authorsAsked(world.db, authors);
}

async function sayWaiting(
  world: World,
  station: Station,
  entry: Entry & { kind: 'wait' },
): Promise<void> {
  const { way, stage } = station;
  const { reason } = entry;
  await inTransaction(world.db, async (tx) => {
    await candidateStages.explain(tx, at(station), reason);
    if (!(await candidates.say(tx, way.candidate, { state: 'waiting', reason }))) return;
    await say(tx, way, {
      kind: 'candidate-waits',
      text: reason,
      data: { stage: stage.name, for: entry.for },
    });
  });
  // Nobody's terminal should wait for an answer that may come tomorrow.
  await endPush(world, way.plan.push, { state: 'passed', reason });
}
