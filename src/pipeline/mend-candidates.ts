import { condemn } from '../environments/destroy.ts';
import { environments } from '../environments/environment-rows.ts';
import type { World } from '../environments/world.ts';
import { startPromoting } from './begin-candidate.ts';
import { candidateRun, type Candidate } from './candidate.ts';
import { wayOf } from './find-candidate.ts';
import { endCandidate, failStage } from './report-candidate.ts';
import { candidates, candidateStages } from './tables.ts';
import { ownEnvironments } from './test-tables.ts';

/**
 * Every open candidate has a run that promotes it; one whose run broke says so. Environments that were kept
 * for looking at go when their time is over. What cannot be mended now is logged, and keeps nothing else from it.
 * Repeatable. Returns what it mended, in words.
 */
export async function mendCandidates(world: World): Promise<string[]> {
  const mended: string[] = [];
  for (const candidate of await candidates.open(world.db)) {
    const of = `candidate ${candidate.number} of ${candidate.app}`;
    const what = await unlessItFails(world, of, () => mendOne(world, candidate));
    if (what) mended.push(`${of}: ${what}`);
  }
  for (const one of await ownEnvironments.needless(world.db, world.clock.now())) {
    const of = `the environment of candidate ${one.number} for ${one.stage}`;
    const what = await unlessItFails(world, of, () => letNeedlessGo(world, one));
    if (what) mended.push(what);
  }
  for (const line of mended) world.log(`candidates: ${line}`);
  return mended;
}

async function unlessItFails(
  world: World,
  of: string,
  mend: () => Promise<string | null>,
): Promise<string | null> {
  return mend().catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    world.log(`candidates: ${of} could not be mended: ${why}`);
    return null;
  });
}

async function letNeedlessGo(
  world: World,
  { environment: id, number, stage }: { environment: string; number: number; stage: string },
): Promise<string | null> {
  const environment = await environments.get(world.db, id);
  if (!environment) return null;
  await condemn(world, environment, `candidate ${number} needs it no more for ${stage}`);
  return `let ${environment.app}/${environment.name} go`;
}

async function mendOne(world: World, candidate: Candidate): Promise<string | null> {
  const state = await world.engine.state(candidateRun(candidate.id));
  if (state === 'running') return null;
  if (state === 'absent') {
    await startPromoting(world, candidate.id);
    return 'nobody saw to it';
  }
  // It may have ended between the two looks.
  if ((await candidates.get(world.db, candidate.id))?.endedAt !== null) return null;
  await endBroken(world, candidate);
  return 'its run broke';
}

async function endBroken(world: World, candidate: Candidate): Promise<void> {
  const way = await wayOf(world.db, candidate);
  const reason = 'Signalbox itself failed while it saw to this candidate';
  const failure = {
    reason,
    logTail: '',
    fix: ['Push again; signalbox status shows what is wrong.'],
  };
  const open = (await candidateStages.of(world.db, [candidate.id])).find(
    ({ endedAt }) => endedAt === null,
  );
  const stage = way.stages.find(({ name }) => name === open?.name);
  if (stage) await failStage(world, { way, stage }, failure);
  // Also where an optional stage would have let it go on: nobody is there to go on.
  await endCandidate(world, way, { state: 'failed', stage: stage?.name ?? null, ...failure });
}
