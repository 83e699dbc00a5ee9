import type { Node, RangeVar, TruncateStmt } from 'libpg-query';
import { isFreshTable } from '../known-schema.ts';
import { bodyOf, nameOf } from '../names-in-syntax.ts';
import {
  type Judging,
  largeTable,
  longLock,
  note,
  type Suspicion,
  waiverLine,
} from './suspicion.ts';

/** UPDATE and DELETE, also inside WITH, on tables that the running release uses. */
export function judgeRows(judging: Judging, node: Node): Suspicion[] {
  const update = bodyOf(node, 'UpdateStmt');
  const removal = bodyOf(node, 'DeleteStmt');
  const own = update
    ? judgeChange(judging, 'update', update)
    : removal
      ? judgeChange(judging, 'delete', removal)
      : [];
  const within = (update ?? removal ?? bodyOf(node, 'SelectStmt') ?? bodyOf(node, 'InsertStmt'))
    ?.withClause?.ctes;
  const inner = (within ?? []).flatMap((each) => {
    const query = bodyOf(each, 'CommonTableExpr')?.ctequery;
    return query ? judgeRows(judging, query) : [];
  });
  return [...own, ...inner];
}

/** TRUNCATE of tables that the running release uses. */
export function judgeTruncate({ schema }: Judging, { relations }: TruncateStmt): Suspicion[] {
  const names = (relations ?? []).map((node) => nameOf(bodyOf(node, 'RangeVar')));
  return names
    .filter((table) => !isFreshTable(schema, table))
    .map((table) => ({
      rule: 'truncate',
      severity: 'breaks old release',
      why: `All rows of ${table} are gone, also for the old release; a rollback does not bring them back.`,
      recipe: [
        'expand: ship a release that does not need these rows',
        `contract: in a later release remove them, with ${waiverLine}`,
      ],
    }));
}

function judgeChange(
  judging: Judging,
  verb: 'update' | 'delete',
  { relation, whereClause }: { relation?: RangeVar; whereClause?: Node },
): Suspicion[] {
  const table = nameOf(relation);
  if (isFreshTable(judging.schema, table)) return [];
  const inBatches = [
    `${verb} some thousand rows at a time, each batch in a transaction of its own, best from a job outside the migration`,
  ];
  if (isEverything(whereClause)) {
    const slow = longLock(judging, table, {
      rule: `${verb}-all-rows`,
      why: `each row stays locked until the ${verb} of all of them is over.`,
      recipe: inBatches,
    });
    if (slow.length > 0 || verb === 'update') return slow;
    return note('delete-all-rows', `All rows of ${table} are gone, also for the old release.`);
  }
  const size = largeTable(judging, table);
  if (size === null) return [];
  const why = `${table} is large (${size}): the rows it meets stay locked until it is over.`;
  return note(`${verb}-rows`, why, inBatches);
}

function isEverything(where: Node | undefined): boolean {
  return where === undefined || bodyOf(where, 'A_Const')?.boolval?.boolval === true;
}
