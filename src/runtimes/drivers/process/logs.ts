import type { LogPiece } from '../../runtime.ts';
import { keptBytes, openLog, pieceBytes } from './log-file.ts';
import type { Machine } from './machine.ts';
import { knownWorkload, workloadDirectory } from './workload.ts';

/** A piece of the log, without `ended`, which is not for the log to know. Throws `runtime/unknown-workload`. */
export async function readPiece(
  machine: Machine,
  id: string,
  from: number,
): Promise<Omit<LogPiece, 'ended'> & { isLast: boolean }> {
  await knownWorkload(machine, id);
  const log = await openLog(workloadDirectory(machine, id));
  try {
    const asked = from < 0 ? log.end + from : from;
    const start = Math.min(Math.max(asked, log.oldest), log.end);
    const bytes = await log.read(start, Math.min(log.end, start + pieceBytes));
    const next = start + bytes.length;
    return { bytes, next, isLast: next >= log.end };
  } finally {
    await log.close();
  }
}

/** As the port says; of very long lines only the last 4 MB. */
export async function logTail(machine: Machine, id: string, lines: number): Promise<string> {
  await knownWorkload(machine, id);
  if (lines <= 0) return '';
  const log = await openLog(workloadDirectory(machine, id));
  try {
    const floor = Math.max(log.oldest, log.end - keptBytes);
    let text = Buffer.alloc(0);
    for (let start = log.end; start > floor && lineCount(text) <= lines;) {
      const from = Math.max(floor, start - pieceBytes);
      text = Buffer.concat([await log.read(from, start), text]);
      start = from;
    }
    // As the port says: PostgreSQL refuses a text with NUL, and whatever was to be written down with it.
    return lastLines(text.toString('utf8').replaceAll('\0', ''), lines);
  } finally {
    await log.close();
  }
}

const lineCount = (text: Buffer): number => text.toString('latin1').split('\n').length - 1;

function lastLines(text: string, lines: number): string {
  const all = text.split('\n');
  // A log usually ends with the end of a line, which begins no new one.
  const count = all.at(-1) === '' ? lines + 1 : lines;
  return all.slice(-count).join('\n');
}
