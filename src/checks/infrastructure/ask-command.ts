import type { JobResult } from '../../kernel/job.ts';
import { whyFailed } from '../../kernel/why-failed.ts';
import { type Answer, failed, passed } from './answer.ts';
import { runToEnd, type Ground } from './run-to-end.ts';
import type { Asked } from './question.ts';

const tailLines = 200;
const mostOutput = 64 * 1024;

/**
 * Whether a command in the environment ends and prints as it must. `id` names this try; a second call joins
 * it while it runs. Abort ends the waiting, not the job.
 */
export async function askCommand(
  { check: { run, exit, prints, timeout }, shown }: Asked<'commands'>,
  ground: Ground,
  id: string,
): Promise<Answer> {
  const job = { id, run, timeoutMs: timeout, variables: ground.order.variables };
  const { result, output: all } = await runToEnd(ground, job, tailLines);
  const output = all.slice(-mostOutput);
  const missing = prints.flatMap((text, index) =>
    output.includes(text) ? [] : [`without "${shown.prints[index]}"`],
  );
  const ended = endInWords(result, timeout);
  if (result.exitCode === exit && hasEnded(result) && missing.length === 0) return passed(ended);
  const said = { how: 'it printed', text: output, keep: 'end' } as const;
  return failed([ended, ...missing].join(', '), said);
}

/** The launcher notes 0 for what succeeded; a command that had to be ended has no exit code of its own. */
function hasEnded({ outcome }: JobResult): boolean {
  return outcome === 'succeeded' || outcome === 'failed';
}

const endInWords = (result: JobResult, timeoutMs: number): string =>
  (hasEnded(result) ? 'it ended with ' : '') + whyFailed(result, timeoutMs);
