import type { AlterOwnerStmt, GrantRoleStmt, GrantStmt } from 'libpg-query';
import { isFreshTable } from '../known-schema.ts';
import { nameOfObject } from '../names-in-syntax.ts';
import { objectKind } from '../object-kind.ts';
import { type Judging, note, type Suspicion, waiverLine } from './suspicion.ts';

/** REVOKE of rights on things that the running release may use. */
export function judgeRevoke(
  { schema }: Judging,
  { is_grant, objects, objtype }: GrantStmt,
): Suspicion[] {
  if (is_grant) return [];
  const names = (objects ?? []).map(nameOfObject);
  const space = objectKind(objtype)?.space;
  const known = names.filter(
    (name) => !isFreshTable(schema, name) && !schema.fresh.has(`${space}:${name}`),
  );
  return known.length > 0 || names.length === 0 ? [revoked(known.join(', ') || 'all of them')] : [];
}

/** REVOKE of a membership. */
export function judgeRevokeRole(_: Judging, { is_grant }: GrantRoleStmt): Suspicion[] {
  return is_grant ? [] : [revoked('what the role could do')];
}

/** ALTER … OWNER TO of things other than tables. */
export function judgeOwner(_: Judging, { object }: AlterOwnerStmt): Suspicion[] {
  return note(
    'change-owner',
    `The login of the old release may lose its rights on ${nameOfObject(object)}.`,
  );
}

const revoked = (what: string): Suspicion => ({
  rule: 'revoke',
  severity: 'breaks old release',
  why: `The old release may need the rights that are taken away: ${what}.`,
  recipe: [
    'expand: ship a release that does not need these rights, or has a login of its own',
    `contract: in a later release revoke them, with ${waiverLine}`,
  ],
});
