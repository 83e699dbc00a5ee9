import { setTimeout as pause } from 'node:timers/promises';
import { backOffMs } from '../back-off-ms.ts';

/**
 * What is said in one channel is said in order and with pauses, also by callers that do not know of each other. Answers
 * what the pieces answered; the first that fails is the last.
 */
export type SlackPace = <Answer>(
  channel: string,
  pieces: readonly (() => Promise<Answer>)[],
) => Promise<Answer[]>;

export function slackPace(betweenMs: number, signal: AbortSignal): SlackPace {
  const lanes = new Map<string, Promise<void>>();
  return async (channel, pieces) => {
    const before = lanes.get(channel) ?? Promise.resolve();
    const turn = before.then(() => inOrder(pieces));
    const isFree = turn.then(breathe, breathe);
    lanes.set(channel, isFree);
    void isFree.then(() => lanes.get(channel) === isFree && lanes.delete(channel));
    return turn;
  };

  async function inOrder<Answer>(pieces: readonly (() => Promise<Answer>)[]): Promise<Answer[]> {
    const answers: Answer[] = [];
    for (const [at, piece] of pieces.entries()) {
      if (at > 0) await breathe();
      if (signal.aborted) throw new Error('We have left Slack.');
      answers.push(await piece());
    }
    return answers;
  }

  async function breathe(): Promise<void> {
    await pause(betweenMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Longer every time, and never the same for two who were cut off together. */
export async function growingPause(
  { firstMs, longestMs }: { firstMs: number; longestMs: number },
  failures: number,
  signal: AbortSignal,
): Promise<void> {
  const waitMs = backOffMs(failures, { firstMs, mostMs: longestMs });
  await pause(waitMs, undefined, { signal }).catch(() => undefined);
}
