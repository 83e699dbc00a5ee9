import type { ColumnDef, Constraint, Node, RenameStmt } from 'libpg-query';
import { columnType, countsUp } from './column-type.ts';
import { type KnownColumn, knownTable, type KnownSchema } from './known-schema.ts';
import {
  type Body,
  bodyOf,
  nameOf,
  nameOfObject,
  nameOfParts,
  stringsOf,
} from './names-in-syntax.ts';
import { objectKind } from './object-kind.ts';

/** Whether the statement belongs to the running release's world already, and which tables the target has. */
export interface Learning {
  fresh: boolean;
  onTarget(table: string): boolean;
}

/** Notes in the schema what a statement makes, changes and drops. */
export function learnStatement(schema: KnownSchema, node: Node, learning: Learning): void {
  const created = createdBy(node);
  if (created && learning.fresh) schema.fresh.add(created);
  learnTable(schema, node, learning);
  const alter = bodyOf(node, 'AlterTableStmt');
  const table = nameOf(alter?.relation);
  for (const each of alter?.cmds ?? []) {
    const command = bodyOf(each, 'AlterTableCmd');
    if (command) learnCommand(schema, table, command, learning.fresh);
  }
  const rename = bodyOf(node, 'RenameStmt');
  if (rename) learnRename(schema, rename);
  const drop = bodyOf(node, 'DropStmt');
  if (drop) learnDrop(schema, drop);
  if (bodyOf(node, 'TransactionStmt')?.kind === 'TRANS_STMT_COMMIT') schema.unvalidated.clear();
}

/** What a statement makes besides plain tables, as `space:name`; null for all others. */
export function createdBy(node: Node): string | null {
  const view = bodyOf(node, 'ViewStmt');
  if (view) return `relation:${nameOf(view.view)}`;
  const as = bodyOf(node, 'CreateTableAsStmt');
  if (as?.objtype === 'OBJECT_MATVIEW') return `relation:${nameOf(as.into?.rel)}`;
  const sequence = bodyOf(node, 'CreateSeqStmt');
  if (sequence) return `relation:${nameOf(sequence.sequence)}`;
  const routine = bodyOf(node, 'CreateFunctionStmt');
  if (routine) return `routine:${nameOfParts(routine.funcname)}`;
  const schema = bodyOf(node, 'CreateSchemaStmt');
  if (schema) return `schema:${schema.schemaname ?? ''}`;
  const type = typeMadeBy(node);
  return type === null ? null : `type:${type}`;
}

function typeMadeBy(node: Node): string | null {
  const composite = bodyOf(node, 'CompositeTypeStmt');
  if (composite) return nameOf(composite.typevar);
  const listed =
    bodyOf(node, 'CreateEnumStmt')?.typeName ??
    bodyOf(node, 'CreateRangeStmt')?.typeName ??
    bodyOf(node, 'CreateDomainStmt')?.domainname;
  return listed ? nameOfParts(listed) : null;
}

function learnTable(schema: KnownSchema, node: Node, { fresh, onTarget }: Learning): void {
  const create = bodyOf(node, 'CreateStmt');
  const as = bodyOf(node, 'CreateTableAsStmt');
  const into = as ? as.into?.rel : bodyOf(node, 'SelectStmt')?.intoClause?.rel;
  const relation = create?.relation ?? into;
  if (!relation) return;
  const name = nameOf(relation);
  const maybeThere = create?.if_not_exists ?? as?.if_not_exists ?? false;
  const isNew = fresh && !(maybeThere && onTarget(name));
  const table = knownTable(schema, name, isNew);
  for (const element of create?.tableElts ?? []) {
    const column = bodyOf(element, 'ColumnDef');
    if (column?.colname && !table.columns.has(column.colname)) {
      table.columns.set(column.colname, madeColumn(column, isNew));
    }
  }
}

/** A column as its definition has it. */
export function madeColumn(column: ColumnDef, fresh: boolean): KnownColumn {
  const type = columnType(column.typeName);
  const kinds = constraintsOf(column).map(({ contype }) => contype);
  const fills = countsUp.test(type.name) || kinds.some((kind) => kind && fillsItself.has(kind));
  const required = kinds.includes('CONSTR_NOTNULL') || kinds.includes('CONSTR_PRIMARY');
  return { fresh, type, notNull: required, hasDefault: fills };
}

export function constraintsOf(column: ColumnDef): Constraint[] {
  return (column.constraints ?? []).flatMap((node) => bodyOf(node, 'Constraint') ?? []);
}

const fillsItself = new Set(['CONSTR_DEFAULT', 'CONSTR_IDENTITY', 'CONSTR_GENERATED']);

function learnCommand(
  schema: KnownSchema,
  tableName: string,
  { subtype, name = '', def }: Body<'AlterTableCmd'>,
  fresh: boolean,
): void {
  const table = knownTable(schema, tableName);
  const column = table.columns.get(name);
  const definition = bodyOf(def, 'ColumnDef');
  switch (subtype) {
    case 'AT_AddColumn':
      if (definition?.colname) table.columns.set(definition.colname, madeColumn(definition, fresh));
      break;
    case 'AT_DropColumn':
      table.columns.delete(name);
      break;
    case 'AT_ColumnDefault':
      patch(name, { hasDefault: def !== undefined });
      break;
    case 'AT_SetNotNull':
    case 'AT_DropNotNull':
      patch(name, { notNull: subtype === 'AT_SetNotNull' });
      break;
    case 'AT_AlterColumnType':
      patch(name, { type: columnType(definition?.typeName) });
      break;
    case 'AT_AddConstraint':
      learnConstraint(schema, tableName, bodyOf(def, 'Constraint'));
      break;
    case 'AT_ValidateConstraint': {
      const check = table.notNullChecks.get(name);
      if (check) check.validated = true;
      break;
    }
    case 'AT_DropConstraint':
      table.notNullChecks.delete(name);
      break;
    default:
  }

  /** A column that nobody has seen being made is not fresh; its type is unknown. */
  function patch(of: string, changes: Partial<KnownColumn>): void {
    const unseen = { fresh: false, type: null, notNull: false, hasDefault: false };
    table.columns.set(of, { ...unseen, ...column, ...changes });
  }
}

function learnConstraint(
  schema: KnownSchema,
  tableName: string,
  made: Constraint | undefined,
): void {
  const name = made?.conname;
  if (!made || name === undefined) return;
  const validated = made.skip_validation !== true;
  const column = columnRequiredBy(made);
  if (column !== null) {
    knownTable(schema, tableName).notNullChecks.set(name, { column, validated });
  }
  if (!validated) schema.unvalidated.add(`${tableName}:${name}`);
}

/** The column of CHECK (column IS NOT NULL) and of NOT NULL column; null for other constraints. */
export function columnRequiredBy({ contype, raw_expr, keys }: Constraint): string | null {
  if (contype === 'CONSTR_NOTNULL') return stringsOf(keys)[0] ?? null;
  const test = bodyOf(raw_expr, 'NullTest');
  if (contype !== 'CONSTR_CHECK' || test?.nulltesttype !== 'IS_NOT_NULL') return null;
  return stringsOf(bodyOf(test.arg, 'ColumnRef')?.fields).at(-1) ?? null;
}

function learnRename(
  schema: KnownSchema,
  { renameType, relation, subname = '', newname = '' }: RenameStmt,
): void {
  const old = nameOf(relation);
  const table = schema.tables.get(old);
  if (renameType === 'OBJECT_TABLE') {
    const moved = table ?? knownTable(schema, old);
    schema.tables.delete(old);
    schema.tables.set([...old.split('.').slice(0, -1), newname].join('.'), moved);
  }
  const column = table?.columns.get(subname);
  if (renameType === 'OBJECT_COLUMN' && table && column) {
    table.columns.delete(subname);
    table.columns.set(newname, column);
  }
}

function learnDrop(schema: KnownSchema, { objects, removeType }: Body<'DropStmt'>): void {
  const kind = objectKind(removeType);
  for (const name of (objects ?? []).map(nameOfObject)) {
    if (kind) schema.fresh.delete(`${kind.space}:${name}`);
    if (kind?.word === 'table') schema.tables.delete(name);
  }
}
