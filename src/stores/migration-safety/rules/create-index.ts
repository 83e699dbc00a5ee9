import type { IndexStmt, ReindexStmt } from 'libpg-query';
import { bodyOf, nameOf } from '../names-in-syntax.ts';
import { isFreshTable } from '../known-schema.ts';
import { type Judging, longLock, note, type Suspicion } from './suspicion.ts';

/** CREATE INDEX on a table that the running release uses. */
export function judgeCreateIndex(judging: Judging, statement: IndexStmt): Suspicion[] {
  const table = nameOf(statement.relation);
  if (isFreshTable(judging.schema, table)) return [];
  const slow = statement.concurrent
    ? outsideTransaction(judging)
    : longLock(judging, table, {
        rule: 'index-not-concurrently',
        why: 'nobody can write to it while the index is built.',
        recipe: [
          'CREATE INDEX CONCURRENTLY in a migration file of its own',
          'tell your tool to run that file outside a transaction',
        ],
      });
  const unique = note(
    'unique-index',
    `What the old release writes to ${table} must be unique from now on.`,
  );
  return [...slow, ...(statement.unique && slow.length === 0 ? unique : [])];
}

/** REINDEX of a table. */
export function judgeReindex(judging: Judging, statement: ReindexStmt): Suspicion[] {
  const concurrently = (statement.params ?? []).some(
    (node) => bodyOf(node, 'DefElem')?.defname === 'concurrently',
  );
  if (concurrently) return outsideTransaction(judging);
  if (statement.kind !== 'REINDEX_OBJECT_TABLE') {
    return note(
      'reindex',
      'Nobody can write to the tables concerned meanwhile; CONCURRENTLY avoids that.',
    );
  }
  return longLock(judging, nameOf(statement.relation), {
    rule: 'reindex',
    why: 'nobody can write to it while its indexes are built.',
    recipe: ['REINDEX (CONCURRENTLY) in a migration file of its own, outside a transaction'],
  });
}

function outsideTransaction({ transaction }: Judging): Suspicion[] {
  if (transaction === 'none') return [];
  const why =
    transaction === 'begun'
      ? 'PostgreSQL refuses CONCURRENTLY inside a transaction, and this file has begun one.'
      : 'PostgreSQL refuses CONCURRENTLY inside a transaction, and many tools run a file in one.';
  return note('concurrently-in-transaction', why, [
    'keep the statement alone in its file and tell your tool to run that file outside a transaction',
  ]);
}
