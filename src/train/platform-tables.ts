import { changed, row, rows, sql, type Queryable } from '../db/pool.ts';
import type { TrainSettings } from './train.ts';

/** A green commit of the main branch that waits for its train. */
export interface Waiting {
  push: string;
  appId: string;
  app: string;
  commit: string;
  /** The train section of its file. */
  settings: TrainSettings;
  greenAt: Date;
}

const columns = sql.raw(
  `w.push_id as push, w.app_id as "appId", a.name as app, w.commit, w.settings, w.green_at as "greenAt"`,
);
const from = sql.raw('platform w join apps a on a.id = w.app_id join pushes p on p.id = w.push_id');

export const platform = {
  /** False: it was there. */
  add: async (tx: Queryable, waiting: Omit<Waiting, 'app'>): Promise<boolean> =>
    (await changed(
      tx,
      sql`insert into platform (push_id, app_id, commit, settings, green_at)
          values (${waiting.push}, ${waiting.appId}, ${waiting.commit}, ${JSON.stringify(waiting.settings)}::jsonb,
            ${waiting.greenAt})
          on conflict do nothing`,
    )) > 0,
  /** The newest commit of each app, by when it was pushed: its file has the timetable. */
  newestOfAll: (db: Queryable) =>
    rows<Waiting>(
      db,
      sql`select distinct on (w.app_id) ${columns} from ${from}
          where a.removed_at is null order by w.app_id, p.at desc`,
    ),
  /** The newest that was green at that time, by when it was pushed. */
  newest: (db: Queryable, appId: string, greenAt: Date) =>
    row<Waiting>(
      db,
      sql`select ${columns} from ${from}
          where w.app_id = ${appId} and w.green_at <= ${greenAt} order by p.at desc limit 1`,
    ),
  /** Pushes of the main branch that may still become green, newest first. */
  notYet: (db: Queryable, appId: string, mainBranch: string) =>
    rows<{ commit: string; by: string }>(
      db,
      sql`select p.commit, p.by from pushes p
          where p.app_id = ${appId} and p.branch = ${mainBranch} and p.target is null and p.ended_at is null
            and p.candidate_id is null order by p.at desc limit 50`,
    ),
  /** What was pushed before this has left with it, and is never asked for again. */
  leaveBehind: (tx: Queryable, appId: string, push: string) =>
    changed(
      tx,
      sql`delete from platform w using pushes older, pushes boarded
          where w.app_id = ${appId} and older.id = w.push_id and boarded.id = ${push}
            and older.at < boarded.at`,
    ),
  /** The app leaves by train no more. */
  clear: (db: Queryable, appId: string) =>
    changed(db, sql`delete from platform where app_id = ${appId}`),
  /** All but the newest of each app. */
  forget: (db: Queryable, before: Date) =>
    changed(
      db,
      sql`delete from platform w where green_at < ${before} and exists (
            select from platform newer where newer.app_id = w.app_id and newer.green_at > w.green_at)`,
    ),
};
