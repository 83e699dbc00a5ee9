import { inTransaction, type Queryable } from '../db/pool.ts';
import type { World } from '../environments/world.ts';
import { findApp } from '../git/app.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { candidateNow, lockBeforeLast } from '../pipeline/find-candidate.ts';
import { changesInWords } from './consent.ts';
import { decide, type Decision } from './decide.ts';
import { ejectChanges } from './eject-change.ts';
import { endTrain } from './end-train.ts';
import { freezesOf } from './freeze.ts';
import { waiting, type Look } from './look-at-journey.ts';
import { remind } from './remind.ts';
import { sayOfTrain, situationOf, type Situation } from './situation.ts';
import { trains } from './tables.ts';
import { namedChange, namedTrain, shortCommit, type Train } from './train.ts';

type Seen = 'agreed' | 'another commit' | 'ended';

/**
 * What those on board say about the commit before its last stage. They are asked when it comes here for the first time,
 * and reminded; once they agree nobody's word stops it any more. With the train's row locked, so that no vote comes
 * between the look and the departure. Repeatable.
 */
export async function lookAtWords(world: World, id: string): Promise<Look<Seen>> {
  const seen = await inTransaction(world.db, async (tx) => {
    const train = await trains.lock(tx, id);
    if (!train || train.endedAt) return { kind: 'ended' } as const;
    // Agreed before a crash.
    if (train.state === 'releasing') return { kind: 'agreed' } as const;
    if (!(await isAtTheGate(tx, train))) return { kind: 'another commit' } as const;
    return weigh(world, tx, train);
  });
  return seen.kind === 'leave without' ? leaveWithout(world, seen) : seen;
}

async function isAtTheGate(tx: Queryable, { candidate }: Train): Promise<boolean> {
  const now = candidate === null ? null : await candidateNow(tx, candidate);
  return now !== null && !now.candidate.endedAt && now.stages.at(-1)?.state === 'asking';
}

type Weighed = Look<Seen> | (Decision & { kind: 'leave without'; situation: Situation });

async function weigh(world: World, tx: Queryable, at: Train): Promise<Weighed> {
  const now = world.clock.now();
  const train = await ask(tx, at, now);
  const situation = await situationOf(tx, train, now);
  if (at.askedAt === null) await sayAsked(tx, situation);
  const decided = decide(situation, { freezes: await freezesOf(tx, train.appId, now), now });
  const decision = decided.kind === 'go' ? await unlessLocked(world, train, decided) : decided;
  if (decision.kind === 'leave without') return { ...decision, situation };
  if (decision.kind === 'go') {
    await trains.say(tx, train.id, { state: 'releasing', reason: decision.words });
    await trains.lookAgain(tx, train.id, null);
    await sayOfTrain(tx, train, {
      kind: 'train-leaves',
      text: `${namedTrain(train)} leaves for production with ${shortCommit(train.commit)}: ${decision.words}`,
      data: { words: decision.words },
    });
    return { kind: 'agreed' };
  }
  const { state, words, until } = decision;
  if (await trains.say(tx, train.id, { state, reason: words }))
    await sayOfTrain(tx, train, {
      kind: 'train-waits',
      text: `${namedTrain(train)} ${wordFor[state]}: ${words}`,
      data: { state, until },
    });
  const reminder = state === 'asking' ? await remind(tx, situation, now) : null;
  const moments = [until, reminder].flatMap((moment) => moment?.getTime() ?? []);
  await trains.lookAgain(tx, train.id, moments.length > 0 ? new Date(Math.min(...moments)) : null);
  return waiting();
}

const lookAtLaneMs = 30_000;

/** A locked lane lets in only what takes the bad commit back; behind it nobody's word would count any more. */
async function unlessLocked(
  world: World,
  { app, commit, candidate }: Train,
  go: Decision & { kind: 'go' },
): Promise<Exclude<Decision, { kind: 'leave without' }>> {
  const lock = candidate === null ? null : await lockBeforeLast(world, { app, commit, candidate });
  if (lock === null) return go;
  const until = new Date(world.clock.now().getTime() + lookAtLaneMs);
  const words = `${go.words}; its last stage is locked by ${lock.by}: ${lock.reason}`;
  return { kind: 'wait', state: 'agreed', words, until };
}

const wordFor = {
  asking: 'asks',
  blocked: 'is blocked',
  held: 'is held',
  agreed: 'is agreed',
} as const;

/** Once a commit. */
async function ask(tx: Queryable, train: Train, now: Date): Promise<Train> {
  if (train.askedAt !== null) return train;
  const times = {
    askedAt: now,
    answersUntil: new Date(now.getTime() + train.settings.answerWithinMs),
  };
  await trains.ask(tx, train, times);
  return { ...train, ...times };
}

async function sayAsked(
  tx: Queryable,
  { train, passengers, onBoard, votes }: Situation,
): Promise<void> {
  if (train.settings.approval === 'none') return;
  const answered = new Set(votes.map(({ voter }) => voter));
  const missing = passengers.filter(({ voter }) => !answered.has(voter));
  // Robots alone, or everybody's word for the commit before counts for this one.
  if (train.settings.approval === 'authors' && missing.length === 0) return;
  const words = missing.map(
    ({ voter, changes }) => `${voter} (${changes.map(namedChange).join(', ')})`,
  );
  const whom = train.settings.approval === 'authors' ? words.join(', ') : train.settings.approval;
  await sayOfTrain(tx, train, {
    kind: 'train-asks',
    text: `${namedTrain(train)} is ready for production with ${shortCommit(train.commit)} and asks ${whom}`,
    data: {
      to: missing.map(({ voter }) => voter),
      until: train.answersUntil,
      onBoard: changesInWords(onBoard.filter(({ ejectedAt }) => ejectedAt === null)),
    },
  });
}

async function leaveWithout(
  world: World,
  {
    situation: { train },
    changes,
    silent,
  }: Decision & { kind: 'leave without' } & { situation: Situation },
): Promise<Look<Seen>> {
  const names = silent.map(({ voter }) => voter).join(', ');
  const order = {
    app: await findApp(world.db, train.app),
    by: namedTrain(train),
    changes: changes.map(({ commit }) => commit),
    reason: `no answer from ${names}`,
  };
  try {
    await ejectChanges(world, order);
    return { kind: 'another commit' };
  } catch (error) {
    if (!(error instanceof SignalboxError)) throw error;
    return insteadOfLeaving(world, train, error);
  }
}

/** Nobody answered, or what they wrote cannot be taken out alone. */
async function insteadOfLeaving(
  world: World,
  train: Train,
  error: SignalboxError,
): Promise<Look<Seen>> {
  if (error.code === 'train/nothing-left') {
    await endTrain(world, train, { state: 'cancelled', reason: 'nobody answered in time' });
    return { kind: 'ended' };
  }
  const reason = `no answer in time, and it cannot go without: ${[error.what, error.why].filter(Boolean).join(' ')}`;
  await inTransaction(world.db, async (tx) => {
    await trains.lookAgain(tx, train.id, null);
    if (await trains.say(tx, train.id, { state: 'held', reason }))
      await sayOfTrain(tx, train, {
        kind: 'train-waits',
        text: `${namedTrain(train)} is held: ${reason}`,
        data: { state: 'held', until: null },
      });
  });
  return waiting();
}
