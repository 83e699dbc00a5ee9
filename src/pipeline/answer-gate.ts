import { inTransaction, type Queryable } from '../db/pool.ts';
import type { World } from '../environments/world.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import {
  gateVerdict,
  isSamePerson,
  type Candidate,
  type CandidateStage,
  type GateVerdict,
} from './candidate.ts';
import { wayOf } from './find-candidate.ts';
import { say } from './report-candidate.ts';
import { candidates, candidateStages, gateAnswers } from './tables.ts';
import { wake } from './wake.ts';

export interface AnswerOrder {
  /** The candidate's id. */
  candidate: string;
  /** Absent: the stage that asks now. */
  stage?: string | undefined;
  /** Who answers: the name of their token. */
  by: string;
  answer: 'approve' | 'reject';
  note?: string | null | undefined;
}

/**
 * The answer is written down, and the candidate goes on or ends if it decides. Answering again before
 * that replaces one's own answer. Refuses with `gate/not-asking` where nobody is asked (any more) and with
 * `gate/not-yours` where only the authors are and one is none of them; anybody may reject.
 */
export async function answerGate(
  world: Pick<World, 'db' | 'engine'>,
  order: AnswerOrder,
): Promise<{ stage: string; verdict: GateVerdict }> {
  const given = await inTransaction(world.db, async (tx) => {
    const candidate = await candidates.lock(tx, order.candidate);
    if (!candidate) throw new Error(`No candidate ${order.candidate}.`);
    const asking = await askingStage(tx, candidate, order);
    return record(tx, { candidate, asking, order });
  });
  await wake(world, order.candidate);
  return given;
}

async function askingStage(
  tx: Queryable,
  candidate: Candidate,
  { stage, by, answer }: AnswerOrder,
): Promise<CandidateStage> {
  const all = await candidateStages.of(tx, [candidate.id]);
  const asking = all.find(
    ({ name, state, endedAt }) =>
      state === 'asking' && endedAt === null && (stage === undefined || name === stage),
  );
  if (!asking || candidate.endedAt) throw notAsking(candidate, stage);
  const before = await answersOf(tx, candidate.id, asking.name);
  if (gateVerdict(asking.askedOf, before).kind !== 'open') throw notAsking(candidate, asking.name);
  const { askedOf } = asking;
  const isAsked = askedOf === null || askedOf.some((one) => isSamePerson(one, by));
  if (answer === 'approve' && !isAsked) throw notYours(candidate, asking, by);
  return asking;
}

async function answersOf(tx: Queryable, candidate: string, stage: string) {
  return (await gateAnswers.of(tx, candidate)).filter((one) => one.stage === stage);
}

async function record(
  tx: Queryable,
  of: { candidate: Candidate; asking: CandidateStage; order: AnswerOrder },
): Promise<{ stage: string; verdict: GateVerdict }> {
  const { candidate, asking, order } = of;
  const { by, answer, note = null } = order;
  const stage = asking.name;
  await gateAnswers.put(tx, candidate.id, { stage, by, answer, note });
  const words = answer === 'approve' ? 'approved' : 'rejected';
  await say(tx, await wayOf(tx, candidate), {
    kind: 'candidate-answered',
    text: `${by} ${words} candidate ${candidate.number} for ${stage}${note === null ? '' : `: ${note}`}`,
    data: { stage, by, answer, note },
  });
  const all = await answersOf(tx, candidate.id, stage);
  return { stage, verdict: gateVerdict(asking.askedOf, all) };
}

const notAsking = (
  { app, number, state, reason }: Candidate,
  stage: string | undefined,
): SignalboxError =>
  new SignalboxError({
    code: 'gate/not-asking',
    what: `Candidate ${number} of ${app} does not wait for an answer${stage === undefined ? '' : ` before ${stage}`}.`,
    why: `It is ${state}${reason === null ? '' : `: ${reason}`}.`,
    fix: [`signalbox candidate ${app} ${number}`],
  });

const notYours = (
  { app, number }: Candidate,
  { name, askedOf }: CandidateStage,
  by: string,
): SignalboxError =>
  new SignalboxError({
    code: 'gate/not-yours',
    what: `${by} cannot approve candidate ${number} of ${app} for ${name}.`,
    why: `Its authors are asked, each of them: ${askedOf?.join(', ')}. A token counts as theirs when it is called like their e-mail address.`,
    fix: ['Let them answer.', `Or stop it: signalbox reject ${app} ${number} --note "…"`],
  });
