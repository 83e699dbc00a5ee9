import { changed, row, rows, sql, type Queryable } from '../db/pool.ts';

export interface Vote {
  /** Whose vote it is. */
  voter: string;
  /** Who cast it. */
  by: string;
  answer: 'good' | 'bad';
  /** The commit of the change it is about. */
  change: string | null;
  reason: string | null;
  /** `api`, a chat network's name, or `kept` from the commit before. */
  via: string;
  /** The message's own id there: a message counts once. */
  message: string | null;
  at: Date;
}

export interface Hold {
  by: string;
  reason: string;
  at: Date;
  until: Date;
}

export interface Force {
  by: string;
  reason: string;
  at: Date;
}

export interface Delegation {
  voter: string;
  delegate: string;
  reason: string | null;
  until: Date;
}

/** What a vote is bound to. */
export interface Ballot {
  train: string;
  commit: string;
}

const voteColumns = sql.raw('voter, by, answer, change, reason, via, message, at');

export const votes = {
  /** The newest of each voter. */
  of: (db: Queryable, { train, commit }: Ballot) =>
    rows<Vote>(
      db,
      sql`select distinct on (voter) ${voteColumns} from train_votes
          where train_id = ${train} and commit = ${commit} order by voter, id desc`,
    ),
  /** Every one ever cast, newest first. */
  all: (db: Queryable, train: string) =>
    rows<Vote & { commit: string }>(
      db,
      sql`select commit, ${voteColumns} from train_votes where train_id = ${train} order by id desc`,
    ),
  /** False: this message has been counted before. */
  cast: async (tx: Queryable, { train, commit }: Ballot, vote: Vote): Promise<boolean> =>
    (await changed(
      tx,
      sql`insert into train_votes (train_id, commit, voter, by, answer, change, reason, via, message, at)
          values (${train}, ${commit}, ${vote.voter}, ${vote.by}, ${vote.answer}, ${vote.change}, ${vote.reason},
            ${vote.via}, ${vote.message}, ${vote.at})
          on conflict (train_id, via, message, voter, by) where message is not null do nothing`,
    )) > 0,
  /** Whether this message of theirs was counted, whatever for: others may number theirs alike. */
  heard: (db: Queryable, { via, message, by }: Pick<Vote, 'via' | 'by'> & { message: string }) =>
    row<{ train: string }>(
      db,
      sql`select train_id as train from train_votes
          where via = ${via} and message = ${message} and by = ${by} order by id desc limit 1`,
    ),
};

export const holds = {
  add: (tx: Queryable, train: string, hold: Hold) =>
    changed(
      tx,
      sql`insert into train_holds (train_id, by, reason, at, until)
          values (${train}, ${hold.by}, ${hold.reason}, ${hold.at}, ${hold.until})`,
    ),
  /** Neither lifted nor over. */
  open: (db: Queryable, train: string, now: Date) =>
    rows<Hold>(
      db,
      sql`select by, reason, at, until from train_holds
          where train_id = ${train} and lifted_at is null and until > ${now} order by until desc`,
    ),
  lift: (tx: Queryable, train: string, { by, at }: { by: string; at: Date }) =>
    changed(
      tx,
      sql`update train_holds set lifted_at = ${at}, lifted_by = ${by}
          where train_id = ${train} and lifted_at is null and until > ${at}`,
    ),
};

export const forces = {
  of: (db: Queryable, { train, commit }: Ballot) =>
    rows<Force>(
      db,
      sql`select by, reason, at from train_forces where train_id = ${train} and commit = ${commit} order by at`,
    ),
  /** One a person. */
  add: (tx: Queryable, { train, commit }: Ballot, force: Force) =>
    changed(
      tx,
      sql`insert into train_forces (train_id, commit, by, reason, at)
          values (${train}, ${commit}, ${force.by}, ${force.reason}, ${force.at}) on conflict do nothing`,
    ),
};

export const delegations = {
  open: (db: Queryable, appId: string, now: Date) =>
    rows<Delegation>(
      db,
      sql`select voter, delegate, reason, until from delegations
          where app_id = ${appId} and until > ${now} order by voter, delegate`,
    ),
  put: (tx: Queryable, appId: string, delegation: Delegation & { at: Date }) =>
    changed(
      tx,
      sql`insert into delegations (app_id, voter, delegate, reason, at, until)
          values (${appId}, ${delegation.voter}, ${delegation.delegate}, ${delegation.reason}, ${delegation.at}, ${delegation.until})
          on conflict (app_id, voter, delegate) do update set reason = excluded.reason, at = excluded.at, until = excluded.until`,
    ),
};

export const reminders = {
  sent: (db: Queryable, { train, commit }: Ballot) =>
    rows<{ which: Reminder }>(
      db,
      sql`select which from train_reminders where train_id = ${train} and commit = ${commit}`,
    ),
  /** False: it was sent before. */
  add: async (
    tx: Queryable,
    { train, commit }: Ballot,
    { which, at }: { which: Reminder; at: Date },
  ): Promise<boolean> =>
    (await changed(
      tx,
      sql`insert into train_reminders (train_id, commit, which, at)
          values (${train}, ${commit}, ${which}, ${at}) on conflict do nothing`,
    )) > 0,
};

export type Reminder = 'half time' | 'ten minutes';
