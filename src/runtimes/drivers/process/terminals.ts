import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { PassThrough } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Terminal, TerminalSpec } from '../../runtime.ts';
import { findProcesses } from './end-processes.ts';
import { commonVariables, givenVariables, launcherScript, start } from './launch.ts';
import { asUser, neededTool, systemPath, type Machine } from './machine.ts';
import { checkedId } from './place.ts';
import { processState } from './process-identity.ts';
import { beginTerminal, endTerminal, terminalKey, type TerminalRecord } from './terminal-record.ts';
import { refuseStranger } from './workload.ts';
import { workspaceFiles } from './workspaces.ts';

/** As the port says. */
export async function openTerminal(machine: Machine, spec: TerminalSpec): Promise<Terminal> {
  checkedId(spec.id);
  await refuseStranger(machine, spec);
  const run = spec.terminal ? await withTerminal(spec) : spec.run;
  const record = await beginTerminal(machine, spec);
  try {
    return terminalOf(machine, {
      spec,
      record,
      child: startTerminal(machine, { spec, record, run }),
    });
  } catch (error) {
    await endTerminal(machine, record);
    throw error;
  }
}

interface Opened {
  spec: TerminalSpec;
  record: TerminalRecord;
  child: ChildProcessWithoutNullStreams;
}

function startTerminal(
  machine: Machine,
  { spec, record, run }: { spec: TerminalSpec; record: TerminalRecord; run: string },
): ChildProcessWithoutNullStreams {
  const { number } = record;
  const key = terminalKey(machine, record);
  const absent = spec.terminal ? { TERM: 'xterm-256color' } : {};
  const variables = { ...absent, ...spec.variables };
  const env = {
    ...commonVariables(machine, { key, number, run }),
    ...givenVariables(machine, { key, number, variables }),
  };
  const cwd = workspaceFiles(machine, spec.workspace);
  const child = start(spec.id, () =>
    // Descriptor 3 closes with us; the launcher ends everything then.
    spawn('/bin/sh', [launcherScript, 'terminal', machine.place.terminals, '1'], {
      detached: true,
      cwd,
      env,
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    }),
  ) as ChildProcessWithoutNullStreams;
  // Who types on after the end is not told: the end itself is.
  for (const stream of [child.stdin, child.stderr, child.stdio[3]]) stream?.on('error', () => {});
  child.stderr.resume();
  return child;
}

function terminalOf(machine: Machine, { spec, record, child }: Opened): Terminal {
  const exitCode = ended(child).then(async (code) => {
    await endTerminal(machine, record);
    return code;
  });
  // Whoever does not ask for it must not be brought down by it.
  exitCode.catch(() => {});
  // Once a process has ended, Node throws away what nobody reads yet: a quick command would have printed nothing.
  const output = child.stdout.pipe(new PassThrough());
  child.stdout.once('error', (error) => output.destroy(error));
  let resized = Promise.resolve();
  return {
    output,
    write: (bytes) => void child.stdin.write(bytes),
    end: () => void child.stdin.end(),
    resize(columns, rows) {
      if (!spec.terminal) return;
      resized = resized.then(() => resize(machine, record, { columns, rows })).catch(() => {});
    },
    async close() {
      await endTerminal(machine, record);
      child.stdout.destroy();
      output.destroy();
      await exitCode;
    },
    exitCode,
  };
}

async function ended(child: ChildProcessWithoutNullStreams): Promise<number> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return code ?? 128 + (signal ? constants.signals[signal] : 0);
}

/** The command line that makes a terminal of the right size and runs the command in it. */
async function withTerminal({ run, columns, rows }: TerminalSpec): Promise<string> {
  const [script, stty] = await Promise.all([neededTool('script'), neededTool('stty')]);
  const sized = `${stty} sane rows ${cells(rows)} columns ${cells(columns)}`;
  const inside = `${sized} 2>/dev/null; exec /bin/sh -c ${quoted(run)}`;
  return `SHELL=/bin/sh exec ${script} -qefc ${quoted(inside)} /dev/null`;
}

const cells = (count: number): number => Math.min(1000, Math.max(1, Math.floor(count) || 1));

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const looks = 100;
const lookMs = 10;

/** As the workload's user: no terminal of anybody else can be meant. */
async function resize(
  machine: Machine,
  record: TerminalRecord,
  { columns, rows }: { columns: number; rows: number },
): Promise<void> {
  for (let look = 1; look <= looks; look++) {
    const device = terminalDevice(machine, record);
    if (device !== null) {
      const size = ['rows', String(cells(rows)), 'columns', String(cells(columns))];
      const uid = machine.users ? record.number : null;
      const [program, args] = asUser(uid, ['stty', '-F', device, ...size]);
      await promisify(execFile)(program, args, { env: { PATH: systemPath }, cwd: '/' });
      return;
    }
    await pause(lookMs);
  }
}

/** Major number of pseudo-terminals on Linux; their minor number is the N of /dev/pts/N. */
const ptsMajor = 136;

/** Of the oldest process that leads a session on a terminal: the one the terminal was made for. */
function terminalDevice(machine: Machine, record: TerminalRecord): string | null {
  const leaders = findProcesses({ groups: machine.groups, key: terminalKey(machine, record) })
    .map((pid) => ({ pid, found: processState(pid) }))
    .filter(({ pid, found }) => found?.session === pid && found.terminal !== 0)
    .sort((one, other) => Number(one.found?.start) - Number(other.found?.start));
  const terminal = leaders[0]?.found?.terminal ?? 0;
  // See proc(5): the minor number lies in bits 31 to 20 and 7 to 0, the major number in 15 to 8.
  const major = (terminal >> 8) & 0xff;
  const minor = (terminal & 0xff) | ((terminal >>> 12) & 0xfff00);
  return major === ptsMajor ? `/dev/pts/${minor}` : null;
}
