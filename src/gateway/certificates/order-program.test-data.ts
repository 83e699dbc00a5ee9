// One turn of ordering in a process of its own, for a test that ends it at some instant. argv[2]: JSON.
import { openDatabase } from '../../db/pool.ts';
import type { AcmeSettings } from './acme-settings.ts';
import { orderDue } from './order-due.ts';

const { url, settings } = JSON.parse(process.argv[2] ?? '{}') as {
  url: string;
  settings: AcmeSettings;
};
const database = openDatabase(url, 3);
const world = {
  db: database.db,
  key: Buffer.alloc(32, 5),
  gateway: { apply: async () => undefined, routes: async () => [] },
  clock: { now: () => new Date() },
  lookAgainMs: 20,
  log: (line: string) => void process.stderr.write(`${line}\n`),
};
await orderDue(world, settings);
await database.close();
