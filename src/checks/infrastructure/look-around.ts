import { readFileSync } from 'node:fs';
import { formatByteSize } from '../../kernel/byte-size.ts';
import { type Answer, failed, passed } from './answer.ts';
import type { Check, Question } from './question.ts';
import { runToEnd, type Ground } from './run-to-end.ts';

/** What only somebody inside the environment can see. */
export type Inside = Extract<Question, { section: 'mounts' | 'directories' | 'processes' }>;

const mostLines = 1_000;

/**
 * What one job in the environment finds out about all of these, in their order. Names reach it as variables
 * and are only compared there. `id` names this try; a second call joins it while it runs. Abort ends the
 * waiting, not the job.
 */
export async function lookAround(
  asked: readonly Inside[],
  ground: Ground,
  id: string,
): Promise<Answer[]> {
  const timeoutMs = Math.max(...asked.map(({ check }) => check.timeout));
  const variables = {
    SIGNALBOX_PROCESSES: linesOf(asked, (one) => one.section === 'processes' && one.check.command),
    SIGNALBOX_PATHS: linesOf(asked, (one) => one.section !== 'processes' && one.check.path),
  };
  const job = { id, run: script, timeoutMs, variables };
  const { output } = await runToEnd(ground, job, mostLines);
  const seen = readSeen(output);
  return asked.map((one, number) =>
    one.section === 'processes'
      ? judgedCount(seen.processes.get(number), one.check)
      : judgedPath(seen.paths.get(number), one),
  );
}

/** `NUMBER TEXT`, a line for each that has a text. None has a line break of its own. */
function linesOf(asked: readonly Inside[], textOf: (one: Inside) => string | false): string {
  return asked
    .flatMap((one, number) => {
      const text = textOf(one);
      return text === false ? [] : [`${number} ${text}`];
    })
    .join('\n');
}

/** For any POSIX shell on Linux. */
const script = readFileSync(new URL('./look-around.sh', import.meta.url), 'utf8');

interface Room {
  real: string;
  isWritable: boolean;
  totalKib: number;
  availableKib: number;
  mountedOn: string;
}

interface Seen {
  processes: Map<number, number>;
  paths: Map<number, Room | 'absent'>;
}

/** Lines of another shape are left out: whoever was asked about there has given no answer. */
function readSeen(output: string): Seen {
  const seen: Seen = { processes: new Map(), paths: new Map() };
  for (const [, number, count] of output.matchAll(/^signalbox-process (\d{1,4}) (\d{1,6})$/gm))
    seen.processes.set(Number(number), Number(count));
  for (const [, number] of output.matchAll(/^signalbox-path (\d{1,4}) absent$/gm))
    seen.paths.set(Number(number), 'absent');
  for (const [, number, writable, real = '', line = ''] of output.matchAll(
    /^signalbox-path (\d{1,4}) there (yes|no)\n(.*)\n(.*)$/gm,
  )) {
    // df -P: file system, 1024-byte blocks, used, available, capacity, mounted on.
    const room = /\s(\d+)\s+\d+\s+(-?\d+)\s+(?:\d+%|-)\s+(\/.*)$/.exec(line);
    if (!room) continue;
    const [, total, available, mountedOn = ''] = room;
    seen.paths.set(Number(number), {
      real,
      isWritable: writable === 'yes',
      totalKib: Number(total),
      availableKib: Math.max(0, Number(available)),
      mountedOn,
    });
  }
  return seen;
}

const noAnswer = failed('it could not be looked at in time');

function judgedCount(count: number | undefined, check: Check<'processes'>): Answer {
  if (count === undefined) return noAnswer;
  const isRight = count >= check['at-least'] && count <= (check['at-most'] ?? Infinity);
  const found = count === 0 ? 'none runs' : count === 1 ? '1 runs' : `${count} run`;
  return isRight ? passed(found) : failed(found);
}

function judgedPath(
  room: Room | 'absent' | undefined,
  { section, check }: Exclude<Inside, { section: 'processes' }>,
): Answer {
  if (room === undefined) return noAnswer;
  if (room === 'absent') return failed('there is no such directory');
  if (section === 'mounts' && room.mountedOn !== room.real)
    return failed('it is there, and nothing is mounted on it');
  if (check.writable && !room.isWritable) return failed('it cannot be written to');
  const free = freeInWords(room);
  return isEnough(room, check.free) ? passed(free) : failed(free);
}

function isEnough({ availableKib, totalKib }: Room, free: Check<'mounts'>['free']): boolean {
  if (free === undefined) return true;
  if ('bytes' in free) return availableKib * 1024 >= free.bytes;
  return totalKib > 0 && (availableKib / totalKib) * 100 >= free.percent;
}

function freeInWords({ availableKib, totalKib }: Room): string {
  const mib = formatByteSize(Math.floor(availableKib / 1024) * 2 ** 20);
  const percent = totalKib > 0 ? Math.floor((availableKib / totalKib) * 100) : 0;
  return `${mib} are free, ${percent} %`;
}
