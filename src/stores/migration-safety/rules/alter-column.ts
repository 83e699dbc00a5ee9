import type { AlterTableCmd } from 'libpg-query';
import { columnType, typeChange, typeInWords } from '../column-type.ts';
import { isFreshColumn, knownColumn } from '../known-schema.ts';
import { bodyOf, stringsOf } from '../names-in-syntax.ts';
import { type Judging, largeTable, note, type Suspicion, waiverLine } from './suspicion.ts';

interface ColumnCommand {
  table: string;
  column: string;
  def: AlterTableCmd['def'];
}

/** ALTER COLUMN … SET NOT NULL, or a constraint that says the same. */
export function judgeRequired(
  judging: Judging,
  { table, column }: Omit<ColumnCommand, 'def'>,
): Suspicion[] {
  const { schema } = judging;
  const known = knownColumn(schema, table, column);
  const checks = [...(schema.tables.get(table)?.notNullChecks.values() ?? [])];
  const proven = checks.some((check) => check.column === column && check.validated);
  // The old release names no column that it does not know, so that the default is always taken.
  const filled = isFreshColumn(schema, table, column) && known?.hasDefault === true;
  if (proven || filled || known?.notNull === true) return [];
  return [
    {
      rule: 'set-not-null',
      severity: 'breaks old release',
      why: `${table}.${column} must not be null any more: where the old release leaves it out or writes null, its writes fail${scanned(judging, table)}.`,
      recipe: [
        `expand: ship a release that always writes ${column}`,
        `migrate: when it runs everywhere, add CHECK (${column} IS NOT NULL) NOT VALID with ${waiverLine}, and fill the old rows in batches`,
        `contract: VALIDATE CONSTRAINT in a file of its own, then SET NOT NULL; with the validated check nothing is scanned`,
      ],
    },
  ];
}

/** ALTER COLUMN … DROP DEFAULT. */
export function judgeDefault(
  { schema }: Judging,
  { table, column, def }: ColumnCommand,
): Suspicion[] {
  if (def !== undefined) return [];
  const known = knownColumn(schema, table, column);
  const unseen = known?.type == null;
  if (!unseen && !known.notNull) {
    return note(
      'drop-default',
      `Rows of the old release get null in ${table}.${column} from now on.`,
    );
  }
  const maybe = unseen ? ' if the column must not be null, and silently become null if it may' : '';
  return [
    {
      rule: 'drop-default',
      severity: 'breaks old release',
      why: `${table}.${column} loses its default: inserts of the old release that leave it out fail${maybe}.`,
      recipe: [
        'expand: keep the default, and ship a release that always writes the column',
        `contract: in a later release drop the default, with ${waiverLine}`,
      ],
    },
  ];
}

/** ALTER COLUMN … TYPE. */
export function judgeType(judging: Judging, { table, column, def }: ColumnCommand): Suspicion[] {
  const from = knownColumn(judging.schema, table, column)?.type ?? null;
  const to = columnType(bodyOf(def, 'ColumnDef')?.typeName);
  const change = isConverted({ column, def }) ? 'another' : typeChange(from, to);
  if (change === 'same' || change === 'wider') return [];
  if (change === 'unknown') {
    return note(
      'change-type',
      `Nothing is rewritten if ${table}.${column} was a text or varchar; nobody has seen it being made.`,
    );
  }
  const was = from ? `from ${typeInWords(from)} ` : '';
  return [
    {
      rule: 'change-type',
      severity: 'breaks old release',
      why: `${table}.${column} changes ${was}to ${typeInWords(to)}: the old release reads and writes the old type${rewritten(judging, table)}.`,
      recipe: [
        `expand: add a column of type ${typeInWords(to)} beside ${column}; ship a release that writes both`,
        'migrate: fill the new column in batches; ship a release that reads the new one',
        `contract: in a later release drop ${column}, with ${waiverLine}`,
      ],
    },
  ];
}

/** USING with more than a plain cast of the column to its new type. */
function isConverted({ column, def }: Pick<ColumnCommand, 'column' | 'def'>): boolean {
  const definition = bodyOf(def, 'ColumnDef');
  if (!definition?.raw_default) return false;
  const cast = bodyOf(definition.raw_default, 'TypeCast');
  const source = stringsOf(bodyOf(cast?.arg, 'ColumnRef')?.fields).at(-1);
  return (
    source !== column ||
    typeInWords(columnType(cast?.typeName)) !== typeInWords(columnType(definition.typeName))
  );
}

const scanned = (judging: Judging, table: string): string => {
  const size = largeTable(judging, table);
  return size === null ? '' : `; and all of ${table} (${size}) is scanned while nobody can use it`;
};

const rewritten = (judging: Judging, table: string): string => {
  const size = largeTable(judging, table);
  return size === null
    ? ''
    : `; and all of ${table} (${size}) is rewritten while nobody can use it`;
};
