// A heartbeat as a process of its own. argv: database URL, controller. Prints why it was lost.
import { startHeartbeat } from '../../src/workflow/heartbeat.ts';

const [databaseUrl = '', controller = ''] = process.argv.slice(2);
// The heartbeat alone does not keep a process alive.
const awake = setInterval(() => undefined, 60_000);
const why = await startHeartbeat({ databaseUrl, controller }).lost;
clearInterval(awake);
process.stdout.write(`${JSON.stringify(why)}\n`);
