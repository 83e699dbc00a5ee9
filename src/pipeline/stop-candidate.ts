import { inTransaction, type Queryable } from '../db/pool.ts';
import type { World } from '../environments/world.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { isLast, type Candidate, type Way } from './candidate.ts';
import { wayOf } from './find-candidate.ts';
import { endCandidate, endItsRow } from './report-candidate.ts';
import { candidates, candidateStages } from './tables.ts';
import { wake } from './wake.ts';

/**
 * The candidate goes no further: what runs in a stage now is the last of it. Refuses with `candidate/ended`
 * and, once it has begun its last stage, with `candidate/being-released`.
 */
export async function stopCandidate(
  world: World,
  order: { candidate: string; by: string; reason: string },
): Promise<void> {
  const candidate = await candidates.get(world.db, order.candidate);
  if (!candidate) throw new Error(`No candidate ${order.candidate}.`);
  const way = await wayOf(world.db, candidate);
  const reason = `stopped by ${order.by}: ${order.reason}`;
  const ending = await inTransaction(world.db, async (tx) => {
    const stopped = { state: 'stopped', reason, stage: await stageLeft(tx, way) } as const;
    await endItsRow(tx, way, stopped);
    return stopped;
  });
  await endCandidate(world, way, ending);
  await wake(world, candidate.id);
}

/** Where it is now; a stage begins under the same lock, so it begins no other before the transaction ends. */
async function stageLeft(tx: Queryable, way: Way): Promise<string | null> {
  const candidate = await candidates.lock(tx, way.candidate);
  if (!candidate) throw new Error(`No candidate ${way.candidate}.`);
  if (candidate.endedAt) throw hasEnded(candidate);
  const now = (await candidateStages.of(tx, [candidate.id])).find(
    ({ state }) => state !== 'passed' && state !== 'skipped' && state !== 'failed',
  );
  const stage = way.stages.find(({ name }) => name === now?.name);
  if (stage && now?.state === 'running' && isLast({ way, stage }))
    throw beingReleased(candidate, stage.name);
  return now?.name ?? null;
}

const hasEnded = ({ app, number, state, reason }: Candidate): SignalboxError =>
  new SignalboxError({
    code: 'candidate/ended',
    what: `Candidate ${number} of ${app} has ended before.`,
    why: `It is ${state}${reason === null ? '' : `: ${reason}`}.`,
    fix: [`signalbox candidate ${app} ${number}`],
  });

const beingReleased = ({ app, number }: Candidate, stage: string): SignalboxError =>
  new SignalboxError({
    code: 'candidate/being-released',
    what: `Candidate ${number} of ${app} is not stopped: it is being deployed to ${stage}, its last stage.`,
    why: 'Half a deploy helps nobody.',
    fix: [
      `signalbox rollout abort ${app}/${stage}`,
      `Once it serves: signalbox rollback ${app}/${stage}`,
    ],
  });
