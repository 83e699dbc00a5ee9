import pg from 'pg';
import type { DatabaseKey, Interruption, SnapshotTaken } from '../../data-store.ts';
import { type Description, describe, findDatabase, sizeBytes } from './catalog.ts';
import { copyWhileLockedOut } from './lock-out.ts';
import { createEmpty, open, removeDatabase } from './make-database.ts';
import { dumpInto, findPgDump } from './pg-dump.ts';
import { importDump } from './import-dump.ts';
import { readLedger } from './ledger.ts';
import { noSuchSource, wouldInterrupt } from './refusals.ts';
import { dropLogin, ensureAppRoles, ensureLogin, loginUrl, ownerRole } from './roles.ts';
import { connected, type Server, type Session, transaction } from './server.ts';

const quoted = pg.escapeIdentifier;

/** Fills a snapshot from a living database: online when there is a pg_dump, else by a short lock-out. */
export async function snapshotOf(
  server: Server,
  session: Session,
  what: {
    source: DatabaseKey;
    snapshot: DatabaseKey;
    ledger: string;
    interruption: Interruption;
    pgDump: string | undefined;
  },
): Promise<SnapshotTaken> {
  const { source, snapshot, ledger } = what;
  const found = await findDatabase(server, session, source.name);
  if (!found?.description || found.role !== 'environment') throw noSuchSource(source.name);
  const pgDump = await findPgDump(server.major, what.pgDump);
  if (pgDump.path === undefined && what.interruption === 'never')
    throw wouldInterrupt(source.name, pgDump.why);

  return fillSnapshot(server, session, { snapshot, ledger, seed: source.name }, async () => {
    if (pgDump.path !== undefined) {
      await createEmpty(server, session, snapshot);
      await open(server, session, snapshot, async () => {});
      return dumpInto(pgDump.path, loginUrl(server, source.name), loginUrl(server, snapshot.name));
    }
    await disownLogin(server, source);
    const how = await copyWhileLockedOut(server, session, source, snapshot);
    await open(server, session, snapshot, async () => {});
    return how;
  });
}

/** Fills a snapshot from a dump file. */
export async function snapshotOfFile(
  server: Server,
  session: Session,
  what: { file: string; snapshot: DatabaseKey; ledger: string },
): Promise<SnapshotTaken> {
  const { file, snapshot, ledger } = what;
  return fillSnapshot(server, session, { snapshot, ledger, seed: file }, async () => {
    await createEmpty(server, session, snapshot);
    await open(server, session, snapshot, async () => {});
    const { statements, rows, skipped } = await importDump(loginUrl(server, snapshot.name), file);
    return (
      `imported from ${file}: ${statements} statements, ${rows} rows` +
      (skipped === 0 ? '' : `, ${skipped} statements about owners and rights left out`)
    );
  });
}

/** The ledger's rows in a sealed snapshot: what was noted, or read anew for another ledger. */
export async function migrationsOfSnapshot(
  server: Server,
  session: Session,
  snapshot: DatabaseKey,
  ledger: string,
): Promise<string[]> {
  const found = await findDatabase(server, session, snapshot.name);
  const noted = found?.description?.snapshot;
  if (!noted) return [];
  if (noted.ledger === ledger) return noted.migrations;
  await ensureLogin(server, session, snapshot);
  await open(server, session, snapshot, async () => {});
  try {
    return await readLedger(loginUrl(server, snapshot.name), ledger);
  } finally {
    await seal(server, session, snapshot, async () => {});
  }
}

/** Complete or not at all: a failure leaves nothing, and the description comes with the closing. */
async function fillSnapshot(
  server: Server,
  session: Session,
  what: { snapshot: DatabaseKey; ledger: string; seed: string },
  fill: () => Promise<string>,
): Promise<SnapshotTaken> {
  const { snapshot, ledger, seed } = what;
  await ensureAppRoles(server, session, snapshot.app);
  await ensureLogin(server, session, snapshot);
  try {
    const how = await fill();
    const migrations = await readLedger(loginUrl(server, snapshot.name), ledger);
    const bytes = await sizeBytes(session, snapshot.name);
    const description: Description = { seed, snapshot: { bytes, ledger, migrations, how } };
    await seal(server, session, snapshot, () => describe(session, snapshot.name, description));
    return { bytes, migrations, how };
  } catch (error) {
    await removeDatabase(server, session, snapshot.name).catch(() => {});
    throw error;
  }
}

/** From here on nobody connects to it, so that it can be cloned at any time. */
async function seal(
  server: Server,
  session: Session,
  snapshot: DatabaseKey,
  last: () => Promise<void>,
): Promise<void> {
  const name = quoted(snapshot.name);
  await transaction(session, async () => {
    await session.query(`revoke connect on database ${name} from ${name}`);
    await session.query(`alter database ${name} allow_connections false is_template true`);
    await last();
  });
  await session.query(
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1`,
    [snapshot.name],
  );
  await session.query(`revoke all on database ${name} from public, ${quoted(snapshot.name)}`);
  await dropLogin(server, session, snapshot.name);
}

/** What the app made after `set role none` belongs to its login; a copy could then never outlive it. */
async function disownLogin(server: Server, source: DatabaseKey): Promise<void> {
  const owner = quoted(ownerRole(server, source.app));
  await connected(loginUrl(server, source.name), async (client) => {
    await client.query('set role none');
    await client.query(`reassign owned by session_user to ${owner}`);
  });
}
