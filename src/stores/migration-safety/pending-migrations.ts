import { type LedgerNames, ledgerNames, plainVersion } from './ledger-names.ts';

export interface MigrationsAsked {
  /** Every file of the commit; what is no migration is left out. */
  paths: readonly string[];
  /** What the target says it has, oldest first; empty when it has no such table. */
  ledger: readonly string[];
  /** What the commit adds or changes since the one that runs now; null when none runs. */
  changed: readonly string[] | null;
}

export interface PendingMigrations {
  /** In the order in which they will run. */
  pending: string[];
  /** The other migrations of the commit, in order. */
  applied: string[];
  /** Which of the two told it. */
  by: 'ledger' | 'changed files';
}

/**
 * Which migrations of a commit the target has not had yet. The ledger decides, for each folder of migrations by itself;
 * where it names nothing that is there, all files that changed since the running commit count as pending, and all
 * of them when nothing runs. A ledger of one number, as golang-migrate and tern keep it, means everything up to it.
 */
export function pendingMigrations({ paths, ledger, changed }: MigrationsAsked): PendingMigrations {
  const known = paths.flatMap((path) => ledgerNames(path) ?? []).toSorted(inOrder);
  const isChanged = changed === null ? () => true : new Set(changed).has.bind(new Set(changed));
  const written = new Set(ledger.flatMap((name) => [name, plainVersion(name) ?? name]));
  const head = ledger.length === 1 ? plainVersion(ledger[0] ?? '') : null;
  const roots = Map.groupBy(known, ({ root }) => root);
  const speaking = new Set(
    [...roots]
      .filter(([, files]) => files.some((file) => isWritten(file, written)))
      .map(([root]) => root),
  );
  const isPending = (file: LedgerNames): boolean => {
    if (!speaking.has(file.root)) return isChanged(file.path);
    if (isWritten(file, written)) return false;
    const covered = head !== null && file.version !== null && compared(file.version, head) < 0;
    return covered || isRepeatable(file) ? isChanged(file.path) : true;
  };
  const pathsOf = (files: readonly LedgerNames[]): string[] => files.map(({ path }) => path);
  return {
    pending: pathsOf(known.filter(isPending)),
    applied: pathsOf(known.filter((file) => !isPending(file))),
    by: speaking.size > 0 ? 'ledger' : 'changed files',
  };
}

const isWritten = ({ names }: LedgerNames, written: ReadonlySet<string>): boolean =>
  [...names].some((name) => written.has(name));

/** Flyway's R__name.sql runs again whenever it changes and has no version. */
const isRepeatable = ({ path }: LedgerNames): boolean => /(?:^|\/)R__[^/]*\.sql$/.test(path);

/** By version where both have one, else by name; what has none comes last, as tools run it. */
function inOrder(one: LedgerNames, other: LedgerNames): number {
  if (one.version !== null && other.version !== null) {
    return compared(one.version, other.version) || byText(one.path, other.path);
  }
  if (one.version === null && other.version === null) return byText(one.path, other.path);
  return one.version === null ? 1 : -1;
}

/** Versions such as 12 and 1.2.10, number by number, however long. */
function compared(one: string, other: string): number {
  const ours = one.split('.');
  const theirs = other.split('.');
  for (let index = 0; index < Math.max(ours.length, theirs.length); index += 1) {
    const our = (ours[index] ?? '0').replace(/^0+(?=\d)/, '');
    const their = (theirs[index] ?? '0').replace(/^0+(?=\d)/, '');
    const difference = our.length - their.length || byText(our, their);
    if (difference !== 0) return difference;
  }
  return 0;
}

const byText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
