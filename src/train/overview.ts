import { environmentUrl } from '../environments/environment.ts';
import { healthOf, type Health } from '../environments/environment-health.ts';
import {
  stageEnvironments,
  type EnvironmentCounts,
  type StageRow,
} from '../environments/stage-tables.ts';
import type { World } from '../environments/world.ts';
import type { App } from '../git/app.ts';
import {
  stageEnvironmentName,
  type Candidate,
  type CandidateStage,
} from '../pipeline/candidate.ts';
import { candidateNow } from '../pipeline/find-candidate.ts';
import { currentCandidate } from '../pipeline/glance-tables.ts';
import { glanceAtLanes, type LaneGlance } from '../rollout/glance-at-lanes.ts';
import { commitFacts, type CommitFacts } from './commit-facts.ts';
import { consentOf } from './consent.ts';
import { freezesOf, type Freeze } from './freeze.ts';
import { platform } from './platform-tables.ts';
import { nextTrain, type Prognosis } from './prognosis.ts';
import { situationOf } from './situation.ts';
import { changes, trains } from './tables.ts';
import type { Train } from './train.ts';

/** A stage's environment, what serves there and how it is. */
export interface StageGlance extends Omit<StageRow, 'commit'>, LaneGlance {
  url: string;
  commit: CommitFacts | null;
  health: Health;
}

/** An app at a glance. */
export interface Overview {
  production: StageGlance | null;
  /** Before production, in their order. */
  stages: StageGlance[];
  /** Under way, else the newest. */
  candidate: { candidate: Candidate; commit: CommitFacts; stages: CandidateStage[] } | null;
  /** Under way, else the last one. `missing`: whose word is missing. */
  train: { train: Train; changes: number; missing: string[] } | null;
  /** null: releases of this app do not leave by train. */
  next: Prognosis | null;
  environments: EnvironmentCounts;
  freeze: Freeze | null;
}

/** As many queries for one preview as for hundreds. Reads only. */
export async function overviewOf(world: World, app: App): Promise<Overview> {
  const { db, clock } = world;
  const [rows, candidate, train, next, environments, freezes] = await Promise.all([
    stageEnvironments.of(db, app.id),
    candidateOf(world, app),
    trainOf(world, app),
    nextOf(world, app),
    stageEnvironments.counts(db, app.id),
    freezesOf(db, app.id, clock.now()),
  ]);
  const stages = inOrder(rows, candidate);
  const commits = stages.flatMap(({ commit }) => commit ?? []);
  const all = candidate ? [...commits, candidate.candidate.commit] : commits;
  const facts = await factsOf(world, app, all);
  const seen = await stagesSeen(world, stages, facts);
  return {
    production: seen.find(({ kind }) => kind === 'production') ?? null,
    stages: seen.filter(({ kind }) => kind !== 'production'),
    candidate: candidate && {
      ...candidate,
      commit: facts(candidate.candidate.commit, candidate.candidate.createdAt),
    },
    train,
    next,
    environments,
    freeze: freezes[0] ?? null,
  };
}

type Now = Awaited<ReturnType<typeof candidateNow>>;

async function candidateOf({ db }: World, app: App): Promise<Now> {
  const id = await currentCandidate(db, app.id);
  return id === null ? null : candidateNow(db, id);
}

async function trainOf({ db, clock }: World, app: App): Promise<Overview['train']> {
  const [train] = await trains.recent(db, app.id, 1);
  if (!train) return null;
  if (train.endedAt !== null) {
    const there = (await changes.of(db, train.id)).filter(({ ejectedAt }) => ejectedAt === null);
    return { train, changes: there.length, missing: [] };
  }
  const situation = await situationOf(db, train, clock.now());
  const { onBoard, passengers, votes, forces } = situation;
  const consent = consentOf({ settings: train.settings, passengers, votes, forces });
  return {
    train,
    changes: onBoard.filter(({ ejectedAt }) => ejectedAt === null).length,
    missing: consent.kind === 'open' ? consent.missing.map(({ voter }) => voter) : [],
  };
}

/** What is new is looked up in git, which is dear: only where trains leave at all. */
async function nextOf(world: World, app: App): Promise<Prognosis | null> {
  const newest = await platform.newest(world.db, app.id, world.clock.now());
  return newest ? nextTrain(world, app) : null;
}

/** Those that a candidate has for itself are only shown with it. */
function inOrder(rows: readonly StageRow[], now: Now): StageRow[] {
  const number = now?.candidate.number ?? 0;
  const placeOf = ({ id, name }: StageRow): number => {
    const place = (now?.stages ?? []).findIndex(
      (stage) => stage.environmentId === id || stageEnvironmentName(stage, number) === name,
    );
    return place < 0 ? Infinity : place;
  };
  const isShared = ({ name }: StageRow): boolean => !/^stage\/[^/]+\//.test(name);
  return rows
    .filter((stage) => isShared(stage) || placeOf(stage) !== Infinity)
    .map((stage) => ({ stage, place: placeOf(stage) }))
    .sort((one, other) => (one.place === other.place ? 0 : one.place - other.place))
    .map(({ stage }) => stage);
}

/** Of a commit that the repository has lost it is known when we met it. */
type Facts = (commit: string, metAt: Date) => CommitFacts;

async function factsOf(
  { repositories }: World,
  app: App,
  commits: readonly string[],
): Promise<Facts> {
  const known = await commitFacts(repositories, app.name, commits);
  return (commit) => known.get(commit) ?? { commit, subject: '', authors: [], at: new Date(0) };
}

async function stagesSeen(
  world: World,
  stages: readonly StageRow[],
  facts: Facts,
): Promise<StageGlance[]> {
  const [entrance, lanes, health] = await Promise.all([
    world.gateway.entrance(),
    glanceAtLanes(
      world.db,
      stages.map(({ id }) => id),
    ),
    healthOf(world, stages),
  ]);
  return stages.flatMap((stage) => {
    const { id, commit, host, since } = stage;
    const its = health.get(id);
    if (!its) return [];
    const served = commit === null ? null : facts(commit, since ?? world.clock.now());
    const seen = { commit: served, health: its, url: environmentUrl(host, entrance) };
    return [{ ...stage, ...lanes(id), ...seen }];
  });
}
