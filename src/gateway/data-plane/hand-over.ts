import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { SignalboxError } from '../../kernel/signalbox-error.ts';
import type { StartReport } from './control-contract.ts';
import { childEnvironment } from './child-environment.ts';
import { log } from './log.ts';
import { type Listener, listenerText } from './open-listener.ts';

export interface HeirOptions {
  execPath: string;
  /** Entry and flags, without what only we know. */
  argv: readonly string[];
  /** What it inherits, by the flag that tells it so. */
  listeners: Readonly<Record<string, Listener>>;
}

export interface Heir {
  /** It has done all it can do before this process steps back. Rejects with the SignalboxError it ended with. */
  prepared(): Promise<void>;
  /** It is the gateway when this resolves. Rejects as `prepared`. */
  takeOver(pauses: unknown): Promise<void>;
  /** Ends it, if it still lives. */
  giveUp(): void;
}

const patienceMs = 30_000;
/** Standard input, output and error, and the conversation. */
const firstDescriptor = 4;

/** Another process that gets our listening sockets and waits to take our place. */
export function heir({ execPath, argv, listeners }: HeirOptions): Heir {
  const inherited = Object.entries(listeners);
  const flags = inherited.flatMap(([flag, { port }], index) => [
    flag,
    listenerText({ fd: firstDescriptor + index, port }),
  ]);
  const child = spawn(
    execPath,
    [...argv, ...flags, '--directory', '.', '--report', '3', '--heir-of', String(process.pid)],
    {
      detached: true,
      stdio: ['ignore', 2, 2, 'pipe', ...inherited.map(([, { fd }]) => fd)],
      env: childEnvironment(),
    },
  );
  const pipe = child.stdio[3] as Duplex;
  const reports = reportsOf(child, pipe);
  const expect = async (kind: StartReport['kind']): Promise<void> => {
    const { value: report } = await reports.next();
    if (report?.kind === kind) return;
    if (report?.kind === 'trouble') throw new SignalboxError(report.trouble);
    throw new Error(`the successor said ${report?.kind ?? 'nothing'}, not ${kind}`);
  };
  return {
    prepared: () => expect('prepared'),
    async takeOver(pauses) {
      pipe.write(`${JSON.stringify(pauses)}\n`);
      await expect('listening');
      child.unref();
    },
    giveUp() {
      if (child.exitCode === null) child.kill('SIGKILL');
    },
  };
}

async function* reportsOf(
  child: ChildProcess,
  pipe: Duplex,
): AsyncGenerator<StartReport, undefined> {
  const patience = setTimeout(() => {
    log('the successor took too long and was ended');
    child.kill('SIGKILL');
  }, patienceMs);
  child.on('error', (error) => pipe.destroy(error));
  pipe.on('error', () => {});
  try {
    let text = '';
    for await (const piece of pipe.setEncoding('utf8') as AsyncIterable<string>) {
      text += piece;
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) yield JSON.parse(line) as StartReport;
    }
  } catch (error) {
    log('the successor could not be heard', error);
  } finally {
    clearTimeout(patience);
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return undefined;
}
