import { changed, row, rows, sql, type Queryable } from '../db/pool.ts';
import type { Change, Train, TrainState } from './train.ts';

const columns =
  sql.raw(`t.id, t.app_id as "appId", a.name as app, t.number, t.planned_at as "plannedAt", t.settings,
  t.state, t.reason, t.boarded, t.commit, t.push_id as push, t.candidate_id as candidate, t.released_before as "releasedBefore",
  t.departed_at as "departedAt", t.asked_at as "askedAt", t.answers_until as "answersUntil", t.ended_at as "endedAt"`);
const from = sql.raw('trains t join apps a on a.id = t.app_id');

type NewTrain = Pick<
  Train,
  'id' | 'appId' | 'plannedAt' | 'settings' | 'commit' | 'push' | 'releasedBefore' | 'departedAt'
>;

export const trains = {
  /** Departures of one app come one after the other; ends with the transaction. */
  lockDepartures: (tx: Queryable, appId: string) =>
    changed(tx, sql`select pg_advisory_xact_lock(hashtext('trains:' || ${appId}))`),
  /** 0: this departure has had its train, or another one is still under way. */
  add: (tx: Queryable, train: NewTrain) =>
    changed(
      tx,
      sql`insert into trains (id, app_id, number, planned_at, settings, state, boarded, commit, push_id, released_before, departed_at)
          select ${train.id}, ${train.appId}, coalesce(max(number), 0) + 1, ${train.plannedAt},
            ${JSON.stringify(train.settings)}::jsonb, 'travelling', ${train.commit}, ${train.commit}, ${train.push},
            ${train.releasedBefore}, ${train.departedAt}
          from trains where app_id = ${train.appId}
          on conflict do nothing`,
    ),
  get: (db: Queryable, id: string) =>
    row<Train>(db, sql`select ${columns} from ${from} where t.id = ${id}`),
  /** Locks its row until the transaction ends: votes, holds and its departure for production come one after the other. */
  lock: (tx: Queryable, id: string) =>
    row<Train>(tx, sql`select ${columns} from ${from} where t.id = ${id} for update of t`),
  open: (db: Queryable, appId: string) =>
    row<Train>(
      db,
      sql`select ${columns} from ${from} where t.app_id = ${appId} and t.ended_at is null`,
    ),
  allOpen: (db: Queryable) =>
    rows<Train>(db, sql`select ${columns} from ${from} where t.ended_at is null order by t.id`),
  byNumber: (db: Queryable, appId: string, number: number) =>
    row<Train>(
      db,
      sql`select ${columns} from ${from} where t.app_id = ${appId} and t.number = ${number}`,
    ),
  /** Newest first. */
  recent: (db: Queryable, appId: string, limit: number) =>
    rows<Train>(
      db,
      sql`select ${columns} from ${from} where t.app_id = ${appId} order by t.number desc limit ${limit}`,
    ),
  /** The one that brought this commit into production. */
  arrivedWith: (db: Queryable, appId: string, commit: string) =>
    row<Train>(
      db,
      sql`select ${columns} from ${from}
          where t.app_id = ${appId} and t.state = 'arrived' and t.commit = ${commit}
          order by t.number desc limit 1`,
    ),
  ofPush: (db: Queryable, push: string) =>
    row<Train>(db, sql`select ${columns} from ${from} where t.push_id = ${push}`),
  ofCandidate: (db: Queryable, candidate: string) =>
    row<Train>(
      db,
      sql`select ${columns} from ${from} where exists (
            select from train_candidates c where c.train_id = t.id and c.candidate_id = ${candidate})`,
    ),
  /** Says what it does, unless it has ended; whether that is news. */
  say: async (
    db: Queryable,
    id: string,
    now: { state: TrainState; reason: string | null },
  ): Promise<boolean> =>
    (await changed(
      db,
      sql`update trains set state = ${now.state}, reason = ${now.reason}
          where id = ${id} and ended_at is null
            and (state <> ${now.state} or reason is distinct from ${now.reason}::text)`,
    )) > 0,
  /** When time alone may change something. */
  lookAgain: (db: Queryable, id: string, at: Date | null) =>
    changed(db, sql`update trains set look_again_at = ${at} where id = ${id}`),
  /** The authors of the commit it carries are asked, once. */
  ask: async (
    db: Queryable,
    { id, commit }: Pick<Train, 'id' | 'commit'>,
    times: { askedAt: Date; answersUntil: Date },
  ): Promise<boolean> =>
    (await changed(
      db,
      sql`update trains set state = 'asking', asked_at = ${times.askedAt}, answers_until = ${times.answersUntil}
          where id = ${id} and commit = ${commit} and asked_at is null and ended_at is null`,
    )) > 0,
  /** Nobody's time to answer runs out while it is held. */
  answersNotBefore: (tx: Queryable, id: string, until: Date) =>
    changed(
      tx,
      sql`update trains set answers_until = greatest(answers_until, ${until})
          where id = ${id} and answers_until is not null`,
    ),
  /** It carries another commit now, which nobody has been asked about. */
  carry: (db: Queryable, id: string, now: { commit: string; push: string }) =>
    changed(
      db,
      sql`update trains set commit = ${now.commit}, push_id = ${now.push}, candidate_id = null, asked_at = null,
            answers_until = null, look_again_at = null, state = 'travelling', reason = null
          where id = ${id} and ended_at is null`,
    ),
  /** The candidate that takes its commit along; others it had before are none of its any more. */
  takeCandidate: async (
    db: Queryable,
    { id, push }: Pick<Train, 'id' | 'push'>,
    candidate: string,
  ): Promise<void> => {
    // Meanwhile it may carry something else.
    await changed(
      db,
      sql`update trains set candidate_id = ${candidate} where id = ${id} and push_id = ${push}`,
    );
    await changed(
      db,
      sql`insert into train_candidates (train_id, candidate_id) values (${id}, ${candidate}) on conflict do nothing`,
    );
  },
  /** All it ever had. */
  candidates: (db: Queryable, id: string) =>
    rows<{ candidate: string }>(
      db,
      sql`select candidate_id as candidate from train_candidates where train_id = ${id}`,
    ),
  /** The first ending counts; false: it had ended. */
  end: async (
    db: Queryable,
    id: string,
    end: { state: TrainState; reason: string | null; at: Date },
  ): Promise<boolean> =>
    (await changed(
      db,
      sql`update trains set state = ${end.state}, reason = ${end.reason}, ended_at = ${end.at}, look_again_at = null
          where id = ${id} and ended_at is null`,
    )) > 0,
  /** A departure at or after this one has had its train. */
  departedSince: async (db: Queryable, appId: string, plannedAt: Date): Promise<boolean> =>
    (await row(
      db,
      sql`select from trains where app_id = ${appId} and planned_at >= ${plannedAt} limit 1`,
    )) !== null,
  /** That have ended, and one of their candidates goes on. */
  withStrayCandidates: (db: Queryable) =>
    rows<Train>(
      db,
      sql`select ${columns} from ${from}
          where t.ended_at is not null and t.state <> 'arrived' and t.id in (
            select tc.train_id from candidates c join train_candidates tc on tc.candidate_id = c.id
            where c.ended_at is null)`,
    ),
  /** How the push of its commit ended before it became a candidate; null: it did not. */
  buildEnding: (db: Queryable, push: string) =>
    row<{ state: string; reason: string | null; fix: string[] }>(
      db,
      sql`select state, reason, fix from pushes
          where id = ${push} and ended_at is not null and candidate_id is null`,
    ),
  /** For those there is something to see: their time has come, or their candidate has. */
  toWake: (db: Queryable, now: Date) =>
    rows<{ id: string }>(
      db,
      sql`select t.id from trains t left join candidates c on c.id = t.candidate_id
          where t.ended_at is null and (
            t.state <> 'releasing' and t.look_again_at <= ${now} or c.ended_at is not null
            or t.state = 'travelling' and exists (
              select from candidate_stages s where s.candidate_id = c.id and s.approval = 'train' and s.state = 'asking')
            or t.candidate_id is null and exists (
              select from pushes p where p.id = t.push_id and p.ended_at is not null and p.candidate_id is null))`,
    ),
};

const changeColumns =
  sql.raw(`commit, ordinal, number, subject, authors, good_without_asking as "goodWithoutAsking",
  ejected_at as "ejectedAt", ejected_by as "ejectedBy", ejected_why as "ejectedWhy"`);

export const changes = {
  add: (tx: Queryable, train: string, onBoard: readonly Change[]) =>
    changed(
      tx,
      sql`insert into train_changes (train_id, commit, ordinal, number, subject, authors, good_without_asking)
          select ${train}, value ->> 'commit', (value ->> 'ordinal')::int, (value ->> 'number')::int,
            value ->> 'subject', value -> 'authors', value ->> 'goodWithoutAsking'
          from jsonb_array_elements(${JSON.stringify(onBoard)}::jsonb)
          on conflict do nothing`,
    ),
  /** Oldest first; those that were ejected too. */
  of: (db: Queryable, train: string) =>
    rows<Change>(
      db,
      sql`select ${changeColumns} from train_changes where train_id = ${train} order by ordinal`,
    ),
  eject: (
    tx: Queryable,
    of: { train: string; commits: readonly string[] },
    { at, by, why }: { at: Date; by: string; why: string | null },
  ) =>
    changed(
      tx,
      sql`update train_changes set ejected_at = ${at}, ejected_by = ${by}, ejected_why = ${why}
          where train_id = ${of.train} and commit = any(${[...of.commits]}) and ejected_at is null`,
    ),
  /** Where an app's commit was on board, newest train first. */
  ofCommits: (db: Queryable, appId: string, commits: readonly string[]) =>
    rows<{ commit: string; number: number; state: TrainState; ejectedAt: Date | null }>(
      db,
      sql`select c.commit, t.number, t.state, c.ejected_at as "ejectedAt"
          from train_changes c join trains t on t.id = c.train_id
          where t.app_id = ${appId} and c.commit = any(${[...commits]}) order by t.number desc`,
    ),
};
