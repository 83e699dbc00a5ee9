import { isBuiltOrBuilding } from '../build/build-once.ts';
import { environments } from '../environments/environment-rows.ts';
import type { World } from '../environments/world.ts';
import { apps } from '../git/app.ts';
import {
  gateVerdict,
  isSkippedFor,
  named,
  stageEnvironmentName,
  type CandidateStage,
  type Station,
} from './candidate.ts';
import { at } from './report-candidate.ts';
import { shutLane } from './shut-lane.ts';
import { candidates, candidateStages, gateAnswers } from './tables.ts';

/** What a candidate finds when its turn for a stage has come. */
export type Entry =
  | { kind: 'go' }
  | { kind: 'wait'; for: 'approval' | 'lane'; reason: string }
  | { kind: 'skip'; why: string }
  | { kind: 'overtaken' | 'rejected'; why: string }
  /** It cannot be deployed. */
  | { kind: 'broken'; why: string }
  /** Somebody has stopped it, or the app is gone. */
  | { kind: 'ended'; why: string };

/**
 * Whether a candidate may begin a stage, from the rows alone: not ended, not overtaken, not to be skipped,
 * agreed to, its lane open, its artifact there. Looked at when its turn comes and once more with all locks
 * held. Reads only.
 */
export async function lookAtEntry(world: World, station: Station): Promise<Entry> {
  const { way } = station;
  const candidate = await candidates.get(world.db, way.candidate);
  const row = await candidateStages.get(world.db, at(station));
  const app = await apps.byName(world.db, way.plan.app);
  if (!candidate || !row || !app) return { kind: 'ended', why: `${way.plan.app} is removed` };
  if (candidate.endedAt) return { kind: 'ended', why: candidate.reason ?? candidate.state };
  // It has begun: nothing that came since keeps it from going on.
  if (row.state === 'running') return { kind: 'go' };
  const newer = await candidates.overtaking(world.db, way.candidate, row.name);
  if (newer) {
    const why = `overtaken by ${named(newer)}, which is ready for ${row.name} too`;
    return { kind: 'overtaken', why };
  }
  return (
    (await whySkipped(world, station, row)) ??
    (await atGate(world, station, row)) ??
    (await inLane(world, station)) ??
    (await artifactGone(world, station)) ?? { kind: 'go' }
  );
}

async function whySkipped(
  world: World,
  { way, stage }: Station,
  { skipBy, skipReason }: CandidateStage,
): Promise<Entry | null> {
  if (!stage.optional) return null;
  if (skipBy !== null) return { kind: 'skip', why: `by ${skipBy}: ${skipReason}` };
  if (stage.skip.length === 0) return null;
  const { app, appId, commit } = way.plan;
  const released = await candidates.lastReleased(world.db, appId);
  if (!released) return null;
  const changed = await world.repositories.changedPaths(app, released.commit, commit);
  if (!isSkippedFor(stage.skip, changed)) return null;
  const since = released.commit.slice(0, 7);
  return {
    kind: 'skip',
    why: `only ${stage.skip.join(', ')} changed since the release of ${since}`,
  };
}

async function atGate(
  world: World,
  { way, stage }: Station,
  { askedOf, askedAt, unreachable }: CandidateStage,
): Promise<Entry | null> {
  if (stage.approval === 'none') return null;
  const answers = (await gateAnswers.of(world.db, way.candidate)).filter(
    (answer) => answer.stage === stage.name,
  );
  const verdict = gateVerdict(askedOf, answers);
  if (verdict.kind === 'rejected') {
    const note = verdict.note === null ? '' : `: ${verdict.note}`;
    return { kind: 'rejected', why: `${verdict.by} said no to ${stage.name}${note}` };
  }
  if (verdict.kind === 'approved' && askedAt !== null) return null;
  const missing = verdict.kind === 'open' ? verdict.missing : null;
  return {
    kind: 'wait',
    for: 'approval',
    reason: askingWords({ way, stage }, { missing, unreachable }),
  };
}

function askingWords(
  { way, stage }: Station,
  { missing, unreachable }: { missing: readonly string[] | null; unreachable: readonly string[] },
): string {
  if (stage.approval === 'train')
    return `${stage.name} waits for the word of those on board: signalbox train ${way.plan.app}`;
  const team = stage.approval.startsWith('team:') ? ` by team ${stage.approval.slice(5)}` : '';
  const authors = missing === null ? team : ` by ${missing.join(', ')}`;
  const unknown =
    unreachable.length > 0 ? ` (nobody here is known to be ${unreachable.join(', ')})` : '';
  return `${stage.name} waits for approval${authors}${unknown}: signalbox approve ${way.plan.app} ${way.number}`;
}

/** After a rollback nothing goes where the bad commit was, but what takes it back: past all locks, or not at all. */
async function inLane(world: World, { way, stage }: Station): Promise<Entry | null> {
  const { app, commit } = way.plan;
  const name = stageEnvironmentName(stage, way.number);
  const environment = await environments.byName(world.db, app, name);
  const lock = environment && (await shutLane(world, { environment: environment.id, app, commit }));
  if (!lock) return null;
  const { commit: bad, reason, by } = lock;
  const until = bad === null ? '' : `, until ${bad.slice(0, 7)} is reverted or the lock is lifted`;
  return { kind: 'wait', for: 'lane', reason: `${name} is locked by ${by}: ${reason}${until}` };
}

async function artifactGone(world: World, { way }: Station): Promise<Entry | null> {
  if (await isBuiltOrBuilding(world.build, way.plan.artifact)) return null;
  return { kind: 'broken', why: 'its artifact is gone; artifacts are kept for 30 days' };
}
