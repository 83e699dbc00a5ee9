/** How much a finding matters; a note stops nothing. */
export type Severity = 'breaks old release' | 'long lock' | 'note';

/** One thing that a migration does and the running release, or its users, may feel. */
export interface Finding {
  /** The rule's name, such as `drop-column`. */
  rule: string;
  /** The statement on one line, shortened. */
  statement: string;
  /** Where the statement begins in the file; the first line is 1. */
  line: number;
  severity: Severity;
  why: string;
  /** How the same is done without harm, step by step; may be empty for notes. */
  recipe: string[];
}

export interface MigrationFile {
  path: string;
  text: string;
}

/** What is known of one pending migration before it runs. */
export interface MigrationJudgement {
  path: string;
  /** In the order of the file. */
  findings: Finding[];
  /** The author's word, in a comment of the file, that the running release can live with it. */
  waiver: { reason: string } | null;
  /** False: nobody has read it, and `note` says why. */
  parsed: boolean;
  note: string | null;
}

/** Whether the old release can run on what the migrations leave behind. */
export type Compatibility = 'compatible' | 'not compatible' | 'unknown';

/** Whether the pipeline must stop here: something severe was found and nobody has said why it is safe. */
export function stopsPipeline(judgement: MigrationJudgement): boolean {
  return judgement.waiver === null && judgement.findings.some(isSevere);
}

/**
 * What a rollback may say after these migrations ran. A waiver counts as its author's word; a long lock is over
 * by then; what could not be read, in whole or in part, makes it unknown.
 */
export function compatibilityOf(judgements: readonly MigrationJudgement[]): Compatibility {
  const open = judgements.filter(({ waiver }) => waiver === null);
  if (open.some(breaksOldRelease)) return 'not compatible';
  return open.some(({ parsed, findings }) => !parsed || findings.some(isOpaque))
    ? 'unknown'
    : 'compatible';
}

/** The rule of statements whose doing is not in the file: DO blocks, procedures, included files. */
export const opaqueRule = 'cannot-be-judged';

const isSevere = ({ severity }: Finding): boolean => severity !== 'note';
const isOpaque = ({ rule }: Finding): boolean => rule === opaqueRule;

const breaksOldRelease = ({ findings }: MigrationJudgement): boolean =>
  findings.some(({ severity }) => severity === 'breaks old release');
