import type { AlterDomainStmt, AlterEnumStmt } from 'libpg-query';
import { bodyOf, nameOfParts } from '../names-in-syntax.ts';
import { type Judging, note, type Suspicion, waiverLine } from './suspicion.ts';

/** ALTER TYPE … RENAME VALUE and ADD VALUE. */
export function judgeEnum(
  { schema }: Judging,
  { typeName, oldVal, newVal }: AlterEnumStmt,
): Suspicion[] {
  const type = nameOfParts(typeName);
  if (schema.fresh.has(`type:${type}`)) return [];
  if (oldVal === undefined) {
    return note(
      'add-enum-value',
      `The old release may meet ${type} '${newVal}', which it has never seen.`,
    );
  }
  return [
    {
      rule: 'rename-enum-value',
      severity: 'breaks old release',
      why: `The old release still writes '${oldVal}' and does not know '${newVal}'.`,
      recipe: [
        `expand: ADD VALUE '${newVal}'; ship a release that understands both and writes the new one`,
        'migrate: change the old rows in batches',
        `contract: leave '${oldVal}' in the type; it costs nothing`,
      ],
    },
  ];
}

// How the parser calls what is done to a domain.
const setNotNull = 'O';
const addConstraint = 'C';

/** ALTER DOMAIN … SET NOT NULL and ADD CONSTRAINT. */
export function judgeDomain(
  { schema }: Judging,
  { subtype, typeName, def }: AlterDomainStmt,
): Suspicion[] {
  const domain = nameOfParts(typeName);
  if (schema.fresh.has(`type:${domain}`)) return [];
  const made = bodyOf(def, 'Constraint');
  if (subtype === setNotNull || made?.contype === 'CONSTR_NOTNULL') {
    return [
      {
        rule: 'set-not-null',
        severity: 'breaks old release',
        why: `Columns of the domain ${domain} must not be null any more: where the old release writes null, its writes fail.`,
        recipe: [
          'expand: ship a release that always writes these columns',
          `contract: in a later release set NOT NULL, with ${waiverLine}`,
        ],
      },
    ];
  }
  if (subtype !== addConstraint) return [];
  const why = `What the old release writes must keep the new rule of ${domain} too`;
  return note(
    'domain-constraint',
    made?.skip_validation ? `${why}.` : `${why}; every table that uses it is scanned.`,
    ['add it NOT VALID, then ALTER DOMAIN … VALIDATE CONSTRAINT in a file of its own'],
  );
}
