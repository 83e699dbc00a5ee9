import { row, rows, sql, type Queryable } from '../db/pool.ts';
import { newId } from '../kernel/id.ts';
import type { Audit } from './audit.ts';
import type { TokenRole } from './contract/endpoint.ts';
import type { Actor } from './handlers.ts';
import { hashToken, newToken } from './token.ts';

export interface TokenRow {
  id: string;
  name: string;
  role: TokenRole;
  createdAt: Date;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
}

const tokenColumns = sql`id, name, role, created_at as "createdAt", last_used_at as "lastUsedAt",
                         revoked_at as "revokedAt"`;

/** The token itself is nowhere else but in this answer. */
export async function createToken(
  db: Queryable,
  { name, role }: { name: string; role: TokenRole },
): Promise<TokenRow & { token: string }> {
  const token = newToken();
  const made = await row<TokenRow>(
    db,
    sql`insert into tokens (id, name, hash, role) values (${newId()}, ${name}, ${hashToken(token)}, ${role})
        returning ${tokenColumns}`,
  );
  if (!made) throw new Error('insert returned no row');
  return { ...made, token };
}

export function listTokens(db: Queryable): Promise<TokenRow[]> {
  return rows(db, sql`select ${tokenColumns} from tokens order by created_at`);
}

/** Opens nothing any more when it resolves; null: there is no such token. Repeatable. */
export function revokeToken(db: Queryable, id: string): Promise<TokenRow | null> {
  return row(
    db,
    sql`update tokens set revoked_at = coalesce(revoked_at, now()) where id = ${id} returning ${tokenColumns}`,
  );
}

/** Whose token it is. Its last use is noted at most once a minute, so that reading does not mean writing. */
export async function authenticate(db: Queryable, token: string): Promise<Actor | null> {
  const found = await row<Actor & { stale: boolean }>(
    db,
    sql`select id, name, role,
               last_used_at is null or last_used_at < now() - interval '1 minute' as stale
        from tokens where hash = ${hashToken(token)} and revoked_at is null`,
  );
  if (!found) return null;
  const { stale, ...actor } = found;
  if (stale) await sql`update tokens set last_used_at = now() where id = ${actor.id}`.execute(db);
  return actor;
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
