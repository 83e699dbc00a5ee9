import type { Finding } from '../migration-judgement.ts';
import { isFreshTable, type KnownSchema } from '../known-schema.ts';
import { largeInWords, type LargeFrom, type TableFacts } from '../table-facts.ts';

/** What a rule says about a statement; where the statement stands is added later. */
export interface Suspicion extends Pick<Finding, 'rule' | 'severity' | 'why' | 'recipe'> {
  /** `space:name` of what was taken away: made anew in the same file, the old release still finds it. */
  replaceableBy?: string;
}

/** What rules may know when they look at a statement. */
export interface Judging {
  schema: KnownSchema;
  facts: TableFacts;
  large: LargeFrom;
  /** Whether statements run inside a transaction: by BEGIN, by no means, or as the tool likes. */
  transaction: 'begun' | 'none' | 'up to the tool';
}

/** The table's size in words when it is large and holds the running release's data, else null. */
export function largeTable({ schema, facts, large }: Judging, table: string): string | null {
  if (isFreshTable(schema, table)) return null;
  return largeInWords(facts, large, schema.tables.get(table)?.was ?? table);
}

/** A rewrite or scan under a lock; nothing for a small table, where it is over at once. */
export function longLock(
  judging: Judging,
  table: string,
  words: { rule: string; why: string; recipe: string[] },
): Suspicion[] {
  const size = largeTable(judging, table);
  if (size === null) return [];
  return [{ ...words, severity: 'long lock', why: `${table} is large (${size}): ${words.why}` }];
}

export const note = (rule: string, why: string, recipe: string[] = []): Suspicion[] => [
  { rule, severity: 'note', why, recipe },
];

/** The line with which an author takes the last step of a recipe. */
export const waiverLine = '-- signalbox: safe because REASON';
