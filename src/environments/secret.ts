import { seal, unseal } from '../kernel/sealed.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { Queryable } from '../db/pool.ts';
import type { Environment } from './environment.ts';
import { secrets } from './setting-tables.ts';

/** Where a secret's value holds: for all previews, one stage, or one environment by its name. */
export type SecretScope = string;

export interface SecretName {
  appId: string;
  scope: SecretScope;
  name: string;
}

const purpose = ({ appId, scope, name }: SecretName): string => `secret ${appId} ${scope} ${name}`;
const limitBytes = 64 * 1024;

/** Stored encrypted; the value is never given back by any answer. Setting it again replaces it. */
export async function setSecret(
  db: Queryable,
  key: Buffer,
  secret: SecretName & { value: string; by: string },
): Promise<void> {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(secret.name)) throw badName(secret.name);
  if (Buffer.byteLength(secret.value) > limitBytes || secret.value.includes('\0'))
    throw badValue(secret.name);
  await secrets.set(db, { ...secret, sealed: seal(key, purpose(secret), secret.value) });
}

export type SecretRow = Awaited<ReturnType<typeof secrets.list>>[number];

/** Names, scopes and who set them; never values. */
export const listSecrets = (db: Queryable, appId: string): Promise<SecretRow[]> =>
  secrets.list(db, appId);

/** false: there was none. Repeatable. */
export const unsetSecret = async (db: Queryable, secret: SecretName): Promise<boolean> =>
  (await secrets.remove(db, secret)) > 0;

const badName = (name: string): SignalboxError =>
  new SignalboxError({
    code: 'secret/bad-name',
    what: `${JSON.stringify(name)} cannot be a secret's name.`,
    fix: ['Use letters, digits and _, as for any variable: STRIPE_KEY'],
  });

const badValue = (name: string): SignalboxError =>
  new SignalboxError({
    code: 'secret/bad-value',
    what: `The value of ${name} was not stored.`,
    why: 'It is longer than 64 KiB or has a NUL character.',
    fix: ['Give a shorter text; put large files into the app’s own storage.'],
  });

/**
 * The values of the named secrets for one environment: its own before its kind's; a stage's environment has those of
 * staging. Nothing is ever taken from another kind; a missing one is refused by name.
 */
export async function secretValues(
  db: Queryable,
  key: Buffer,
  environment: Pick<Environment, 'appId' | 'app' | 'name' | 'kind'>,
  wanted: readonly string[],
): Promise<Record<string, string>> {
  const kind = environment.kind === 'stage' ? 'staging' : environment.kind;
  const rows = await secrets.of(db, environment.appId, [environment.name, kind]);
  const values: Record<string, string> = {};
  const missing: string[] = [];
  for (const name of wanted) {
    const found =
      rows.find((row) => row.name === name && row.scope === environment.name) ??
      rows.find((row) => row.name === name && row.scope === kind);
    if (!found) missing.push(name);
    else values[name] = unseal(key, purpose({ ...found, appId: environment.appId }), found.sealed);
  }
  if (missing.length > 0) throw missingSecrets(environment, missing);
  return values;
}

/** Every value that is set, for cleaning logs: of these scopes, or of the whole app. Never refuses. */
export async function knownSecrets(
  db: Queryable,
  key: Buffer,
  { appId, scopes }: { appId: string; scopes: readonly SecretScope[] | null },
): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const row of await secrets.of(db, appId, scopes)) {
    const name = row.name in values ? `${row.name} of ${row.scope}` : row.name;
    try {
      values[name] = unseal(key, purpose({ ...row, appId }), row.sealed);
    } catch {
      // Sealed with a key that was lost: no workload can know it either.
    }
  }
  return values;
}

function missingSecrets(
  { app, kind, name }: Pick<Environment, 'app' | 'kind' | 'name'>,
  missing: readonly string[],
): SignalboxError {
  const [first = '', ...rest] = missing.map(
    (secret) => `signalbox secret set --app ${app} --for ${kind} ${secret}`,
  );
  return new SignalboxError({
    code: 'secret/missing',
    what: `${app}/${name} needs ${missing.join(', ')}, and no value is set for ${kind}.`,
    why: 'signalbox.yaml lists it under secrets; values of other environments are never used instead.',
    fix: [first, ...rest, `Then: signalbox deploy ${app}/${name}`],
  });
}

/** A text in which no secret can be read; short values are left, because they would blacken everything. */
export function withoutSecrets(text: string, values: Readonly<Record<string, string>>): string {
  let masked = text;
  for (const [name, value] of longestFirst(values)) {
    masked = masked.replaceAll(value, `[${name}]`);
  }
  return masked;
}

const shortestMasked = 6;

function longestFirst(values: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(values)
    .flatMap(([name, value]) =>
      value.split('\n').map((line): [string, string] => [name, line.trim()]),
    )
    .filter(([, value]) => value.length >= shortestMasked)
    .sort(([, one], [, other]) => other.length - one.length);
}
