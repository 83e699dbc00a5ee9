import type { Node } from 'libpg-query';
import type { KnownSchema } from './known-schema.ts';
import { createdBy, learnStatement } from './learn-statement.ts';
import {
  type Finding,
  type MigrationFile,
  type MigrationJudgement,
  opaqueRule,
} from './migration-judgement.ts';
import { bodyOf } from './names-in-syntax.ts';
import { parseSql, type Statement } from './parse-sql.ts';
import { judgeStatement } from './rules/judge-statement.ts';
import type { Judging } from './rules/suspicion.ts';
import type { LargeFrom, TableFacts } from './table-facts.ts';
import { upPart } from './up-part.ts';
import { readWaiver } from './waiver.ts';

export interface Judge {
  schema: KnownSchema;
  facts: TableFacts;
  large: LargeFrom;
}

const mostFindings = 100;

/**
 * Judges one SQL file by what `judge.schema` knows, and adds to it what the file makes. Throws what the parser cannot
 * survive; see parseSql.
 */
export async function judgeFile(judge: Judge, file: MigrationFile): Promise<MigrationJudgement> {
  const { sql, noTransaction, includes } = upPart(file.text);
  const waiver = readWaiver(sql);
  const about = {
    path: file.path,
    waiver: typeof waiver === 'string' ? null : waiver,
    note:
      waiver === 'no reason'
        ? 'Its waiver does not count: after "because" at least three words must say why.'
        : null,
  };
  const parsed = await parseSql(sql);
  if ('problem' in parsed) {
    const where = parsed.line === null ? '' : ` in line ${parsed.line}`;
    return {
      ...about,
      findings: [],
      parsed: false,
      note: `Not judged: PostgreSQL's parser says${where}: ${parsed.problem}.`,
    };
  }
  const findings = includes.map(included);
  findings.push(...judgeAll(judge, parsed.statements, noTransaction));
  findings.sort((one, other) => one.line - other.line);
  return { ...about, findings: fewEnough(findings), parsed: true };
}

/** Adds to the schema what an applied migration made; one that cannot be read teaches nothing. */
export async function learnFile({ schema, facts }: Judge, file: MigrationFile): Promise<void> {
  const parsed = await parseSql(upPart(file.text).sql);
  if ('problem' in parsed) return;
  const learning = { fresh: false, onTarget: (table: string) => facts.has(table) };
  for (const { node } of parsed.statements) learnStatement(schema, node, learning);
}

function judgeAll(
  judge: Judge,
  statements: readonly Statement[],
  noTransaction: boolean,
): Finding[] {
  const learning = { fresh: true, onTarget: (table: string) => judge.facts.has(table) };
  const judging: Judging = { ...judge, transaction: noTransaction ? 'none' : 'up to the tool' };
  const gone = new Map<string, Finding[]>();
  judge.schema.unvalidated.clear();
  return statements.flatMap(({ node, text, line }) =>
    commandByCommand(node).flatMap((each) => {
      judging.transaction = transactionAfter(each, judging.transaction);
      const findings = judgeStatement(judging, each).map(({ replaceableBy, ...suspicion }) => {
        const finding: Finding = { ...suspicion, statement: text, line };
        if (replaceableBy) gone.set(replaceableBy, [...(gone.get(replaceableBy) ?? []), finding]);
        return finding;
      });
      learnStatement(judge.schema, each, learning);
      forgive(gone, createdBy(each));
      return findings;
    }),
  );
}

/** ALTER TABLE with several commands as one for each, because each builds on what the one before has done. */
function commandByCommand(node: Node): Node[] {
  const alter = bodyOf(node, 'AlterTableStmt');
  if (!alter?.cmds) return [node];
  return alter.cmds.map((command) => ({ AlterTableStmt: { ...alter, cmds: [command] } }));
}

function transactionAfter(node: Node, now: Judging['transaction']): Judging['transaction'] {
  const kind = bodyOf(node, 'TransactionStmt')?.kind;
  if (kind === 'TRANS_STMT_BEGIN' || kind === 'TRANS_STMT_START') return 'begun';
  const ended = kind === 'TRANS_STMT_COMMIT' || kind === 'TRANS_STMT_ROLLBACK';
  return ended && now === 'begun' ? 'none' : now;
}

/** What was dropped or renamed and stands there again in the same file is hardly missed. */
function forgive(gone: Map<string, Finding[]>, created: string | null): void {
  const findings = created === null ? undefined : gone.get(created);
  if (created === null || !findings) return;
  for (const finding of findings) {
    finding.severity = 'note';
    finding.why =
      'It is made anew under its name in the same file; the old release works on if its columns or arguments stay.';
    finding.recipe = [];
  }
  gone.delete(created);
}

const included = (line: number): Finding => ({
  rule: opaqueRule,
  statement: 'a command to psql',
  line,
  severity: 'note',
  why: 'What psql brings in from elsewhere cannot be read from the file: nobody has judged it.',
  recipe: [],
});

/** Severe ones first to stay, in the order of the file. */
function fewEnough(findings: readonly Finding[]): Finding[] {
  if (findings.length <= mostFindings) return [...findings];
  const severe = findings.filter(({ severity }) => severity !== 'note');
  const notes = findings.filter(({ severity }) => severity === 'note');
  const kept = new Set([...severe, ...notes].slice(0, mostFindings));
  return findings.filter((finding) => kept.has(finding));
}
