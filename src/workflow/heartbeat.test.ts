import { equal } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { migrate } from '../db/migrate.ts';
import { openDatabase, row, sql } from '../db/pool.ts';
import { testDatabase } from '../../test/support/postgres.ts';

const program = join(import.meta.dirname, '../../test/support/heartbeat-program.ts');

for (const how of [[], ['--watch']]) {
  test(`a heartbeat beats until its row is gone, and says so: node ${how.join(' ')}`, async () => {
    const { url, drop } = await testDatabase();
    const { db, close } = openDatabase(url, 2);
    await migrate(db);
    await sql`insert into controllers (id, host, pid, listen, seen_at) values ('one', '', 1, '', 'epoch')`.execute(
      db,
    );
    const child = spawn(process.execPath, [...how, program, url, 'one'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const said = once(child.stdout, 'data');
      const beats = () =>
        row<{ seen: boolean }>(db, sql`select seen_at > 'epoch' as seen from controllers`);
      while (!(await beats())?.seen) await pause(50);
      await sql`delete from controllers`.execute(db);
      const [text] = (await said) as [Buffer];
      equal(JSON.parse(text.toString()), 'another controller took over this one’s work');
    } finally {
      child.kill();
      await close();
      await drop();
    }
  });
}
