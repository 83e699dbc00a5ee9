import type { ClusterStmt, LockStmt, RefreshMatViewStmt, VacuumStmt } from 'libpg-query';
import { isFreshTable } from '../known-schema.ts';
import { bodyOf, nameOf } from '../names-in-syntax.ts';
import { type Judging, longLock, note, type Suspicion } from './suspicion.ts';

// From SHARE on, writers wait.
const share = 5;

/** LOCK TABLE in a mode that lets others wait. */
export function judgeLock(judging: Judging, { relations, mode = 8 }: LockStmt): Suspicion[] {
  if (mode < share) return [];
  return (relations ?? []).flatMap((node) => {
    const table = nameOf(bodyOf(node, 'RangeVar'));
    if (isFreshTable(judging.schema, table)) return [];
    const held = longLock(judging, table, {
      rule: 'lock-table',
      why: 'whoever needs it waits until the transaction is over.',
      recipe: [
        'leave the lock out: each statement takes what it needs, only for as long as it needs it',
      ],
    });
    return held.length > 0
      ? held
      : note('lock-table', `Whoever needs ${table} waits until the transaction is over.`);
  });
}

/** VACUUM FULL. */
export function judgeVacuum(judging: Judging, { options, rels }: VacuumStmt): Suspicion[] {
  const isFull = (options ?? []).some((node) => bodyOf(node, 'DefElem')?.defname === 'full');
  if (!isFull) return [];
  const tables = (rels ?? []).map((node) => nameOf(bodyOf(node, 'VacuumRelation')?.relation));
  return rewritten(judging, tables, 'VACUUM FULL');
}

/** CLUSTER. */
export function judgeCluster(judging: Judging, { relation }: ClusterStmt): Suspicion[] {
  return rewritten(judging, relation ? [nameOf(relation)] : [], 'CLUSTER');
}

/** REFRESH MATERIALIZED VIEW. */
export function judgeRefresh(judging: Judging, statement: RefreshMatViewStmt): Suspicion[] {
  if (statement.concurrent) return [];
  return longLock(judging, nameOf(statement.relation), {
    rule: 'refresh-not-concurrently',
    why: 'nobody can read it while it is filled.',
    recipe: ['give it a unique index, then REFRESH MATERIALIZED VIEW CONCURRENTLY'],
  });
}

/** No names: every table of the database. */
function rewritten(judging: Judging, names: readonly string[], statement: string): Suspicion[] {
  const tables = names.length > 0 ? names : [...judging.facts.keys()];
  const found = tables.flatMap((table) =>
    longLock(judging, table, {
      rule: 'rewrite-table',
      why: `${statement} writes it anew while nobody can use it.`,
      recipe: [
        'leave it to autovacuum; where space must come back, rewrite online with a tool such as pg_repack',
      ],
    }),
  );
  return names.length > 0 ? found : found.slice(0, 1);
}
