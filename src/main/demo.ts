import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { demoSignalbox } from './demo-signalbox.ts';
import { say, tellStory } from './demo-story.ts';
import { userConfigDirectory } from './up.ts';

const { values } = parseArgs({
  options: {
    exit: { type: 'boolean', default: false },
    data: { type: 'string' },
    listen: { type: 'string' },
    gateway: { type: 'string' },
  },
});

/** `bin/demo`: the whole way from `git push` to production, with examples/shop. */
async function demo(): Promise<void> {
  const { server, data, tearDown } = await demoSignalbox({
    data: values.data,
    listen: values.listen,
    gateway: values.gateway,
    announceIn: values.exit ? undefined : userConfigDirectory(),
    beginsIn: (place) => say(`Starting Signalbox in ${place} …`),
  });
  say(`It is up: dashboard, API and git at ${server.url}, apps at ${server.gatewayUrl}`);
  try {
    await tellStory(server, data);
    if (!values.exit) await untilInterrupted();
  } finally {
    say('\nTaking everything down …');
    await tearDown();
    say('Gone.');
  }
}

async function untilInterrupted(): Promise<void> {
  say('\nIt stays up. Open the addresses, push more branches; Ctrl-C ends everything.');
  // Signal listeners alone do not keep a process alive.
  const awake = setInterval(() => undefined, 60_000);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  clearInterval(awake);
}

try {
  await demo();
} catch (error) {
  process.stderr.write(
    `\nThe demo failed: ${error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exitCode = 1;
}
process.exit();
