import type { ColumnDef, Constraint, Node } from 'libpg-query';
import { countsUp } from '../column-type.ts';
import { constraintsOf, madeColumn } from '../learn-statement.ts';
import { bodyOf, nameOfParts } from '../names-in-syntax.ts';
import { type Judging, longLock, type Suspicion, waiverLine } from './suspicion.ts';

/** ALTER TABLE … ADD COLUMN on a table that the running release uses. */
export function judgeAddColumn(judging: Judging, table: string, column: ColumnDef): Suspicion[] {
  const constraints = constraintsOf(column);
  const made = madeColumn(column, true);
  const missing = made.notNull && !made.hasDefault ? [required(table, column)] : [];
  const slow = whyRewritten(column, constraints) ?? whyScanned(constraints);
  return [...missing, ...(slow ? longLock(judging, table, inSteps(table, column, slow)) : [])];
}

const required = (table: string, { colname = '' }: ColumnDef): Suspicion => ({
  rule: 'add-required-column',
  severity: 'breaks old release',
  why: `${table}.${colname} must not be null and has no default: the old release does not know it, so its inserts fail.`,
  recipe: [
    `expand: add ${colname} without NOT NULL, or with a constant DEFAULT`,
    `migrate: ship a release that always writes ${colname}; fill the old rows in batches`,
    `contract: when that release runs everywhere, SET NOT NULL in a later migration with ${waiverLine}`,
  ],
});

function inSteps(table: string, { colname = '' }: ColumnDef, why: string) {
  return {
    rule: 'add-column-slowly',
    why: `${why}; nobody reads or writes it meanwhile.`,
    recipe: [
      `expand: add ${colname} alone, without default or constraints`,
      `migrate: set the default for new rows in a statement of its own, fill ${table} in batches`,
      'contract: add constraints NOT VALID and validate them in a file of their own; build indexes CONCURRENTLY',
    ],
  };
}

function whyRewritten(column: ColumnDef, constraints: readonly Constraint[]): string | null {
  const byType = countsUp.test(madeColumn(column, true).type?.name ?? '');
  if (byType || constraints.some(({ contype }) => contype === 'CONSTR_IDENTITY')) {
    return 'every row is rewritten to be numbered';
  }
  const stored = constraints.some(
    ({ contype, generated_kind }) => contype === 'CONSTR_GENERATED' && generated_kind !== 'v',
  );
  if (stored) return 'every row is rewritten to hold the generated value';
  const volatile = constraints.some(
    ({ contype, raw_expr }) => contype === 'CONSTR_DEFAULT' && mayBeVolatile(raw_expr),
  );
  return volatile ? 'every row is rewritten, because its default may differ from row to row' : null;
}

function whyScanned(constraints: readonly Constraint[]): string | null {
  const has = (kind: string): boolean => constraints.some(({ contype }) => contype === kind);
  if (has('CONSTR_UNIQUE') || has('CONSTR_PRIMARY')) return 'an index is built';
  if (has('CONSTR_CHECK')) return 'every row is checked';
  // Without a default there is nothing but nulls, which need no partner.
  return has('CONSTR_FOREIGN') && has('CONSTR_DEFAULT') ? 'every row is checked' : null;
}

// Functions whose value is the same for the whole statement. Any other may be volatile.
const steady = new Set(
  `now transaction_timestamp statement_timestamp current_setting current_schema timezone date_trunc date_part
   to_timestamp to_date to_char to_number make_date make_time make_timestamp make_timestamptz make_interval
   jsonb_build_object jsonb_build_array json_build_object json_build_array to_json to_jsonb array_fill string_to_array
   lower upper trim btrim concat concat_ws replace left right repeat lpad rpad length md5 sha256 encode decode convert_to
   abs round floor ceil power int4range int8range numrange daterange tsrange tstzrange to_tsvector`.split(
    /\s+/,
  ),
);

/** Whether an expression calls a function that may differ from row to row. */
function mayBeVolatile(expression: Node | undefined): boolean {
  // Not recursive: the depth is whoever's who wrote the file.
  const left: unknown[] = [expression];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== 'object' || next === null) continue;
    const call = bodyOf(next as Node, 'FuncCall');
    if (call && !steady.has(nameOfParts(call.funcname).replace(/^pg_catalog\./, ''))) return true;
    left.push(...Object.values(next));
  }
  return false;
}
