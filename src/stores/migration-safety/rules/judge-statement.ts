import type { Node, RangeVar } from 'libpg-query';
import { isFreshTable } from '../known-schema.ts';
import { opaqueRule } from '../migration-judgement.ts';
import { type Body, bodyOf, nameOf, nameOfParts, type Tag } from '../names-in-syntax.ts';
import { judgeAlterTable } from './alter-table.ts';
import { judgeCreateIndex, judgeReindex } from './create-index.ts';
import { judgeDrop } from './drop.ts';
import { judgeRename, judgeSetSchema } from './rename.ts';
import { judgeOwner, judgeRevoke, judgeRevokeRole } from './rights.ts';
import { judgeRows, judgeTruncate } from './rows.ts';
import { type Judging, note, type Suspicion, waiverLine } from './suspicion.ts';
import { judgeDomain, judgeEnum } from './types-and-enums.ts';
import { judgeCluster, judgeLock, judgeRefresh, judgeVacuum } from './whole-table.ts';

/** What the running release, or its users, may feel of one statement. The order of the findings means nothing. */
export function judgeStatement(judging: Judging, node: Node): Suspicion[] {
  const [tag] = Object.keys(node) as Tag[];
  const rule = tag && (rules[tag] as Rule<typeof tag> | undefined);
  return rule ? rule(judging, bodyOf(node, tag) as never) : judgeRows(judging, node);
}

type Rule<Kind extends Tag> = (judging: Judging, statement: Body<Kind>) => Suspicion[];

const rules: { [Kind in Tag]?: Rule<Kind> } = {
  AlterTableStmt: judgeAlterTable,
  DropStmt: judgeDrop,
  RenameStmt: judgeRename,
  AlterObjectSchemaStmt: judgeSetSchema,
  IndexStmt: judgeCreateIndex,
  ReindexStmt: judgeReindex,
  TruncateStmt: judgeTruncate,
  AlterEnumStmt: judgeEnum,
  AlterDomainStmt: judgeDomain,
  LockStmt: judgeLock,
  VacuumStmt: judgeVacuum,
  ClusterStmt: judgeCluster,
  RefreshMatViewStmt: judgeRefresh,
  GrantStmt: judgeRevoke,
  GrantRoleStmt: judgeRevokeRole,
  AlterOwnerStmt: judgeOwner,
  DropOwnedStmt: () => [gone('everything that a role owns')],
  DropRoleStmt: () => [gone('a role')],
  DropdbStmt: (_, { dbname = '' }) => [gone(`the database ${dbname}`)],
  DoStmt: () => opaque('What a DO block does'),
  CallStmt: (_, { funccall }) =>
    opaque(`What the procedure ${nameOfParts(funccall?.funcname)} does`),
  ExecuteStmt: (_, { name = '' }) => opaque(`What the prepared statement ${name} does`),
  CreateTrigStmt: (judging, { relation, trigname = '' }) => alsoRuns(judging, relation, trigname),
  RuleStmt: (judging, { relation, rulename = '' }) => alsoRuns(judging, relation, rulename),
};

function alsoRuns({ schema }: Judging, relation: RangeVar | undefined, name: string): Suspicion[] {
  const table = nameOf(relation);
  if (isFreshTable(schema, table)) return [];
  return note('create-trigger', `${name} also runs for what the old release does with ${table}.`);
}

const opaque = (what: string): Suspicion[] =>
  note(opaqueRule, `${what} cannot be read from the file: nobody has judged it.`);

const gone = (what: string): Suspicion => ({
  rule: 'drop-owned',
  severity: 'breaks old release',
  why: `The old release may still need ${what}.`,
  recipe: [
    'expand: ship a release that no longer needs it',
    `contract: in a later release drop it, with ${waiverLine}`,
  ],
});
