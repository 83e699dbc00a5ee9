import { parentPort, workerData } from 'node:worker_threads';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';

const { databaseUrl, controller } = workerData as { databaseUrl: string; controller: string };
const beatMs = 1000;

/** Beats until the row is gone. A broken connection is no proof of anything: it connects again. */
async function beat(): Promise<void> {
  for (;;) {
    const client = new Client({
      connectionString: databaseUrl,
      application_name: 'signalbox heartbeat',
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      for (;;) {
        const seen = await client.query(
          'update controllers set seen_at = clock_timestamp() where id = $1',
          [controller],
        );
        if (seen.rowCount === 0) {
          parentPort?.postMessage('another controller took over this one’s work');
          return;
        }
        await pause(beatMs);
      }
    } catch {
      await pause(beatMs);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

await beat();
