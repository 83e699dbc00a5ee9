import { shownLine } from '../../environments/log-lines.ts';
import { knownSecrets } from '../../environments/secret.ts';
import { findApp } from '../../git/app.ts';
import { answerGate, type AnswerOrder } from '../../pipeline/answer-gate.ts';
import type { GateVerdict } from '../../pipeline/candidate.ts';
import { performanceVerdicts } from '../../pipeline/evidence-tables.ts';
import { findCandidate } from '../../pipeline/find-candidate.ts';
import { followCandidateLines } from '../../pipeline/follow-candidate.ts';
import { revertCommit } from '../../pipeline/revert-commit.ts';
import { describeCandidate, listCandidates } from '../../pipeline/show-candidates.ts';
import { skipStage } from '../../pipeline/skip-stage.ts';
import { stopCandidate } from '../../pipeline/stop-candidate.ts';
import type { Context, Handlers } from '../handlers.ts';
import { speakerOfActor } from '../speaker-of-actor.ts';
import type { ApiWorld } from './api-world.ts';
import { listedCandidate, shownCandidate } from './shown-candidate.ts';

type Reading = 'listCandidates' | 'getCandidate' | 'followCandidate';
type Answering = 'approveCandidate' | 'rejectCandidate';
type Steering = 'skipStage' | 'stopCandidate' | 'revertCommit';

export function candidateHandlers(world: ApiWorld): Pick<Handlers, Reading | Answering | Steering> {
  return { ...reading(world), ...answering(world), ...steering(world) };
}

const usualLimit = 30;
const mostLimit = 500;
const longestSubject = 500;

function reading(world: ApiWorld): Pick<Handlers, Reading> {
  const { db } = world;
  return {
    async listCandidates({ app, limit = usualLimit }) {
      const { name } = await findApp(db, app);
      const found = await listCandidates(db, name, Math.min(limit, mostLimit));
      return { candidates: found.map(listedCandidate) };
    },

    async getCandidate({ app, number }) {
      const { name } = await findApp(db, app);
      const candidate = await describeCandidate(db, name, number);
      const { id, appId, commit } = candidate;
      const of = await world.repositories.describe(name, commit).catch(() => null);
      return shownCandidate(candidate, {
        subject: shownLine(of?.subject ?? '', { longest: longestSubject }),
        verdicts: await performanceVerdicts.of(db, id),
        secrets: await knownSecrets(db, world.key, { appId, scopes: null }),
      });
    },

    async followCandidate({ app, number }, { after, signal }) {
      const candidate = await find(world, { app, number });
      return followCandidateLines(world, candidate, { after, signal });
    },
  };
}

function answering(world: ApiWorld): Pick<Handlers, Answering> {
  const answer = async (
    { app, number, stage, note }: Asked & { stage?: string | undefined; note?: string | undefined },
    { actor }: Context,
    answer: AnswerOrder['answer'],
  ) => {
    const { id } = await find(world, { app, number });
    const by = await speakerOfActor(world.db, actor);
    const given = await answerGate(world, { candidate: id, stage, by, answer, note });
    return { text: answerWords({ app, number }, given) };
  };
  return {
    approveCandidate: (input, context) => answer(input, context, 'approve'),
    rejectCandidate: (input, context) => answer(input, context, 'reject'),
  };
}

interface Asked {
  app: string;
  number: number;
}

/** Of an app that is there: numbers of one that was removed mean nothing. */
async function find({ db }: ApiWorld, { app, number }: Asked) {
  const { name } = await findApp(db, app);
  return findCandidate(db, name, number);
}

function answerWords(
  { app, number }: Asked,
  { stage, verdict }: { stage: string; verdict: GateVerdict },
): string {
  const what = `Candidate ${number} of ${app}`;
  switch (verdict.kind) {
    case 'approved':
      return `${what} goes on to ${stage}.`;
    case 'rejected':
      return `${what} goes no further: ${verdict.by} said no to ${stage}.`;
    case 'open':
      return `${what} still waits for ${verdict.missing?.join(', ') ?? 'an answer'} before ${stage}.`;
  }
}

function steering(world: ApiWorld): Pick<Handlers, Steering> {
  return {
    async skipStage({ app, number, stage, reason }, { actor }) {
      const { id } = await find(world, { app, number });
      await skipStage(world, { candidate: id, stage, by: actor.name, reason });
      return { text: `Candidate ${number} of ${app} will pass by ${stage}.` };
    },

    async stopCandidate({ app, number, reason }, { actor }) {
      const { id } = await find(world, { app, number });
      await stopCandidate(world, { candidate: id, by: actor.name, reason });
      return { text: `Candidate ${number} of ${app} goes no further.` };
    },

    async revertCommit({ app: name, commit, on, reason }, { actor }) {
      const app = await findApp(world.db, name);
      const made = await revertCommit(world, { app, commit, on, reason, by: actor.name });
      return { ...made, subject: shownLine(made.subject, { longest: longestSubject }) };
    },
  };
}
