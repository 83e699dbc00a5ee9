import type { World } from '../environments/world.ts';
import type { App } from '../git/app.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { candidateNow } from '../pipeline/find-candidate.ts';
import type { Candidate, CandidateStage } from '../pipeline/candidate.ts';
import { consentOf, type Consent } from './consent.ts';
import { situationOf, type Situation } from './situation.ts';
import { trains } from './tables.ts';
import type { Train } from './train.ts';
import { votes, type Vote } from './word-tables.ts';

export interface ShownTrain extends Situation {
  consent: Consent;
  candidate: Candidate | null;
  stages: CandidateStage[];
  /** Every vote ever cast, newest first, with the commit it was for. */
  allVotes: (Vote & { commit: string })[];
}

/** The train that is under way, else the last one; or the one with the number. Refuses with `train/unknown`. Reads only. */
export async function showTrain(
  world: Pick<World, 'db' | 'clock'>,
  app: Pick<App, 'id' | 'name'>,
  number?: number,
): Promise<ShownTrain> {
  const train = await find(world, app, number);
  if (!train) throw unknown(app.name, number);
  const situation = await situationOf(world.db, train, world.clock.now());
  const { passengers, votes: newest, forces } = situation;
  const now = train.candidate === null ? null : await candidateNow(world.db, train.candidate);
  return {
    ...situation,
    consent: consentOf({ settings: train.settings, passengers, votes: newest, forces }),
    candidate: now?.candidate ?? null,
    stages: now?.stages ?? [],
    allVotes: await votes.all(world.db, train.id),
  };
}

async function find(
  { db }: Pick<World, 'db'>,
  { id }: Pick<App, 'id'>,
  number: number | undefined,
): Promise<Train | null> {
  if (number !== undefined) return trains.byNumber(db, id, number);
  const [last] = await trains.recent(db, id, 1);
  return last ?? null;
}

/** Newest first. Reads only. */
export const listTrains = (
  { db }: Pick<World, 'db'>,
  { id }: Pick<App, 'id'>,
  limit: number,
): Promise<Train[]> => trains.recent(db, id, limit);

const unknown = (app: string, number: number | undefined): SignalboxError =>
  new SignalboxError({
    code: 'train/unknown',
    what:
      number === undefined ? `No train of ${app} has left yet.` : `${app} has no train ${number}.`,
    fix: [`signalbox train next ${app}`, `signalbox train list ${app}`],
  });
