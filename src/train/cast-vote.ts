import type { Queryable } from '../db/pool.ts';
import type { World } from '../environments/world.ts';
import type { App } from '../git/app.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { Speaker } from '../people/person.ts';
import { consentOf, type Consent } from './consent.ts';
import { findChange } from './find-change.ts';
import { changeTrain, sayOfTrain, type Situation } from './situation.ts';
import { namedTrain, shortCommit, type Train } from './train.ts';
import { votersFor } from './who-may-vote.ts';
import { votes, type Vote } from './word-tables.ts';

export interface VoteOrder {
  app: App;
  speaker: Speaker;
  answer: 'good' | 'bad';
  /** What is voted on, at least four digits; absent: what the train carries now. */
  commit?: string | undefined;
  /** Whose vote it is, by name or address; absent: the speaker's own. */
  whom?: string | undefined;
  /** The change a no is about: its number or the beginning of its commit. */
  change?: string | undefined;
  reason: string | null;
  /** Where it came from: `api`, or a chat network's name. */
  via: string;
  /** The message's own id there: delivered twice, it counts once. */
  message: string | null;
}

export interface VoteCast {
  train: number;
  voters: string[];
  /** false: this very message was counted before. */
  isNews: boolean;
  consent: Consent;
}

/**
 * The word of somebody about what the train carries is written down, and the train looks what it means. A later word
 * replaces an earlier one. Refuses with `train/none`, `train/has-left`, `train/other-commit`, `train/not-on-board`,
 * `train/not-for-them`, `train/reason-missing` and `train/unknown-change`.
 */
export async function castVote(world: World, order: VoteOrder): Promise<VoteCast> {
  return changeTrain(world, order.app, async (tx, situation, now) => {
    const { train, passengers } = situation;
    const { answer, speaker, via, message, whom = null } = order;
    const heard =
      message === null ? null : await votes.heard(tx, { via, message, by: speaker.name });
    if (heard !== null && heard.train !== train.id) throw messageUsed(train, speaker.name);
    const isKnown = heard !== null;
    if (!isKnown) refuseOtherCommit(situation, order.commit);
    if (answer === 'bad' && order.reason === null) throw reasonMissing(order.app.name);
    const voters = votersFor(situation, speaker, { answer, whom });
    const change = order.change === undefined ? null : findChange(situation, order.change).commit;
    const vote = {
      by: speaker.name,
      answer,
      change,
      reason: order.reason,
      via,
      message,
      at: now,
    };
    const isNews = !isKnown && (await castAll(tx, situation, { voters, vote }));
    const ballot = { train: train.id, commit: train.commit };
    const settings = train.settings;
    const consent = consentOf({
      settings,
      passengers,
      votes: await votes.of(tx, ballot),
      forces: situation.forces,
    });
    if (isNews) await tell(tx, situation, { voters, vote, consent });
    return { train: train.number, voters, isNews, consent };
  });
}

async function castAll(
  tx: Queryable,
  { train }: Situation,
  { voters, vote }: { voters: readonly string[]; vote: Omit<Vote, 'voter'> },
): Promise<boolean> {
  let isNews = false;
  for (const voter of voters)
    isNews =
      (await votes.cast(tx, { train: train.id, commit: train.commit }, { ...vote, voter })) ||
      isNews;
  return isNews;
}

async function tell(
  tx: Queryable,
  { train }: Situation,
  of: { voters: readonly string[]; vote: Omit<Vote, 'voter'>; consent: Consent },
): Promise<void> {
  const { voters, vote, consent } = of;
  const { by, answer, reason, via, change } = vote;
  const whose = voters.length === 1 && voters[0] === by ? '' : ` for ${voters.join(', ')}`;
  const why = reason === null ? '' : `: ${reason}`;
  await sayOfTrain(tx, train, {
    kind: answer === 'good' ? 'train-good' : 'train-blocked',
    text: `${by} said ${answer}${whose}${why}`,
    data: { by, voters, answer, reason, via, change, consent: consent.kind, words: consent.words },
  });
}

function refuseOtherCommit({ train }: Situation, commit: string | undefined): void {
  if (commit === undefined || train.commit.startsWith(commit.toLowerCase())) return;
  throw new SignalboxError({
    code: 'train/other-commit',
    what: `This word is about ${commit.slice(0, 12)}; ${namedTrain(train)} carries ${shortCommit(train.commit)}.`,
    why: 'Votes are for one commit alone: what was built since is something else.',
    fix: [
      `See what it carries now: signalbox train ${train.app}`,
      `signalbox train good ${train.app}`,
    ],
  });
}

const messageUsed = (train: Pick<Train, 'app' | 'number'>, by: string): SignalboxError =>
  new SignalboxError({
    code: 'train/message-used',
    what: `${by} has said something about an earlier train with this message id; nothing was counted for ${namedTrain(train)}.`,
    fix: ['Give every word an id of its own.', `signalbox train ${train.app}`],
  });

const reasonMissing = (app: string): SignalboxError =>
  new SignalboxError({
    code: 'train/reason-missing',
    what: 'A no needs a reason.',
    why: 'Whoever mends it has to know what is wrong.',
    fix: [`signalbox train bad ${app} --reason "the basket is empty after a reload"`],
  });
