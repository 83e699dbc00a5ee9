import {
  changed,
  inTransaction,
  row,
  rows,
  sql,
  type Database,
  type Queryable,
} from '../../db/pool.ts';

export type ChallengeKind = 'http-01' | 'dns-01';

export interface DnsRecord {
  name: string;
  value: string;
}

/** A certificate that we order, issued or not. */
export interface CertificateRow {
  id: string;
  names: string[];
  challenge: ChallengeKind;
  askedBy: string;
  issuer: string | null;
  issuedAt: Date | null;
  expiresAt: Date | null;
  failures: number;
  error: string | null;
  fix: string | null;
  nextAttemptAt: Date;
  heldOffUntil: Date | null;
}

/** One attempt to have it issued; whoever begins the next one ends what this one may still write. */
export interface Attempt extends CertificateRow {
  attempt: number;
  orderUrl: string | null;
  orderKey: Buffer | null;
  dnsRecord: DnsRecord | null;
}

export interface FileRow {
  file: string;
  names: string[];
  issuer: string | null;
  issuedAt: Date | null;
  expiresAt: Date | null;
  problem: string | null;
}

export interface AcmeOffer {
  directoryUrl: string;
  email: string;
  hasDnsHook: boolean;
}

const columns =
  sql.raw(`id, names, challenge, asked_by as "askedBy", issuer, issued_at as "issuedAt",
  expires_at as "expiresAt", failures, error, fix, next_attempt_at as "nextAttemptAt",
  held_off_until as "heldOffUntil"`);

export const certificates = {
  all: (db: Queryable) =>
    rows<CertificateRow>(db, sql`select ${columns} from certificates order by names, id`),

  /** Made, or due at once with this challenge when these names are there already. */
  ask: async (
    db: Queryable,
    of: { id: string; names: string[]; challenge: ChallengeKind; by: string; now: Date },
  ): Promise<CertificateRow> => {
    const asked = await row<CertificateRow>(
      db,
      sql`insert into certificates as known (id, names, challenge, asked_by, next_attempt_at)
          values (${of.id}, ${of.names}, ${of.challenge}, ${of.by}, ${of.now})
          on conflict (names) do update set asked_by = excluded.asked_by, challenge = excluded.challenge,
            next_attempt_at = least(known.next_attempt_at, greatest(${of.now}, known.held_off_until))
            -- One that is well is renewed in its own time.
            where known.chain is null or known.failures > 0 or known.challenge <> excluded.challenge
          returning ${columns}`,
    );
    const found =
      asked ??
      (await row<CertificateRow>(
        db,
        sql`select ${columns} from certificates where names = ${of.names}`,
      ));
    if (!found) throw new Error('the certificate was removed while it was asked for');
    return found;
  },

  /** Longest waiting first. */
  due: (db: Queryable, now: Date) =>
    rows<{ id: string }>(
      db,
      sql`select id from certificates where next_attempt_at <= ${now} order by next_attempt_at, id`,
    ),

  /** Whatever an earlier attempt may still want to write is refused from now on. Null: it was removed. */
  beginAttempt: (db: Queryable, id: string) =>
    row<Attempt>(
      db,
      sql`update certificates set attempt = attempt + 1 where id = ${id}
          returning ${columns}, attempt, order_url as "orderUrl", order_key as "orderKey", dns_record as "dnsRecord"`,
    ),

  noteOrder: (db: Queryable, of: Attempt, order: { url: string; key: Buffer } | null) =>
    ofAttempt(
      db,
      of,
      sql`order_url = ${order?.url ?? null}, order_key = ${order?.key ?? null}::bytea`,
    ),

  noteDnsRecord: (db: Queryable, of: Attempt, record: DnsRecord | null) =>
    ofAttempt(db, of, sql`dns_record = ${record && JSON.stringify(record)}::jsonb`),

  issue: (
    db: Queryable,
    of: Attempt,
    issued: {
      chain: string;
      issuer: string;
      issuedAt: Date;
      expiresAt: Date;
      nextAttemptAt: Date;
    },
  ) =>
    ofAttempt(
      db,
      of,
      sql`chain = ${issued.chain}, key = order_key, issuer = ${issued.issuer}, issued_at = ${issued.issuedAt},
          expires_at = ${issued.expiresAt}, next_attempt_at = ${issued.nextAttemptAt}, held_off_until = null,
          order_url = null, order_key = null, failures = 0, error = null, fix = null`,
    ),

  fail: (
    db: Queryable,
    of: Attempt,
    failed: { error: string; fix: string; nextAttemptAt: Date; heldOffUntil: Date | null },
  ) =>
    ofAttempt(
      db,
      of,
      sql`failures = failures + 1, error = ${failed.error}, fix = ${failed.fix},
          next_attempt_at = ${failed.nextAttemptAt}, held_off_until = ${failed.heldOffUntil}`,
    ),

  remove: (db: Queryable, id: string) =>
    changed(db, sql`delete from certificates where id = ${id}`),

  /** What can be served, without its content; changes when the content does. */
  served: (db: Queryable, now: Date) =>
    rows<{ id: string; issuedAt: Date }>(
      db,
      sql`select id, issued_at as "issuedAt" from certificates where chain is not null and expires_at > ${now} order by asked_at, id`,
    ),

  pair: (db: Queryable, id: string) =>
    row<{ id: string; chain: string; key: Buffer }>(
      db,
      sql`select id, chain, key from certificates where id = ${id} and chain is not null`,
    ),
};

/** Throws when the attempt is not the newest any more, or its certificate was removed. */
async function ofAttempt(
  db: Queryable,
  { id, attempt }: Attempt,
  values: ReturnType<typeof sql>,
): Promise<void> {
  const found = await changed(
    db,
    sql`update certificates set ${values} where id = ${id} and attempt = ${attempt}`,
  );
  if (found === 0) throw new Overtaken();
}

/** The certificate was removed, or another controller has begun a newer attempt. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

export const acme = {
  offer: (db: Queryable) =>
    row<AcmeOffer>(
      db,
      sql`select directory_url as "directoryUrl", email, has_dns_hook as "hasDnsHook" from acme_settings`,
    ),

  setOffer: (db: Database, offer: AcmeOffer | null) =>
    inTransaction(db, async (tx) => {
      if (offer === null) return void (await sql`delete from acme_settings`.execute(tx));
      await sql`insert into acme_settings (directory_url, email, has_dns_hook)
        values (${offer.directoryUrl}, ${offer.email}, ${offer.hasDnsHook})
        on conflict (one) do update set directory_url = excluded.directory_url, email = excluded.email,
          has_dns_hook = excluded.has_dns_hook`.execute(tx);
    }),

  /** The key that is kept: this one where there was none. */
  accountKey: async (
    db: Queryable,
    directoryUrl: string,
    sealed: () => Buffer,
  ): Promise<Buffer> => {
    const find = () =>
      row<{ key: Buffer }>(
        db,
        sql`select key from acme_accounts where directory_url = ${directoryUrl}`,
      );
    const known = await find();
    if (known) return known.key;
    await sql`insert into acme_accounts (directory_url, key) values (${directoryUrl}, ${sealed()})
      on conflict do nothing`.execute(db);
    const kept = await find();
    if (!kept) throw new Error('insert left no row');
    return kept.key;
  },
};

export const certificateFiles = {
  all: (db: Queryable) =>
    rows<FileRow>(
      db,
      sql`select file, names, issuer, issued_at as "issuedAt", expires_at as "expiresAt", problem
          from certificate_files order by file`,
    ),

  replace: (db: Database, found: readonly FileRow[]) =>
    inTransaction(db, async (tx) => {
      // Two controllers that look at the same time come one after the other.
      await sql`select pg_advisory_xact_lock(hashtext('signalbox.certificate-files'))`.execute(tx);
      await sql`delete from certificate_files`.execute(tx);
      for (const each of found) {
        await sql`insert into certificate_files (file, names, issuer, issued_at, expires_at, problem)
          values (${each.file}, ${each.names}, ${each.issuer}, ${each.issuedAt}, ${each.expiresAt}, ${each.problem})`.execute(
          tx,
        );
      }
    }),
};

/**
 * Runs `work` unless another controller does such work; false then. The lock ends with our process or, within
 * about a minute, with our machine.
 */
export async function aloneAtOrdering(db: Database, work: () => Promise<void>): Promise<boolean> {
  return db.connection().execute(async (on) => {
    await sql`select set_config('tcp_keepalives_idle', '30', false),
      set_config('tcp_keepalives_interval', '10', false), set_config('tcp_keepalives_count', '3', false)`.execute(
      on,
    );
    const name = sql`hashtext('signalbox.certificates')`;
    const got = await row<{ got: boolean }>(on, sql`select pg_try_advisory_lock(${name}) as got`);
    if (!got?.got) return false;
    try {
      await work();
    } finally {
      await sql`select pg_advisory_unlock(${name})`.execute(on);
    }
    return true;
  });
}
