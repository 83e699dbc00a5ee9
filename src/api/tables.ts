import { row, rows, sql, type Queryable } from '../db/pool.ts';
import { newId } from '../kernel/id.ts';
import type { Audit } from './audit.ts';
import { lowerRole } from '../kernel/role.ts';
import { unknownPerson } from '../people/find-person.ts';
import type { TokenRole } from './contract/endpoint.ts';
import type { Actor } from './handlers.ts';
import { hashToken, newToken } from './token.ts';

export interface TokenRow {
  id: string;
  name: string;
  /** What it opens now: no more than its person may do. */
  role: TokenRole;
  /** Whose it is. Absent: nobody's. */
  person?: string;
  createdAt: Date;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
}

/** A token as it is stored beside its person, if it is somebody's. */
export interface TokenHolder {
  id: string;
  name: string;
  role: TokenRole;
  person: string | null;
  personRole: TokenRole | null;
}

interface StoredToken extends Omit<TokenRow, 'person'> {
  person: string | null;
  personRole: TokenRole | null;
}

const tokens = sql`tokens t left join people p on p.id = t.person_id`;
const tokenColumns = sql`t.id, t.name, t.role, p.name as person, p.role as "personRole",
  t.created_at as "createdAt", t.last_used_at as "lastUsedAt", t.revoked_at as "revokedAt"`;

const tokenRow = ({ person, personRole, ...token }: StoredToken): TokenRow =>
  person === null || personRole === null
    ? token
    : { ...token, role: lowerRole(token.role, personRole), person };

/**
 * The token itself is nowhere else but in this answer. `person`: whose it is, absent: nobody's. Refuses with
 * `person/unknown`.
 */
export async function createToken(
  db: Queryable,
  { name, role, person }: { name: string; role: TokenRole; person?: string | undefined },
): Promise<TokenRow & { token: string }> {
  const token = newToken();
  const [id, hash] = [newId(), hashToken(token)];
  // Whoever is being removed at the moment is waited for: a token made too late would open for nobody known.
  const owner =
    person === undefined
      ? sql`select null::text as id`
      : sql`select id from people where name = ${person} and removed_at is null for share`;
  const made = await row(
    db,
    sql`insert into tokens (id, name, hash, role, person_id)
        select ${id}, ${name}, ${hash}, ${role}, owner.id from (${owner}) owner returning id`,
  );
  if (!made) throw unknownPerson(person ?? '');
  const stored = await findToken(db, id);
  if (!stored) throw new Error('insert returned no row');
  return { ...stored, token };
}

export async function listTokens(db: Queryable): Promise<TokenRow[]> {
  const all = await rows<StoredToken>(
    db,
    sql`select ${tokenColumns} from ${tokens} order by t.created_at`,
  );
  return all.map(tokenRow);
}

/** Opens nothing any more when it resolves; null: there is no such token. Repeatable. */
export async function revokeToken(db: Queryable, id: string): Promise<TokenRow | null> {
  await sql`update tokens set revoked_at = coalesce(revoked_at, now()) where id = ${id}`.execute(
    db,
  );
  return findToken(db, id);
}

/** null: there is no such token. */
export async function findToken(db: Queryable, id: string): Promise<TokenRow | null> {
  const found = await row<StoredToken>(
    db,
    sql`select ${tokenColumns} from ${tokens} where t.id = ${id}`,
  );
  return found && tokenRow(found);
}

/**
 * Whose token it is, and what it opens now: no more than its person may do. Its last use is noted at most once a minute,
 * so that reading does not mean writing.
 */
export async function authenticate(db: Queryable, token: string): Promise<Actor | null> {
  const found = await row<TokenHolder & { stale: boolean }>(
    db,
    sql`select t.id, t.name, t.role, p.name as person, p.role as "personRole",
               t.last_used_at is null or t.last_used_at < now() - interval '1 minute' as stale
        from ${tokens}
        where t.hash = ${hashToken(token)} and t.revoked_at is null and p.removed_at is null`,
  );
  if (!found) return null;
  const { id, stale } = found;
  if (stale) await sql`update tokens set last_used_at = now() where id = ${id}`.execute(db);
  return actorOf(found);
}

/** Who asks with this token: its person, or where it is nobody's, the token itself. */
export function actorOf({ id, name, role, person, personRole }: TokenHolder): Actor {
  return person === null || personRole === null
    ? { id, name, role }
    : { id, name: person, role: lowerRole(role, personRole), token: name };
}

export interface AuditRow {
  id: number;
  at: Date;
  actor: string;
  action: string;
  subject: string;
  details: Record<string, unknown>;
}

export function auditLog(db: Queryable): Audit {
  return {
    async begin({ actor, action, subject, details }) {
      const made = await row<{ id: number }>(
        db,
        sql`insert into audit (actor, action, subject, details)
            values (${actor}, ${action}, ${subject}, ${JSON.stringify({ ...details, outcome: 'begun' })}::jsonb)
            returning id`,
      );
      return made?.id ?? 0;
    },
    async end(id, outcome) {
      await sql`update audit set details = details || jsonb_build_object('outcome', ${outcome}::text)
                where id = ${id}`.execute(db);
    },
  };
}

/** Newest first. `limit` is how many at most. */
export function listAudit(
  db: Queryable,
  {
    before,
    subject = '',
    limit = 100,
  }: { before?: number | undefined; subject?: string | undefined; limit?: number | undefined },
): Promise<AuditRow[]> {
  return rows(
    db,
    sql`select id, at, actor, action, subject, details from audit
        where id < ${before ?? Number.MAX_SAFE_INTEGER} and starts_with(subject, ${subject})
        order by id desc limit ${Math.min(limit, 1000)}`,
  );
}
