import type { AlterObjectSchemaStmt, RenameStmt } from 'libpg-query';
import { isFreshColumn, isFreshTable } from '../known-schema.ts';
import { nameOf, nameOfObject } from '../names-in-syntax.ts';
import { objectKind } from '../object-kind.ts';
import { type Judging, type Suspicion, waiverLine } from './suspicion.ts';

/** RENAME of a table, column, type or anything else that the running release names. */
export function judgeRename(judging: Judging, statement: RenameStmt): Suspicion[] {
  const { renameType, subname = '', newname = '' } = statement;
  const isColumn = renameType === 'OBJECT_COLUMN' || renameType === 'OBJECT_ATTRIBUTE';
  if (!isColumn) return judgeMoved(judging, statement, renameType, newname);
  const table = nameOf(statement.relation);
  if (isFreshColumn(judging.schema, table, subname)) return [];
  return [
    {
      rule: 'rename-column',
      severity: 'breaks old release',
      why: `The old release knows ${table}.${subname} by its old name only.`,
      recipe: [
        `expand: add ${newname} beside ${subname}; ship a release that writes both`,
        `migrate: fill ${newname} in batches; ship a release that reads it`,
        `contract: in a later release drop ${subname}, with ${waiverLine}`,
      ],
    },
  ];
}

/** ALTER … SET SCHEMA: to the running release it is gone like after a rename. */
export function judgeSetSchema(judging: Judging, statement: AlterObjectSchemaStmt): Suspicion[] {
  return judgeMoved(judging, statement, statement.objectType, `${statement.newschema}.…`);
}

function judgeMoved(
  { schema }: Judging,
  { relation, object, subname = '' }: Pick<RenameStmt, 'relation' | 'object' | 'subname'>,
  type: RenameStmt['renameType'],
  to: string,
): Suspicion[] {
  const kind = objectKind(type);
  if (kind === null) return [];
  const name = (relation ? nameOf(relation) : nameOfObject(object)) || subname;
  if (isFreshTable(schema, name) || schema.fresh.has(`${kind.space}:${name}`)) return [];
  return [
    {
      rule: `rename-${kind.word.replaceAll(' ', '-')}`,
      severity: 'breaks old release',
      why: `The old release knows the ${kind.word} ${name} by its old name only.`,
      recipe:
        kind.word === 'table'
          ? [
              `expand: keep ${name}, and CREATE VIEW under the new name; or rename it and CREATE VIEW ${name} over ${to} in the same file`,
              'migrate: ship a release that uses the new name only',
              `contract: in a later release drop the old name, with ${waiverLine}`,
            ]
          : [
              `expand: make ${to} beside ${name}; ship a release that uses it`,
              `contract: in a later release drop ${name}, with ${waiverLine}`,
            ],
      replaceableBy: `${kind.space}:${name}`,
    },
  ];
}
