import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { say, tellStory } from './demo-story.ts';
import { startServer, type RunningServer } from './server.ts';
import { takeDown } from './take-down.ts';
import { ownVersion, userConfigDirectory } from './up.ts';
import { usualAddresses } from './usual-addresses.ts';

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
  const data = values.data
    ? resolve(values.data)
    : await mkdtemp(join(tmpdir(), 'signalbox-demo-'));
  await mkdir(data, { recursive: true });
  await chmod(data, 0o711);
  say(`Starting Signalbox in ${data} …`);
  const server = await startServer({
    data,
    listen: values.listen ?? (await usual(usualAddresses.listen)),
    gateway: values.gateway ?? (await usual(usualAddresses.gateway)),
    domain: usualAddresses.domain,
    announceIn: values.exit ? undefined : userConfigDirectory(),
    version: await ownVersion(),
    log: (line) => process.stderr.write(`  (${line})\n`),
  });
  say(`It is up: API and git at ${server.url}, apps at ${server.gatewayUrl}`);
  try {
    await tellStory(server, data);
    if (!values.exit) await untilInterrupted();
  } finally {
    await tearDown(server, data);
  }
}

/** The usual port, or any free one when somebody has it. */
async function usual(address: string): Promise<string> {
  const [host = '127.0.0.1', port = '0'] = address.split(':');
  const server = createServer();
  const free = await new Promise<boolean>((settle) => {
    server.once('error', () => settle(false));
    server.listen(Number(port), host, () => settle(true));
  });
  if (!free) server.listen(0, host);
  if (!free) await once(server, 'listening');
  const bound = server.address();
  server.close();
  await once(server, 'close');
  return `${host}:${bound !== null && typeof bound === 'object' ? bound.port : port}`;
}

async function untilInterrupted(): Promise<void> {
  say('\nIt stays up. Open the addresses, push more branches; Ctrl-C ends everything.');
  // Signal listeners alone do not keep a process alive.
  const awake = setInterval(() => undefined, 60_000);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  clearInterval(awake);
}

/** Nothing is left running; a throw-away directory goes too. */
async function tearDown(server: RunningServer, data: string): Promise<void> {
  say('\nTaking everything down …');
  await server.stop();
  await takeDown({ data, files: data });
  if (!values.data) await rm(data, { recursive: true, force: true });
  say('Gone.');
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
