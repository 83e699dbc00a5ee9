import pg from 'pg';
import { codeOf, type Server } from './server.ts';

/**
 * On a server of Signalbox's own nobody gets into a database without being told so: PostgreSQL lets every role
 * connect to every database until that is taken away. Repeatable; does nothing on a server that others use too.
 */
export async function closeToPublic(server: Server): Promise<void> {
  if (!server.exclusive) return;
  const { rows } = await server.pool.query<{ name: string }>(
    `select datname as name from pg_database where has_database_privilege('public', oid, 'connect')`,
  );
  for (const { name } of rows) {
    const database = pg.escapeIdentifier(name);
    try {
      await server.pool.query(`revoke connect, temporary on database ${database} from public`);
    } catch (error) {
      if (!passing.has(codeOf(error) ?? '')) throw error;
    }
  }
}

// The database is gone by now, or another controller did the same at the same time.
const passing = new Set(['3D000', 'XX000']);
