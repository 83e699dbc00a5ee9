import type { AlterTableCmd, AlterTableStmt } from 'libpg-query';
import { isFreshColumn, isFreshTable } from '../known-schema.ts';
import { type Body, bodyOf, nameOf } from '../names-in-syntax.ts';
import { judgeAddColumn } from './add-column.ts';
import { judgeAddConstraint, judgeValidate } from './add-constraint.ts';
import { judgeDefault, judgeRequired, judgeType } from './alter-column.ts';
import { type Judging, longLock, note, type Suspicion, waiverLine } from './suspicion.ts';

/** ALTER TABLE, VIEW and TYPE with one command; the caller takes several apart. */
export function judgeAlterTable(judging: Judging, statement: AlterTableStmt): Suspicion[] {
  const table = nameOf(statement.relation);
  const { schema } = judging;
  const made = schema.fresh.has(`relation:${table}`) || schema.fresh.has(`type:${table}`);
  if (made || isFreshTable(schema, table)) return [];
  return (statement.cmds ?? []).flatMap((node) => {
    const command = bodyOf(node, 'AlterTableCmd');
    return command ? judgeCommand(judging, table, command) : [];
  });
}

function judgeCommand(judging: Judging, table: string, command: AlterTableCmd): Suspicion[] {
  const { subtype, name = '', def } = command;
  const ofColumn = { table, column: name, def };
  const isFresh = isFreshColumn(judging.schema, table, name);
  switch (subtype) {
    case 'AT_AddColumn':
      return judgeAddColumn(judging, table, bodyOf(def, 'ColumnDef') ?? {});
    case 'AT_DropColumn':
      return isFresh ? [] : dropColumn(table, name);
    case 'AT_SetNotNull':
      return judgeRequired(judging, ofColumn);
    case 'AT_DropNotNull':
      return isFresh ? [] : mayBeNull(table, name);
    case 'AT_ColumnDefault':
    case 'AT_DropIdentity':
      return judgeDefault(judging, ofColumn);
    case 'AT_AlterColumnType':
      return isFresh ? [] : judgeType(judging, ofColumn);
    case 'AT_AddConstraint':
      return judgeAddConstraint(judging, table, bodyOf(def, 'Constraint') ?? {});
    case 'AT_ValidateConstraint':
      return judgeValidate(judging, table, name);
    default:
      return judgeWholeTable(judging, table, command);
  }
}

function judgeWholeTable(
  judging: Judging,
  table: string,
  { subtype, def }: AlterTableCmd,
): Suspicion[] {
  switch (subtype) {
    case 'AT_SetLogged':
    case 'AT_SetUnLogged':
    case 'AT_SetTableSpace':
    case 'AT_SetAccessMethod':
    case 'AT_SetExpression':
      return longLock(judging, table, {
        rule: 'rewrite-table',
        why: 'it is written anew while nobody can use it.',
        recipe: [
          'make a new table as it should be, fill it in batches, and move to it by releases',
        ],
      });
    case 'AT_AttachPartition':
      return attach(judging, bodyOf(def, 'PartitionCmd'));
    case 'AT_DetachPartition':
      return note('detach-partition', `The old release no longer finds these rows in ${table}.`);
    case 'AT_ForceRowSecurity':
      return [rowsHidden(table)];
    case 'AT_EnableRowSecurity':
      return note(
        'row-security',
        `Whoever does not own ${table} sees only what its policies show.`,
      );
    case 'AT_ChangeOwner':
      return note('change-owner', `The login of the old release may lose its rights on ${table}.`);
    default:
      return [];
  }
}

const dropColumn = (table: string, column: string): Suspicion[] => [
  {
    rule: 'drop-column',
    severity: 'breaks old release',
    why: `The old release still reads or writes ${table}.${column}; many libraries name every column they know.`,
    recipe: [
      `expand: ship a release that neither reads nor writes ${column}; give it a default or DROP NOT NULL, so that its inserts work`,
      'migrate: let that release run everywhere, for as long as you may want to roll back',
      `contract: in a later release drop ${column}, with ${waiverLine}`,
    ],
  },
];

const mayBeNull = (table: string, column: string): Suspicion[] =>
  note(
    'drop-not-null',
    `The old release may meet nulls in ${table}.${column} that it has never seen.`,
  );

const rowsHidden = (table: string): Suspicion => ({
  rule: 'row-security',
  severity: 'breaks old release',
  why: `From now on policies decide for the owner too which rows of ${table} the old release sees.`,
  recipe: [
    'expand: ship a release that sets what the policies look at',
    `contract: in a later release FORCE ROW LEVEL SECURITY, with ${waiverLine}`,
  ],
});

function attach(judging: Judging, command: Body<'PartitionCmd'> | undefined): Suspicion[] {
  return longLock(judging, nameOf(command?.name), {
    rule: 'attach-partition',
    why: 'every row is checked while nobody can use it.',
    recipe: [
      'add a CHECK constraint NOT VALID that says the same as the partition’s bounds',
      'VALIDATE it in a file of its own, then ATTACH PARTITION: nothing is scanned',
    ],
  });
}
