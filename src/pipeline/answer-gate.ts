import { inTransaction, type Queryable } from '../db/pool.ts';
import type { World } from '../environments/world.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { Speaker } from '../people/person.ts';
import { speakerByName } from '../people/speaker.ts';
import { gateVerdict, type Candidate, type CandidateStage, type GateVerdict } from './candidate.ts';
import { wayOf } from './find-candidate.ts';
import { say } from './report-candidate.ts';
import { candidates, candidateStages, gateAnswers } from './tables.ts';
import { wake } from './wake.ts';
import { standingOf, teamOf, whoCould } from './who-is-asked.ts';

export interface AnswerOrder {
  /** The candidate's id. */
  candidate: string;
  /** Absent: the stage that asks now. */
  stage?: string | undefined;
  /** Who answers; of a token of nobody its name is enough. */
  by: Speaker | string;
  answer: 'approve' | 'reject';
  note?: string | null | undefined;
  /** The train itself answers, for those it has asked. */
  forTrain?: true;
}

/**
 * The answer is written down, and the candidate goes on or ends if it decides. Answering again before
 * that replaces one's own answer. Refuses with `gate/not-asking` where nobody is asked (any more) and with
 * `gate/not-yours` where only the authors or a team are and one is none of them; anybody may reject.
 */
export async function answerGate(
  world: Pick<World, 'db' | 'engine'>,
  order: AnswerOrder,
): Promise<{ stage: string; verdict: GateVerdict }> {
  const given = await inTransaction(world.db, async (tx) => {
    const candidate = await candidates.lock(tx, order.candidate);
    if (!candidate) throw new Error(`No candidate ${order.candidate}.`);
    const asking = await askingStage(tx, candidate, order);
    const speaker = speakerOf(order);
    const names = await standingOf(tx, asking, speaker);
    if (names === null && order.answer === 'approve')
      throw notYours(candidate, asking, { speaker, could: await whoCould(tx, asking) });
    return record(tx, { candidate, asking, order, names: names ?? [speaker.name] });
  });
  await wake(world, order.candidate);
  return given;
}

async function askingStage(
  tx: Queryable,
  candidate: Candidate,
  { stage, forTrain }: AnswerOrder,
): Promise<CandidateStage> {
  const all = await candidateStages.of(tx, [candidate.id]);
  const asking = all.find(
    ({ name, state, endedAt }) =>
      state === 'asking' && endedAt === null && (stage === undefined || name === stage),
  );
  if (!asking || candidate.endedAt) throw notAsking(candidate, stage);
  if (asking.approval === 'train' && !forTrain) throw trainAsks(candidate, asking);
  const before = await answersOf(tx, candidate.id, asking.name);
  if (gateVerdict(asking.askedOf, before).kind !== 'open') throw notAsking(candidate, asking.name);
  return asking;
}

const speakerOf = ({ by }: AnswerOrder): Speaker =>
  typeof by === 'string' ? speakerByName(by, 'developer') : by;

async function answersOf(tx: Queryable, candidate: string, stage: string) {
  return (await gateAnswers.of(tx, candidate)).filter((one) => one.stage === stage);
}

async function record(
  tx: Queryable,
  of: { candidate: Candidate; asking: CandidateStage; order: AnswerOrder; names: string[] },
): Promise<{ stage: string; verdict: GateVerdict }> {
  const { candidate, asking, order, names } = of;
  const { answer, note = null } = order;
  const by = speakerOf(order).name;
  const stage = asking.name;
  // Under the name they were asked by: only that one counts.
  for (const name of names)
    await gateAnswers.put(tx, candidate.id, { stage, by: name, answer, note });
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

const trainAsks = ({ app, number }: Candidate, { name }: CandidateStage): SignalboxError =>
  new SignalboxError({
    code: 'gate/train-asks',
    what: `Candidate ${number} of ${app} goes to ${name} by train.`,
    why: 'Those on board are asked there.',
    fix: [
      `signalbox train good ${app}`,
      `signalbox train bad ${app} --reason "…"`,
      `signalbox train ${app}`,
    ],
  });

const notYours = (
  { app, number }: Candidate,
  { name, approval }: CandidateStage,
  { speaker, could }: { speaker: Speaker; could: readonly string[] },
): SignalboxError => {
  const team = teamOf(approval);
  const those = could.join(', ') || 'nobody is in it';
  const isAddress =
    'A token of nobody counts as theirs when it is called like their e-mail address.';
  return new SignalboxError({
    code: 'gate/not-yours',
    what: `${speaker.name} cannot approve candidate ${number} of ${app} for ${name}.`,
    why:
      team === null
        ? `Its authors are asked, each of them: ${those}. ${isAddress}`
        : `Team ${team} is asked: ${those}.`,
    fix: [
      team === null
        ? 'Let them answer. Is an address yours? An admin can say so: signalbox person email add NAME ADDRESS'
        : `Let them answer. An admin can say who is in it: signalbox person team add NAME ${team}`,
      `Or stop it: signalbox reject ${app} ${number} --note "…"`,
    ],
  });
};
