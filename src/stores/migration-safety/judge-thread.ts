import { parentPort, workerData } from 'node:worker_threads';
import { type Judge, judgeFile, learnFile } from './judge-file.ts';
import { emptySchema, settle } from './known-schema.ts';
import type { MigrationFile, MigrationJudgement } from './migration-judgement.ts';
import type { LargeFrom, TableFacts } from './table-facts.ts';

/** What classifyMigrations sends, one file at a time, in the order of the migrations. */
export interface JudgeRequest {
  file: MigrationFile;
  /** Already in force for the running release: it is read, not judged. */
  applied: boolean;
}

/** Null: learned from. `failed`: the parser broke, and this thread with it. */
export type JudgeReply = { judgement: MigrationJudgement | null } | { failed: string };

const { facts, large } = workerData as { facts: TableFacts; large: LargeFrom };
const judge: Judge = { schema: emptySchema(), facts, large };
let judged = false;

async function answer({ file, applied }: JudgeRequest): Promise<JudgeReply> {
  try {
    if (applied) {
      await learnFile(judge, file);
      return { judgement: null };
    }
    if (!judged) settle(judge.schema);
    judged = true;
    return { judgement: await judgeFile(judge, file) };
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.on('message', (request: JudgeRequest) => {
  void answer(request).then((reply) => parentPort?.postMessage(reply));
});
