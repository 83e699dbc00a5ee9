import type { Constraint } from 'libpg-query';
import { isFreshColumn } from '../known-schema.ts';
import { columnRequiredBy } from '../learn-statement.ts';
import { nameOf, stringsOf } from '../names-in-syntax.ts';
import { judgeRequired } from './alter-column.ts';
import { type Judging, longLock, note, type Suspicion } from './suspicion.ts';

/** ALTER TABLE … ADD CONSTRAINT on a table that the running release uses. */
export function judgeAddConstraint(judging: Judging, table: string, made: Constraint): Suspicion[] {
  const column = columnRequiredBy(made);
  const required = column === null ? [] : judgeRequired(judging, { table, column });
  const locks = lockOf(judging, table, made);
  if (required.length > 0 || locks.length > 0) return [...required, ...locks];
  return column === null && !concernsFreshColumnsOnly(judging, table, made)
    ? note(
        'add-constraint',
        `What the old release writes to ${table} must keep this constraint too.`,
      )
    : [];
}

/** VALIDATE CONSTRAINT: harmless, unless the transaction still holds the lock of adding it. */
export function judgeValidate(judging: Judging, table: string, constraint: string): Suspicion[] {
  const held = judging.schema.unvalidated.has(`${table}:${constraint}`);
  if (!held || judging.transaction === 'none') return [];
  return longLock(judging, table, {
    rule: 'validate-in-one-transaction',
    why: 'the lock of adding the constraint is held while every row is checked.',
    recipe: ['put VALIDATE CONSTRAINT into a migration file of its own, which runs after this one'],
  });
}

function lockOf(judging: Judging, table: string, made: Constraint): Suspicion[] {
  switch (made.contype) {
    case 'CONSTR_PRIMARY':
    case 'CONSTR_UNIQUE':
      return made.indexname ? [] : longLock(judging, table, byIndex(table, made));
    case 'CONSTR_EXCLUSION':
      return longLock(judging, table, {
        rule: 'add-exclusion',
        why: 'its index is built while nobody can use the table, and there is no other way.',
        recipe: [
          'make a new table with the constraint and move to it in steps, or do this at a quiet time',
        ],
      });
    case 'CONSTR_CHECK':
    case 'CONSTR_NOTNULL':
      return made.skip_validation ? [] : longLock(judging, table, notValid('is scanned'));
    case 'CONSTR_FOREIGN':
      return made.skip_validation ? [] : bothSides(judging, table, made);
    default:
      return [];
  }
}

const byIndex = (table: string, { conname = 'NAME', contype, keys }: Constraint) => ({
  rule: 'add-unique',
  why: 'its index is built while nobody can use the table.',
  recipe: [
    `CREATE UNIQUE INDEX CONCURRENTLY ${conname} ON ${table} (${stringsOf(keys).join(', ')}), outside a transaction`,
    `then ADD CONSTRAINT ${conname} ${contype === 'CONSTR_PRIMARY' ? 'PRIMARY KEY' : 'UNIQUE'} USING INDEX ${conname}`,
  ],
});

function bothSides(judging: Judging, table: string, { pktable }: Constraint): Suspicion[] {
  const own = longLock(judging, table, notValid('is compared with the other table'));
  return own.length > 0 ? own : longLock(judging, nameOf(pktable), notValid('is read'));
}

const notValid = (what: string) => ({
  rule: 'add-constraint-not-valid',
  why: `it ${what} while nobody can write.`,
  recipe: [
    'add the constraint with NOT VALID: from then on new rows are checked',
    'then VALIDATE CONSTRAINT in a migration file of its own: old rows are checked, and nobody waits',
  ],
});

function concernsFreshColumnsOnly({ schema }: Judging, table: string, made: Constraint): boolean {
  const columns = stringsOf(made.contype === 'CONSTR_FOREIGN' ? made.fk_attrs : made.keys);
  return columns.length > 0 && columns.every((column) => isFreshColumn(schema, table, column));
}
