import { setTimeout as pause } from 'node:timers/promises';
import { shortHash } from '../../kernel/id.ts';
import { type Answer, failed } from './answer.ts';
import { askCommand } from './ask-command.ts';
import { askOverNetwork } from './ask-over-network.ts';
import type {
  InfrastructureOrder,
  InfrastructureResult,
  InfrastructureYard,
} from './infrastructure-check.ts';
import { lookAround, type Inside } from './look-around.ts';
import { questionsOf, type Question } from './question.ts';
import { readInfrastructureFile } from './read-infrastructure-file.ts';
import { resultOf } from './result-of.ts';
import type { Ground } from './run-to-end.ts';
import { turnstile } from './turnstile.ts';

const sideBySide = 8;
const firstPauseMs = 100;
const longestPauseMs = 5_000;

/**
 * Asks every check of the file, side by side, and those that fail again until their time is over; resolves
 * with all results in the order of the reference. Calling it twice is safe: it joins jobs of the same `run`
 * that still run, and asks everything else anew. Throws `infrastructure/invalid-file`,
 * `infrastructure/unknown-variable` or `infrastructure/unusable-value` before anything is asked, and what the
 * runtime refuses. Abort ends the waiting and rejects; a job that runs then ends by its own time limit.
 */
export async function runInfrastructureChecks(
  yard: InfrastructureYard,
  order: InfrastructureOrder,
  signal: AbortSignal = new AbortController().signal,
): Promise<InfrastructureResult[]> {
  const questions = questionsOf(readInfrastructureFile(order.file, order.path), order.path, order);
  const ending = new AbortController();
  const round: Round = {
    yard,
    order,
    signal: AbortSignal.any([signal, ending.signal]),
    startMs: performance.now(),
    pass: turnstile(sideBySide),
  };
  const inside = questions.filter(isInside);
  try {
    const [seen, others] = await Promise.all([
      untilAnswered(round, inside, (asked, attempt) => look(round, asked, attempt)),
      Promise.all(
        questions.map(async (one) => (isInside(one) ? null : await askAlone(round, one))),
      ),
    ]);
    return others.flatMap((result) => result ?? seen.shift() ?? []);
  } finally {
    // One that was refused must not leave the others asking.
    ending.abort();
  }
}

interface Round {
  yard: InfrastructureYard;
  order: InfrastructureOrder;
  signal: AbortSignal;
  startMs: number;
  pass: ReturnType<typeof turnstile>;
}

type Outside = Exclude<Question, Inside>;

const isInside = (question: Question): question is Inside =>
  ['mounts', 'directories', 'processes'].includes(question.section);

async function askAlone(round: Round, question: Outside): Promise<InfrastructureResult | null> {
  const [result = null] = await untilAnswered(round, [question], async (_, attempt) => [
    await askOnce(round, question, attempt),
  ]);
  return result;
}

/** The last answer to each, in their order. What failed is asked again, together, while its time lasts. */
async function untilAnswered<T extends Question>(
  { order, signal, startMs, pass }: Round,
  questions: readonly T[],
  ask: (asked: T[], attempt: number) => Promise<Answer[]>,
): Promise<InfrastructureResult[]> {
  const results = new Map<T, InfrastructureResult>();
  let open = [...questions];
  for (let attempt = 1; open.length > 0; attempt += 1) {
    const asked = open;
    const answers = await pass(() => ask(asked, attempt));
    signal.throwIfAborted();
    const durationMs = Math.round(performance.now() - startMs);
    for (const [index, question] of asked.entries()) {
      const answer = answers[index] ?? failed('it gave no answer');
      results.set(question, resultOf(question, answer, { secret: order.secret, durationMs }));
    }
    open = asked.filter((one) => !results.get(one)?.passed && durationMs < one.check.within);
    if (open.length > 0) await pause(pauseMs(open, attempt, durationMs), undefined, { signal });
  }
  return questions.flatMap((question) => results.get(question) ?? []);
}

/** Longer each time, and never past the end of the one with the most time. */
function pauseMs(open: readonly Question[], attempt: number, durationMs: number): number {
  const leftMs = Math.max(...open.map(({ check }) => check.within)) - durationMs;
  return Math.min(firstPauseMs * 1.5 ** (attempt - 1), longestPauseMs, leftMs);
}

function askOnce(round: Round, question: Outside, attempt: number): Promise<Answer> {
  const { yard, order, signal } = round;
  if (question.section === 'commands')
    return askCommand(question, ground(round), jobId(order, `command ${question.name}`, attempt));
  const { authorities = [] } = yard;
  return askOverNetwork(question, { entrance: order.entrance, authorities, signal });
}

const look = (round: Round, asked: readonly Inside[], attempt: number): Promise<Answer[]> =>
  lookAround(asked, ground(round), jobId(round.order, 'inside', attempt));

const ground = ({ yard, order, signal }: Round): Ground => ({ jobs: yard.jobs, order, signal });

const jobId = ({ run }: InfrastructureOrder, what: string, attempt: number): string =>
  `${run}-${shortHash(`${what} ${attempt}`)}`;
