import type { World } from '../environments/world.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { isLast, type Candidate } from './candidate.ts';
import { wayOf } from './find-candidate.ts';
import { endCandidate } from './report-candidate.ts';
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
  if (candidate.endedAt) throw hasEnded(candidate);
  const way = await wayOf(world.db, candidate);
  const all = await candidateStages.of(world.db, [candidate.id]);
  const now = all.find(
    ({ state }) => state !== 'passed' && state !== 'skipped' && state !== 'failed',
  );
  const stage = way.stages.find(({ name }) => name === now?.name);
  if (stage && now?.state === 'running' && isLast({ way, stage }))
    throw beingReleased(candidate, stage.name);
  const reason = `stopped by ${order.by}: ${order.reason}`;
  await endCandidate(world, way, { state: 'stopped', reason, stage: now?.name ?? null });
  await wake(world, candidate.id);
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
