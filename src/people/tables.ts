import { changed, row, rows, sql, type Queryable } from '../db/pool.ts';
import { newId } from '../kernel/id.ts';
import type { HeldRole } from '../kernel/role.ts';
import type { Person } from './person.ts';

const columns =
  sql.raw(`p.id, p.name, p.role, p.teams, p.added_at as "addedAt", p.removed_at as "removedAt",
  coalesce((select array_agg(e.email order by e.email) from person_emails e where e.person_id = p.id), '{}') as emails,
  coalesce((select jsonb_agg(jsonb_build_object('network', a.network, 'account', a.account) order by a.network, a.account)
    from person_accounts a where a.person_id = p.id), '[]') as accounts`);

/** Those who were removed are found by nothing but `all`. */
export const people = {
  byName: (db: Queryable, name: string) =>
    row<Person>(
      db,
      sql`select ${columns} from people p where p.name = ${name} and p.removed_at is null`,
    ),
  /** Whose commits these are. A commit that was made for somebody here has their name for an address. */
  byEmails: (db: Queryable, emails: readonly string[]) =>
    rows<Person>(
      db,
      sql`select ${columns} from people p where p.removed_at is null and (p.name = any(${[...emails]}) or exists (
            select from person_emails e where e.person_id = p.id and e.email = any(${[...emails]})))
          order by p.name`,
    ),
  byAccount: (db: Queryable, network: string, account: string) =>
    row<Person>(
      db,
      sql`select ${columns} from people p where p.removed_at is null and exists (
            select from person_accounts a where a.person_id = p.id and a.network = ${network}
              and a.account = ${account})`,
    ),
  /** Whose token it is; null: a token without a person. */
  byToken: (db: Queryable, token: string) =>
    row<Person>(
      db,
      sql`select ${columns} from people p join tokens t on t.person_id = p.id
          where t.id = ${token} and p.removed_at is null`,
    ),
  ofTeam: (db: Queryable, team: string) =>
    rows<Person>(
      db,
      sql`select ${columns} from people p where p.removed_at is null and ${team} = any(p.teams)
          order by p.name`,
    ),
  all: (db: Queryable) =>
    rows<Person>(
      db,
      sql`select ${columns} from people p order by p.removed_at is not null, p.name`,
    ),
  /** Whether anybody at all is known. */
  areKnown: async (db: Queryable) =>
    (await row(db, sql`select from people where removed_at is null limit 1`)) !== null,
  /** Nothing about them changes before the transaction ends; null: nobody is called so. */
  lock: (tx: Queryable, name: string) =>
    row<{ id: string }>(
      tx,
      sql`select id from people where name = ${name} and removed_at is null for update`,
    ),
  /** They are still there when the transaction ends. */
  stay: async (tx: Queryable, id: string) =>
    (await row(tx, sql`select from people where id = ${id} and removed_at is null for share`)) !==
    null,
  /** False: somebody is called so. */
  add: async (
    db: Queryable,
    of: { name: string; role: HeldRole; teams: readonly string[]; at: Date },
  ) =>
    (await changed(
      db,
      sql`insert into people (id, name, role, teams, added_at)
          values (${newId()}, ${of.name}, ${of.role}, ${[...new Set(of.teams)].sort()}, ${of.at})
          on conflict (name) where removed_at is null do nothing`,
    )) > 0,
  setRole: (db: Queryable, id: string, role: HeldRole) =>
    changed(db, sql`update people set role = ${role} where id = ${id}`),
  join: (db: Queryable, id: string, team: string) =>
    changed(
      db,
      sql`update people set teams = array(select distinct unnest(teams || ${team}::text) order by 1)
          where id = ${id}`,
    ),
  leave: (db: Queryable, id: string, team: string) =>
    changed(db, sql`update people set teams = array_remove(teams, ${team}) where id = ${id}`),
  /** Nobody finds them any more; their addresses and accounts may be another's. */
  async remove(tx: Queryable, id: string, at: Date): Promise<void> {
    await changed(
      tx,
      sql`update people set removed_at = ${at} where id = ${id} and removed_at is null`,
    );
    await changed(
      tx,
      sql`update tokens set revoked_at = ${at} where person_id = ${id} and revoked_at is null`,
    );
    await changed(tx, sql`delete from person_emails where person_id = ${id}`);
    await changed(tx, sql`delete from person_accounts where person_id = ${id}`);
    await changed(tx, sql`delete from account_codes where person_id = ${id}`);
    // Whoever is called so later has nobody's word.
    await changed(
      tx,
      sql`delete from delegations using people p where p.id = ${id} and p.name in (voter, delegate)`,
    );
  },
};

export const personEmails = {
  /** False: it is somebody's already. */
  add: async (db: Queryable, person: string, of: { email: string; by: string; at: Date }) =>
    (await changed(
      db,
      sql`insert into person_emails (email, person_id, added_by, added_at)
          values (${of.email}, ${person}, ${of.by}, ${of.at}) on conflict (email) do nothing`,
    )) > 0,
  owner: (db: Queryable, email: string) =>
    row<{ id: string; name: string }>(
      db,
      sql`select p.id, p.name from people p join person_emails e on e.person_id = p.id
          where e.email = ${email}`,
    ),
  drop: (db: Queryable, person: string, email: string) =>
    changed(db, sql`delete from person_emails where person_id = ${person} and email = ${email}`),
};
