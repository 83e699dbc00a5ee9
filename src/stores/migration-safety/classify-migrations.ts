import { Worker } from 'node:worker_threads';
import type { JudgeReply, JudgeRequest } from './judge-thread.ts';
import type { MigrationFile, MigrationJudgement } from './migration-judgement.ts';
import { largeByDefault, type LargeFrom, type TableFacts } from './table-facts.ts';
import { readWaiver } from './waiver.ts';

export interface ClassifyOptions {
  /** Migrations that the running release has already, oldest first: from them column types and checks are known. */
  applied?: readonly MigrationFile[];
  large?: LargeFrom;
  /** Without an answer about one file for so long, that file is not judged. */
  perFileMs?: number;
}

const mostBytes = 1_000_000;
const mostFiles = 500;
const mostBreakdowns = 3;
const perFileMs = 20_000;

/**
 * One judgement for each pending migration, in the order of the files, which is the order in which they will run. What
 * one of them makes, the next ones may change freely. `tables` are the target's; a table that is not among them counts
 * as small. Reads only, so twice gives the same.
 *
 * Never throws for what stands in a file: other languages than SQL, syntax errors, more than 1 MB, more than 500 files
 * and texts that break the parser are not judged, and their `note` says so. The work is done in a thread that ends
 * with the call, as does its memory.
 */
export async function classifyMigrations(
  files: readonly MigrationFile[],
  tables: TableFacts,
  options: ClassifyOptions = {},
): Promise<MigrationJudgement[]> {
  const judgements = files.map((file, index) => unread(file, whyUnread(file, index)));
  const readable = files.flatMap((_, index) => (judgements[index]?.note === null ? [index] : []));
  const learned = (options.applied ?? []).filter(
    (file, index, all) => whyUnread(file, Math.max(0, index - all.length + mostFiles)) === null,
  );
  const todo: Task[] = [
    ...learned.map((file) => ({ file, index: null })),
    ...readable.flatMap((index) => ({ file: files[index] as MigrationFile, index })),
  ];
  if (readable.length > 0) await inThreads(todo, judgements, { ...options, tables });
  return judgements;
}

/** The same for one migration by itself. */
export async function classifyMigration(
  file: MigrationFile,
  tables: TableFacts,
  options: ClassifyOptions = {},
): Promise<MigrationJudgement> {
  const [judgement] = await classifyMigrations([file], tables, options);
  if (!judgement) throw new Error(`No judgement of ${file.path}.`);
  return judgement;
}

/** A migration, and where its judgement goes; null: it is applied and only learned from. */
interface Task {
  file: MigrationFile;
  index: number | null;
}

function whyUnread({ path, text }: MigrationFile, index: number): string | null {
  if (!path.toLowerCase().endsWith('.sql')) {
    return 'Not judged: only SQL can be read. Whether the old release can live with it is for its author to say.';
  }
  if (index >= mostFiles) return `Not judged: only the first ${mostFiles} files are.`;
  if (Buffer.byteLength(text) > mostBytes) return 'Not judged: it is larger than 1 MB.';
  return null;
}

function unread({ path, text }: MigrationFile, note: string | null): MigrationJudgement {
  // Anything larger is not worth searching for a comment.
  const waiver = text.length > mostBytes ? 'no waiver' : readWaiver(text);
  return {
    path,
    findings: [],
    waiver: typeof waiver === 'string' ? null : waiver,
    parsed: false,
    note,
  };
}

/** A text that breaks its thread is left out, and all begins anew: what was learned has died with the thread. */
async function inThreads(
  todo: readonly Task[],
  judgements: MigrationJudgement[],
  options: ClassifyOptions & { tables: TableFacts },
): Promise<void> {
  let left = todo;
  for (let breakdowns = 0; breakdowns < mostBreakdowns; breakdowns += 1) {
    const broken = await inThread(left, judgements, options);
    if (broken === null) return;
    left = left.filter((task) => task !== broken.task);
    settleFor(judgements, broken.task, `Not judged: reading it failed (${broken.why}).`);
  }
  for (const task of left) {
    settleFor(judgements, task, 'Not judged: too many of the files before it could not be read.');
  }
}

function settleFor(judgements: MigrationJudgement[], { file, index }: Task, note: string): void {
  if (index !== null) judgements[index] = unread(file, note);
}

async function inThread(
  todo: readonly Task[],
  judgements: MigrationJudgement[],
  {
    tables,
    large = largeByDefault,
    perFileMs: limitMs = perFileMs,
  }: ClassifyOptions & { tables: TableFacts },
): Promise<{ task: Task; why: string } | null> {
  const worker = new Worker(new URL('./judge-thread.ts', import.meta.url), {
    workerData: { facts: tables, large },
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  });
  try {
    for (const task of todo) {
      const reply = await ask(worker, { file: task.file, applied: task.index === null }, limitMs);
      if ('failed' in reply) return { task, why: reply.failed };
      if (task.index !== null && reply.judgement) judgements[task.index] = reply.judgement;
    }
    return null;
  } finally {
    await worker.terminate();
  }
}

function ask(worker: Worker, request: JudgeRequest, limitMs: number): Promise<JudgeReply> {
  return new Promise((resolve) => {
    const timer = setTimeout(
      () => answer({ failed: `it took longer than ${limitMs / 1000} s` }),
      limitMs,
    );
    const onError = (error: Error): void => answer({ failed: error.message });
    const onExit = (): void => answer({ failed: 'the thread ended' });
    worker.on('message', answer).on('error', onError).on('exit', onExit);
    worker.postMessage(request);

    function answer(reply: JudgeReply): void {
      clearTimeout(timer);
      worker.off('message', answer).off('error', onError).off('exit', onExit);
      resolve(reply);
    }
  });
}
