// Run by git's pre-receive and post-receive hooks, as a process of its own: asks the controller that serves
// this push, shows its words, and takes its verdict. No imports but node's own: it starts on every push.
import { request } from 'node:http';

const name = process.argv[2] ?? '';
const address = process.env['SIGNALBOX_HOOK_URL'] ?? '';
const verdictMark = '\u0000verdict ';

const quarantine = Object.fromEntries(
  Object.entries(process.env).filter(
    ([key]) =>
      key === 'GIT_OBJECT_DIRECTORY' ||
      key === 'GIT_ALTERNATE_OBJECT_DIRECTORIES' ||
      key === 'GIT_QUARANTINE_PATH',
  ),
);

/** What is accepted is safe in the repository even when the controller goes away; it is picked up later. */
function controllerGone(): void {
  if (name === 'post-receive') {
    process.stdout.write(
      'Signalbox went away; your push is safe and will be followed when it is back.\n',
    );
    process.exit(0);
  }
  process.stdout.write('Signalbox went away; nothing was accepted. Push again in a moment.\n');
  process.exit(1);
}

async function updates(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin) text += String(chunk);
  return text;
}

async function ask(): Promise<void> {
  const body = JSON.stringify({ updates: await updates(), quarantine });
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${process.env['SIGNALBOX_HOOK_TOKEN'] ?? ''}`,
  };
  const call = request(`${address}/${name}`, { method: 'POST', headers }, (reply) => {
    let pending = '';
    reply.setEncoding('utf8');
    reply.on('data', (text: string) => {
      pending += text;
      const end = pending.indexOf(verdictMark);
      process.stdout.write(end < 0 ? pending : pending.slice(0, end));
      if (end >= 0) process.exit(pending.slice(end + verdictMark.length).trim() === 'yes' ? 0 : 1);
      pending = '';
    });
    reply.on('end', controllerGone);
    reply.on('error', controllerGone);
  });
  call.on('error', controllerGone);
  call.end(body);
}

// The person pressed Ctrl-C: the work goes on without an audience.
process.stdout.on('error', () => process.exit(0));
await ask();
