import type { ColumnType } from './column-type.ts';

/** What the migrations read so far say about a column. */
export interface KnownColumn {
  /** The running release cannot know it yet. */
  fresh: boolean;
  type: ColumnType | null;
  notNull: boolean;
  hasDefault: boolean;
}

export interface KnownTable {
  fresh: boolean;
  /** What the target calls it, before pending migrations rename it. */
  was: string;
  columns: Map<string, KnownColumn>;
  /** Constraints of the form CHECK (column IS NOT NULL). */
  notNullChecks: Map<string, { column: string; validated: boolean }>;
}

export interface KnownSchema {
  tables: Map<string, KnownTable>;
  /** Other objects that only pending migrations make, as `kind:name`. */
  fresh: Set<string>;
  /** Constraints added NOT VALID by the transaction that is going on, as `table:constraint`. */
  unvalidated: Set<string>;
}

export const emptySchema = (): KnownSchema => ({
  tables: new Map(),
  fresh: new Set(),
  unvalidated: new Set(),
});

/** The table, known from now on; `fresh` counts only for one that was not known before. */
export function knownTable(schema: KnownSchema, name: string, fresh = false): KnownTable {
  const known = schema.tables.get(name);
  if (known) return known;
  const table = { fresh, was: name, columns: new Map(), notNullChecks: new Map() };
  schema.tables.set(name, table);
  return table;
}

export function isFreshTable(schema: KnownSchema, table: string): boolean {
  return schema.tables.get(table)?.fresh ?? false;
}

export function knownColumn(
  schema: KnownSchema,
  table: string,
  column: string,
): KnownColumn | undefined {
  return schema.tables.get(table)?.columns.get(column);
}

/** Whether the running release cannot know the column, or anything of its table. */
export function isFreshColumn(schema: KnownSchema, table: string, column: string): boolean {
  return isFreshTable(schema, table) || (knownColumn(schema, table, column)?.fresh ?? false);
}

/** From now on everything known is the running release's world. */
export function settle(schema: KnownSchema): void {
  schema.fresh.clear();
  schema.unvalidated.clear();
  for (const [name, table] of schema.tables) {
    table.fresh = false;
    table.was = name;
    for (const column of table.columns.values()) column.fresh = false;
  }
}
