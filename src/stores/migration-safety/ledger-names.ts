/** A migration file, and all names under which a ledger may know it. */
export interface LedgerNames {
  path: string;
  /** The folder in which the tool looks, up to `migrations` or `migrate`. */
  root: string;
  names: ReadonlySet<string>;
  /** Its version as digits without leading zeros, or null. */
  version: string | null;
}

// As in src/environments/migration-files.ts, less what is not a migration.
const inMigrations = /^(.*?(?:^|\/)(?:migrations?|migrate))\/(.+)$/i;
const noMigration =
  /(?:^|\/)(?:__init__\.py|__pycache__\/.*|\.[^/]*|meta\/[^/]*\.json|readme[^/]*|[^/]*\.(?:md|toml|sum|lock|json|ya?ml|txt|pyc|map|snap|d\.ts))$/i;
const wayBack =
  /(?:^|\/)(?:down\.sql|u\d[^/]*__[^/]*\.sql|[^/]*[._-](?:down|undo|rollback)\.sql|(?:revert|verify|undo|down)\/[^/]*\.sql)$/i;
const step = /(?:[._-]up)?(?:\.[a-z0-9]+)$/i;

/** What a ledger may call the migration in this file; null when the file is none, or only the way back. */
export function ledgerNames(path: string): LedgerNames | null {
  const [, root, rest] = inMigrations.exec(path) ?? [];
  if (root === undefined || rest === undefined || noMigration.test(rest) || wayBack.test(rest))
    return null;
  // Prisma and Diesel: each migration is a folder.
  const unit = /^(?:.*\/)?([^/]+)\/(?:migration|up)\.sql$/i.exec(rest)?.[1];
  const file = rest.slice(rest.lastIndexOf('/') + 1);
  const stem = unit ?? file.replace(step, '');
  const version = versionOf(stem);
  const names = [path, rest, unit ?? file, stem, file.replace(/\.[^.]*$/, ''), ...(version ?? [])];
  return {
    path,
    root,
    // Django's ledger says the app too.
    names: new Set([...names, `${appOf(root)}.${stem}`]),
    version: version?.[1] ?? null,
  };
}

/** How a number in a ledger is compared: `0012` and `12` are the same; null for what is none. */
export function plainVersion(name: string): string | null {
  return /^\d+$/.test(name) ? name.replace(/^0+(?=\d)/, '') : null;
}

/** As written, plain, and as Flyway (V1_2__name) and Diesel (2026-01-31-1200_name) mean it. */
function versionOf(stem: string): [string, string, ...string[]] | null {
  const flyway = /^v(\d+(?:[._]\d+)*)__/i.exec(stem)?.[1];
  if (flyway) {
    const dotted = flyway.replaceAll('_', '.');
    return [dotted, plainVersion(dotted) ?? dotted];
  }
  const dated = /^(\d{4}-\d{2}-\d{2}-\d+)(?:_|$)/.exec(stem)?.[1]?.replaceAll('-', '');
  const digits = dated ?? /^v?(\d+)(?!\d)/i.exec(stem)?.[1];
  if (!digits) return null;
  return [digits, plainVersion(digits) ?? digits];
}

const appOf = (root: string): string => root.split('/').at(-2) ?? '';
