import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { DatabaseKey, SeedChoice } from '../../data-store.ts';
import { describe, findDatabase } from './catalog.ts';
import { noSuchSnapshot } from './refusals.ts';
import { dropLogin, ensureAppRoles, ensureLogin, holderRole, ownerRole } from './roles.ts';
import { codeOf, connected, type Server, type Session, transaction, urlFor } from './server.ts';

const quoted = pg.escapeIdentifier;

/**
 * Makes an environment's database. Nobody can connect before it is complete: it is created closed, and rights,
 * opening and description come in one transaction.
 */
export async function makeDatabase(
  server: Server,
  session: Session,
  key: DatabaseKey,
  seed: SeedChoice,
): Promise<void> {
  await ensureAppRoles(server, session, key.app);
  await ensureLogin(server, session, key);
  if (seed.from === 'empty') {
    await createEmpty(server, session, key);
    await open(server, session, key, () => describe(session, key.name, { seed: 'empty' }));
    return;
  }
  const source = await findDatabase(server, session, seed.snapshot);
  if (!source?.description || source.role !== 'snapshot') throw noSuchSnapshot(seed.snapshot);
  if (source.app !== key.app) {
    throw new Error(`The snapshot ${seed.snapshot} belongs to ${source.app}, not to ${key.app}.`);
  }
  await copyDatabase(server, session, { from: seed.snapshot, to: key });
  await open(server, session, key, () => describe(session, key.name, { seed: seed.snapshot }));
}

/** An empty database that belongs to the app, still closed to its login. */
export async function createEmpty(
  server: Server,
  session: Session,
  key: DatabaseKey,
): Promise<void> {
  const name = quoted(key.name);
  await session.query(
    `create database ${name} owner ${quoted(holderRole(server, key.app))}
       template template0 encoding 'UTF8' strategy wal_log allow_connections false`,
  );
  await transaction(session, async () => {
    await session.query(`revoke all on database ${name} from public`);
    await session.query(`alter database ${name} allow_connections true`);
  });
  // The one time that the admin connects to it: nothing of the app's is in there yet.
  const { username, password } = new URL(server.url);
  const asAdmin = urlFor(server, {
    database: key.name,
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
  });
  await connected(asAdmin, (client) =>
    client.query(`alter schema public owner to ${quoted(ownerRole(server, key.app))}`),
  );
}

/** A closed copy of a database that nobody is connected to. */
export async function copyDatabase(
  server: Server,
  session: Session,
  copy: { from: string; to: DatabaseKey; template?: boolean },
): Promise<void> {
  const statement = `create database ${quoted(copy.to.name)}
    owner ${quoted(holderRole(server, copy.to.app))} template ${quoted(copy.from)}
    strategy file_copy allow_connections false is_template ${String(copy.template ?? false)}`;
  for (let attempt = 1; ; attempt += 1) {
    if (server.fileCopy) await session.query(`set file_copy_method = ${server.fileCopy}`);
    try {
      await session.query(statement);
      return;
    } catch (error) {
      const again = attempt < 4 && worthAnotherTry(server, error);
      if (!again) throw error;
      await pause(100 * attempt);
    }
  }
}

/** Rights, opening and whatever `last` writes, all at once. */
export async function open(
  server: Server,
  session: Session,
  key: DatabaseKey,
  last: () => Promise<void>,
): Promise<void> {
  const name = quoted(key.name);
  await transaction(session, async () => {
    await session.query(`revoke all on database ${name} from public`);
    await session.query(
      `grant create, temporary on database ${name} to ${quoted(ownerRole(server, key.app))}`,
    );
    await session.query(`grant connect on database ${name} to ${name}`);
    await session.query(`alter database ${name} allow_connections true`);
    await last();
  });
}

/** The database and its login are gone; open connections are ended. Only what is ours. Repeatable. */
export async function removeDatabase(
  server: Server,
  session: Session,
  name: string,
): Promise<void> {
  const found = await findDatabase(server, session, name);
  if (found?.role === 'snapshot') {
    await session.query(`alter database ${quoted(name)} is_template false`);
  }
  if (found) await session.query(`drop database if exists ${quoted(name)} with (force)`);
  await dropLogin(server, session, name);
}

const objectInUse = '55006';
const inputOutputError = '58030';
const notSupported = '0A000';

function worthAnotherTry(server: Server, error: unknown): boolean {
  const code = codeOf(error);
  if (code === objectInUse) return true;
  if (server.fileCopy !== 'clone' || (code !== inputOutputError && code !== notSupported)) {
    return false;
  }
  server.fileCopy = 'copy';
  return true;
}
