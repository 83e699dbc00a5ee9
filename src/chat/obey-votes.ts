import { SignalboxError } from '../kernel/signalbox-error.ts';
import { people } from '../people/person.ts';
import { castVote } from '../train/cast-vote.ts';
import { meantChanges } from '../train/consent.ts';
import { delegateVote } from '../train/delegate-vote.ts';
import { showTrain } from '../train/show-train.ts';
import { voteWords } from '../train/words.ts';
import type { Asked } from './asked.ts';
import type { Command } from './command.ts';

type Vote = Extract<Command, { word: 'good' | 'bad' }>;

/** The message's own id goes with the vote: obeyed again, it counts once. */
export async function obeyVote(asked: Asked, command: Vote): Promise<string[]> {
  const { world, app, speaker, network: via, message } = asked;
  const whom = 'whom' in command && command.whom !== null ? command.whom : undefined;
  const cast = await castVote(world, {
    app,
    speaker,
    answer: command.word,
    whom: whom === undefined ? undefined : await nameOf(asked, whom),
    ...(await meant(asked, command)),
    via,
    message,
  });
  return [`${command.word === 'good' ? '✔' : '✖'} ${voteWords(app.name, cast)}`];
}

/**
 * Whom a mention means: the person of that name, else the one who has such an account. Not the other way round: anybody may
 * register an account that is called like somebody else here.
 */
async function nameOf({ world, network }: Asked, mentioned: string): Promise<string> {
  const { db } = world;
  const person =
    (await people.byName(db, mentioned)) ?? (await people.byAccount(db, network, mentioned));
  return person?.name ?? mentioned;
}

interface Meant {
  commit?: string;
  change?: string;
  reason: string | null;
}

/** What the first word is: the train's commit, a change on board, or nothing but the beginning of the reason. */
async function meant({ world, app }: Asked, { word, about, reason }: Vote): Promise<Meant> {
  if (about === null) return { reason };
  const shown = await showTrain(world, app).catch((error: unknown) => {
    if (error instanceof SignalboxError) return null;
    throw error;
  });
  const isNumber = about.startsWith('#');
  const isCommit = !isNumber && about.length >= 4;
  if (isCommit && shown?.train.commit.startsWith(about.toLowerCase()))
    return { commit: about.toLowerCase(), reason };
  if (isNumber || (shown && meantChanges(shown.onBoard, about).length > 0))
    return { change: about, reason };
  // A button of an old card, or an old commit in short: it must not count for what the train carries now.
  const isOldCommit = about.length >= 7 || (isCommit && word === 'good' && /[a-f]/i.test(about));
  if (isOldCommit) return { commit: about.toLowerCase(), reason };
  return { reason: [about, reason].filter(Boolean).join(' ') };
}

const delegatedMs = 30 * 86_400_000;

export async function obeyDelegation(
  asked: Asked,
  command: Extract<Command, { word: 'delegate' }>,
): Promise<string[]> {
  const { world, app, speaker } = asked;
  const to = await nameOf(asked, command.to);
  const order = { app, speaker, to, forMs: delegatedMs, reason: null };
  const { until } = await delegateVote(world, order);
  const day = until.toISOString().slice(0, 10);
  return [`${to} may answer for ${speaker.name} about trains of ${app.name} until ${day}.`];
}
