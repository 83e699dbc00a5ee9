import { row, sql, type Queryable } from '../db/pool.ts';

export const itsEvents = {
  /** Whether the candidate's last word comes after this event; false: it was seen, or is too old to be kept. */
  endsAfter: async (db: Queryable, push: string, after: number): Promise<boolean> =>
    (await row(
      db,
      sql`select id from events where push = ${push} and kind = 'candidate-ended' and id > ${after} limit 1`,
    )) !== null,
};
