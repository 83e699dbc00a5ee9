import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { isatty } from 'node:tty';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { Cli } from './cli.ts';

/** Returns when a person agreed, or --yes was given; refuses otherwise. */
export async function confirm(
  cli: Cli,
  { question, yes }: { question: string; yes: boolean | undefined },
): Promise<void> {
  if (yes) return;
  if (cli.print.interactive && /^y(es)?$/i.test((await ask(`${question} [y/N] `)).trim())) return;
  throw new SignalboxError({
    code: 'cli/not-confirmed',
    what: 'Nothing was done, because nobody said yes.',
    fix: ['Add --yes where there is nobody to ask.'],
  });
}

/** The name typed once more by a person, or given as an option; refuses otherwise. */
export async function confirmName(
  cli: Cli,
  { warning, name, given }: { warning: string; name: string; given: string | undefined },
): Promise<string> {
  const typed =
    given ??
    (cli.print.interactive ? (await ask(`${warning}\nType ${name} to go on: `)).trim() : '');
  if (typed === name) return name;
  throw new SignalboxError({
    code: 'cli/not-confirmed',
    what: 'Nothing was done, because its name was not given once more.',
    why: warning,
    fix: [`Add --confirm ${name}`],
  });
}

export async function ask(question: string, { echo = true } = {}): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  process.stderr.write(question);
  const lines = createInterface({
    input: process.stdin,
    output: echo ? process.stderr : silent,
    terminal: isatty(0),
  });
  // Ctrl-C leaves as it does everywhere else.
  lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return await lines.question('');
  } finally {
    lines.close();
    if (!echo) process.stderr.write('\n');
  }
}

/** All of stdin, without the line end that echo and editors leave. */
export async function readInput(): Promise<string> {
  return (await text(process.stdin)).replace(/\r?\n$/, '');
}
