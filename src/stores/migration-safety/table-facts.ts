/** Estimates of one table of the target. */
export interface TableSize {
  /** `schema.table`, as it is called in the database. */
  table: string;
  rows: number;
  /** With its indexes and oversized values. */
  bytes: number;
}

/** Sizes of the target's tables by `schema.table` and by `table`. */
export type TableFacts = ReadonlyMap<string, { rows: number; bytes: number }>;

/** From which size on a scan or rewrite under a lock is felt. One of the two is enough. */
export interface LargeFrom {
  rows: number;
  bytes: number;
}

export const largeByDefault: LargeFrom = { rows: 100_000, bytes: 100_000_000 };

/** A bare name means the largest table that is called so: which schema is meant is not known from the file. */
export function tableFacts(sizes: readonly TableSize[]): TableFacts {
  const facts = new Map<string, { rows: number; bytes: number }>();
  for (const { table, rows, bytes } of sizes) {
    facts.set(table, { rows, bytes });
    const bare = table.slice(table.indexOf('.') + 1);
    if ((facts.get(bare)?.bytes ?? -1) < bytes) facts.set(bare, { rows, bytes });
  }
  return facts;
}

/** The size in words when the table is large, else null; also null for a table that the target does not have. */
export function largeInWords(facts: TableFacts, large: LargeFrom, table: string): string | null {
  const size = facts.get(table) ?? facts.get(`public.${table}`);
  if (!size || (size.rows < large.rows && size.bytes < large.bytes)) return null;
  return `about ${Math.round(size.rows).toLocaleString('en')} rows, ${megabytes(size.bytes)}`;
}

const megabytes = (bytes: number): string =>
  bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
