import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { startOf, withDescendants } from './process-usage.ts';

export interface PinnedProcess {
  pid: number;
  /** Throws with the end of its output when it has ended by itself. */
  assertAlive(): void;
  /** It and all that it started have ended. Repeatable. */
  end(): Promise<void>;
}

export interface PinnedCommand {
  core: string;
  program: string;
  flags: readonly string[];
  /** Where its output goes. */
  outputFile: string;
  environment?: Record<string, string>;
}

const politeMs = 5000;

/** Whatever was started here, in its order. */
const started: PinnedProcess[] = [];

/** Nothing that was started here runs when it resolves. */
export async function endAllPinned(): Promise<void> {
  for (const process of started.splice(0).reverse()) await process.end();
}

/** The program runs on that core alone, as does everything it starts. */
export function startPinned(command: PinnedCommand): PinnedProcess {
  const output = openSync(command.outputFile, 'a');
  const child = spawn('taskset', ['-c', command.core, command.program, ...command.flags], {
    stdio: ['ignore', output, output],
    env: {
      ...process.env,
      PATH: `${process.env['PATH']}:/usr/sbin:/sbin`,
      ...command.environment,
    },
  });
  closeSync(output);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command.program} could not be started`);
  const pinned = {
    pid,
    assertAlive() {
      if (hasEnded(child))
        throw new Error(`${command.program} has ended:\n${endOf(command.outputFile)}`);
    },
    end: () => end(child, pid),
  };
  started.push(pinned);
  return pinned;
}

/** Children of a killed parent are nobody's, so they are noted before. */
async function end(child: ChildProcess, pid: number): Promise<void> {
  if (hasEnded(child)) return;
  const family = withDescendants(pid).map((member) => ({ pid: member, start: startOf(member) }));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await Promise.race([ended, pause(politeMs, undefined, { ref: false })]);
  for (const member of family) if (startOf(member.pid) === member.start) kill(member.pid);
  await (hasEnded(child) || ended);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It went by itself.
  }
}

const endOf = (file: string): string => readFileSync(file, 'utf8').slice(-2000);

const hasEnded = (child: ChildProcess): boolean =>
  child.exitCode !== null || child.signalCode !== null;
