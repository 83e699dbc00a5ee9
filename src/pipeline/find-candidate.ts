import type { Queryable } from '../db/pool.ts';
import { environments } from '../environments/environment-rows.ts';
import type { World } from '../environments/world.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { LaneLock } from '../rollout/lane-tables.ts';
import { shutLane } from './shut-lane.ts';
import {
  stageEnvironmentName,
  stagesOf,
  type Candidate,
  type CandidateStage,
  type Way,
} from './candidate.ts';
import { candidates, candidateStages } from './tables.ts';

/** The candidate of an app by its number. Refuses with `candidate/unknown`. */
export async function findCandidate(
  db: Queryable,
  app: string,
  number: number,
): Promise<Candidate> {
  const found = await candidates.byNumber(db, app, number);
  if (found) return found;
  throw new SignalboxError({
    code: 'candidate/unknown',
    what: `${app} has no candidate ${number}.`,
    fix: [`signalbox candidates ${app}`],
  });
}

/** The stage of a candidate by its name. Refuses with `candidate/unknown-stage`. */
export async function findStage(
  db: Queryable,
  { id, app, number }: Pick<Candidate, 'id' | 'app' | 'number'>,
  stage: string,
): Promise<CandidateStage> {
  const all = await candidateStages.of(db, [id]);
  const found = all.find(({ name }) => name === stage);
  if (found) return found;
  throw new SignalboxError({
    code: 'candidate/unknown-stage',
    what: `Candidate ${number} of ${app} has no stage called ${stage}.`,
    fix: [`Its stages: ${all.map(({ name }) => name).join(', ')}`],
  });
}

/** Where a candidate is; null: there is none. Reads only. */
export async function candidateNow(
  db: Queryable,
  id: string,
): Promise<{ candidate: Candidate; stages: CandidateStage[] } | null> {
  const candidate = await candidates.get(db, id);
  return candidate && { candidate, stages: await candidateStages.of(db, [id]) };
}

/** What is in production by the pipeline, and was not rolled back there. */
export const lastReleased = (db: Queryable, appId: string): Promise<Candidate | null> =>
  candidates.lastReleased(db, appId);

/** What keeps a commit from the last stage of a candidate; null: nothing. Reads only. */
export async function lockBeforeLast(
  world: World,
  { candidate: id, app, commit }: { candidate: string; app: string; commit: string },
): Promise<LaneLock | null> {
  const candidate = await candidates.get(world.db, id);
  const way = candidate && (await wayOf(world.db, candidate));
  const stage = way?.stages.at(-1);
  if (!way || !stage) return null;
  const name = stageEnvironmentName(stage, way.number);
  const environment = await environments.byName(world.db, app, name);
  return environment && shutLane(world, { environment: environment.id, app, commit });
}

/** As its workflow knows it; for saying something of it from outside. */
export async function wayOf(
  db: Queryable,
  { id, number }: Pick<Candidate, 'id' | 'number'>,
): Promise<Way> {
  const plan = await candidates.plan(db, id);
  if (!plan) throw new Error(`No candidate ${id}.`);
  return { candidate: id, number, plan, stages: stagesOf(plan.config) };
}
