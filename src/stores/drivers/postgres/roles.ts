import { createHmac, createHash, pbkdf2Sync, randomBytes } from 'node:crypto';
import pg from 'pg';
import { shortHash } from '../../../kernel/id.ts';
import { nameTaken } from './refusals.ts';
import { codeOf, keyed, type Server, type Session, transaction, urlFor } from './server.ts';

// Three kinds of role, so that a clone needs no change of owner:
//   sb_own_…   one per app, cannot log in: everything that an app creates belongs to it
//   sb_hold_…  one per app, cannot log in, has no members but the admin: holds the app's databases
//   <name>     one per database, logs in to that database only and then acts as sb_own_…

const quoted = pg.escapeIdentifier;

export const ownerRole = (server: Server, app: string): string =>
  `sb_own_${server.installation}_${shortHash(app)}`;

export const holderRole = (server: Server, app: string): string =>
  `${holderPrefix(server)}${shortHash(app)}`;

export const holderPrefix = (server: Server): string => `sb_hold_${server.installation}_`;

/** The URL of a database's own login. Its password is computed, never stored. */
export const loginUrl = (server: Server, name: string): string =>
  urlFor(server, { database: name, user: name, password: keyed(server.secret, name, 'base64url') });

/** The app's owner and holder roles exist. Repeatable, also at once from everywhere. */
export async function ensureAppRoles(server: Server, session: Session, app: string): Promise<void> {
  const roles = [ownerRole(server, app), holderRole(server, app)];
  await transaction(session, async () => {
    await session.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [roles[0]]);
    for (const role of roles) {
      if (await roleComment(session, role)) continue;
      await session.query(`create role ${quoted(role)} nologin`);
      await session.query(`comment on role ${quoted(role)} is ${pg.escapeLiteral(appNote(app))}`);
      await joinRole(server, session, role);
    }
  });
}

/** So that one environment cannot take all that the server has. */
const mostConnections = 120;

/** The login of this name exists with the right password. Throws `stores/name-taken`. */
export async function ensureLogin(
  server: Server,
  session: Session,
  key: { app: string; name: string },
): Promise<void> {
  const login = quoted(key.name);
  const owner = quoted(ownerRole(server, key.app));
  const verifier = pg.escapeLiteral(scramVerifier(keyed(server.secret, key.name, 'base64url')));
  const comment = await roleComment(session, key.name);
  if (comment !== null && comment !== loginNote(server)) throw nameTaken(key.name);

  await transaction(session, async () => {
    const verb = comment === null ? 'create' : 'alter';
    const limit = `connection limit ${mostConnections}`;
    await session.query(`${verb} role ${login} login ${limit} password ${verifier}`);
    if (comment === null) await joinRole(server, session, key.name);
    await session.query(`comment on role ${login} is ${pg.escapeLiteral(loginNote(server))}`);
    await session.query(`grant ${owner} to ${login}`);
    await session.query(`alter role ${login} set role = ${owner}`);
  });
}

/**
 * The login is gone, or at least can no longer log in: a clone elsewhere may still mention it in a grant.
 * Leaves alone what is not ours. Repeatable.
 */
export async function dropLogin(server: Server, session: Session, name: string): Promise<void> {
  if ((await roleComment(session, name)) !== loginNote(server)) return;
  try {
    await session.query(`drop role ${quoted(name)}`);
  } catch (error) {
    if (codeOf(error) !== dependentObjectsExist) throw error;
    await session.query(`alter role ${quoted(name)} nologin password null`);
  }
}

/** The app that a holder role's comment names. */
export function appOf(note: string | null): string {
  const said = note === null ? null : /^signalbox app (.*)$/s.exec(note);
  return said?.[1] ?? '';
}

const dependentObjectsExist = '2BP01';
const appNote = (app: string): string => `signalbox app ${app}`;
const loginNote = (server: Server): string => `signalbox login ${server.installation}`;

/** Null: no such role. */
async function roleComment(session: Session, role: string): Promise<string | null> {
  const { rows } = await session.query<{ comment: string }>(
    `select coalesce(shobj_description(oid, 'pg_authid'), '') as comment
       from pg_roles where rolname = $1`,
    [role],
  );
  return rows[0]?.comment ?? null;
}

/** An admin who is no superuser must be a member to use what the role owns and to end its sessions. */
async function joinRole(server: Server, session: Session, role: string): Promise<void> {
  if (!server.superuser) await session.query(`grant ${quoted(role)} to current_user`);
}

/**
 * What the server stores instead of a password (RFC 5803), computed here so that the password itself is
 * never sent and cannot show up in a log or in pg_stat_activity.
 */
function scramVerifier(password: string): string {
  const iterations = 4096;
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const hmac = (text: string): Buffer => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64');
  const serverKey = hmac('Server Key').toString('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}
