import { inTransaction } from '../db/pool.ts';
import type { World } from '../environments/world.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { Candidate, CandidateStage } from './candidate.ts';
import { findStage, wayOf } from './find-candidate.ts';
import { say } from './report-candidate.ts';
import { candidates, candidateStages } from './tables.ts';
import { wake } from './wake.ts';

/**
 * An optional stage that has not begun is going to be skipped, and it shows by whom and why. Repeatable.
 * Refuses with `candidate/unknown-stage`, `candidate/stage-not-optional`, `candidate/stage-begun`.
 */
export async function skipStage(
  world: Pick<World, 'db' | 'engine'>,
  order: { candidate: string; stage: string; by: string; reason: string },
): Promise<void> {
  const { stage, by, reason } = order;
  await inTransaction(world.db, async (tx) => {
    const candidate = await candidates.lock(tx, order.candidate);
    if (!candidate) throw new Error(`No candidate ${order.candidate}.`);
    const found = await findStage(tx, candidate, stage);
    if (!found.optional) throw notOptional(candidate, found);
    const at = { candidate: candidate.id, stage };
    if (candidate.endedAt || !(await candidateStages.skip(tx, at, { by, reason })))
      throw begun(candidate, found);
    await say(tx, await wayOf(tx, candidate), {
      kind: 'candidate-stage-to-skip',
      text: `${by} wants ${stage} of candidate ${candidate.number} skipped: ${reason}`,
      data: { stage, by, reason },
    });
  });
  await wake(world, order.candidate);
}

const notOptional = ({ app, number }: Candidate, { name }: CandidateStage): SignalboxError =>
  new SignalboxError({
    code: 'candidate/stage-not-optional',
    what: `Stage ${name} of candidate ${number} of ${app} cannot be skipped.`,
    why: 'signalbox.yaml does not call it optional.',
    fix: ['Write optional: true at the stage, commit and push.'],
  });

const begun = ({ app, number }: Candidate, { name, state }: CandidateStage): SignalboxError =>
  new SignalboxError({
    code: 'candidate/stage-begun',
    what: `Stage ${name} of candidate ${number} of ${app} is not skipped.`,
    why: `It has begun: ${state}.`,
    fix: [`signalbox candidate ${app} ${number}`],
  });
