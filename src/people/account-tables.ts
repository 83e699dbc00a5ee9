import { changed, row, rows, sql, type Queryable } from '../db/pool.ts';
import type { ChatAccount } from './person.ts';

/** Codes that prove a chat account. `hash` is all that is kept of one. */
export const accountCodes = {
  /** Those that cannot be used any more go, and the oldest of those that can, down to `most`. */
  tidy: (tx: Queryable, person: string, { now, most }: { now: Date; most: number }) =>
    changed(
      tx,
      sql`delete from account_codes where person_id = ${person} and hash not in (
            select hash from account_codes
            where person_id = ${person} and used_at is null and expires_at > ${now}
            order by made_at desc, hash limit ${most})`,
    ),
  add: (tx: Queryable, of: { hash: Buffer; person: string; at: Date; expiresAt: Date }) =>
    changed(
      tx,
      sql`insert into account_codes (hash, person_id, made_at, expires_at)
          values (${of.hash}, ${of.person}, ${of.at}, ${of.expiresAt})`,
    ),
  ownerOf: (db: Queryable, hash: Buffer) =>
    row<{ person: string }>(
      db,
      sql`select person_id as person from account_codes where hash = ${hash}`,
    ),
  /** False: it is unknown, used or too old. One of several who try at once has it. */
  use: async (tx: Queryable, hash: Buffer, now: Date) =>
    (await changed(
      tx,
      sql`update account_codes set used_at = ${now}
          where hash = ${hash} and used_at is null and expires_at > ${now}`,
    )) > 0,
};

export const accountTries = {
  /** One try of an account after the other, until the transaction ends. */
  take: (tx: Queryable, { network, account }: ChatAccount) =>
    sql`select pg_advisory_xact_lock(hashtext('signalbox.account-try'), hashtext(${`${network} ${account}`}))`.execute(
      tx,
    ),
  /** How many were wrong since then. */
  wrongSince: async (tx: Queryable, { network, account }: ChatAccount, since: Date) =>
    (
      await row<{ count: number }>(
        tx,
        sql`select count(*) as count from account_tries
            where network = ${network} and account = ${account} and at > ${since}`,
      )
    )?.count ?? 0,
  /** Those from before `since` are forgotten. */
  async addWrong(
    tx: Queryable,
    { network, account }: ChatAccount,
    { at, since }: { at: Date; since: Date },
  ): Promise<void> {
    // Whoever else tidies up at the moment is not waited for.
    await changed(
      tx,
      sql`delete from account_tries where id in (
            select id from account_tries where at <= ${since} for update skip locked)`,
    );
    await changed(
      tx,
      sql`insert into account_tries (network, account, at) values (${network}, ${account}, ${at})`,
    );
  },
};

export const personAccounts = {
  /** Whose it is now, and nobody else's. */
  put: (tx: Queryable, person: string, of: ChatAccount & { at: Date }) =>
    changed(
      tx,
      sql`insert into person_accounts (network, account, person_id, verified_at)
          values (${of.network}, ${of.account}, ${person}, ${of.at})
          on conflict (network, account)
          do update set person_id = excluded.person_id, verified_at = excluded.verified_at`,
    ),
  /** Those that were theirs; `account` null: all of the network. */
  drop: (tx: Queryable, person: string, of: { network: string; account: string | null }) =>
    rows<ChatAccount>(
      tx,
      sql`delete from person_accounts where person_id = ${person} and network = ${of.network}
            and (${of.account}::text is null or account = ${of.account})
          returning network, account`,
    ),
};

/** For what is said in chat: no endpoint writes it down. */
export const noteInAudit = (
  tx: Queryable,
  of: { actor: string; action: string; subject: string; details: object; at: Date },
) =>
  changed(
    tx,
    sql`insert into audit (at, actor, action, subject, details)
        values (${of.at}, ${of.actor}, ${of.action}, ${of.subject}, ${JSON.stringify(of.details)}::jsonb)`,
  );
