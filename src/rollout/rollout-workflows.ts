import type { Engine } from '../workflow/workflow.ts';

/** The names under which workflows are registered; they never change. */
export const rolloutWorkflows = { finishRollback: 'finish-rollback' } as const;

/** What the run that tidies up after a rollback is given. */
export interface FinishOrder {
  rollback: string;
  environment: string;
}

export const runOfRollback = (rollback: string): string => `rollback-${rollback}`;

/** Repeatable: one run a rollback. */
export async function startFinishing(
  engine: Pick<Engine, 'start'>,
  { rollback, environment }: FinishOrder,
): Promise<void> {
  const run = { id: runOfRollback(rollback), input: { rollback, environment } };
  await engine.start(rolloutWorkflows.finishRollback, run);
}
