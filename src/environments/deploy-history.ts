import type { Queryable } from '../db/pool.ts';
import type { Deploy } from './environment.ts';
import { deploys } from './tables.ts';

/** Newest first. */
export const listDeploys = (
  db: Queryable,
  environmentId: string,
  limit: number,
): Promise<Deploy[]> => deploys.of(db, environmentId, limit);

/** null: there is none, or it has not begun. */
export const findDeploy = (db: Queryable, id: string): Promise<Deploy | null> =>
  deploys.get(db, id);
