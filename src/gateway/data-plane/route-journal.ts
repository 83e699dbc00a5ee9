import {
  closeSync,
  copyFileSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { log } from './log.ts';

export interface RouteJournal {
  readonly number: number;
  /**
   * The line is with the operating system when this returns: it outlives every process, not a power cut.
   * Throws, with the file as it was, when it could not be written whole.
   */
  append(line: unknown): void;
  bytes(): number;
  close(): void;
}

const nameOf = (number: number): string => `routes.journal.${number}`;

/** A new, empty file of this number in the working directory. */
export function routeJournal(number: number): RouteJournal {
  const file = openSync(nameOf(number), 'w', 0o600);
  let bytes = 0;
  return {
    number,
    bytes: () => bytes,

    append(line) {
      const text = Buffer.from(`${JSON.stringify(line)}\n`);
      try {
        if (writeSync(file, text, 0, text.length, bytes) !== text.length) {
          throw new Error('the disk took only a part of it');
        }
      } catch (error) {
        ftruncateSync(file, bytes);
        throw new Error(`The change could not be written: ${(error as Error).message}`, {
          cause: error,
        });
      }
      bytes = fstatSync(file).size;
    },

    close: () => closeSync(file),
  };
}

/** The numbers of the journals in the working directory, rising. */
export function journalNumbers(): number[] {
  return readdirSync('.')
    .flatMap((name) => /^routes\.journal\.(\d+)$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((one, other) => one - other);
}

export function removeJournals(before: number): void {
  for (const number of journalNumbers()) {
    if (number < before) rmSync(nameOf(number), { force: true });
  }
}

/**
 * Its lines, each as `read` understood it. A torn last line was never in effect and is left out; for any
 * other line that cannot be understood the file is kept aside, which is said loudly.
 */
export function readJournal<Line>(number: number, read: (line: unknown) => Line): Line[] {
  const pieces = readFileSync(nameOf(number), 'utf8').split('\n');
  const torn = pieces.pop();
  if (torn !== '') log(`${nameOf(number)} ends within a line; that change was never in effect`);
  const lines: Line[] = [];
  let broken = 0;
  for (const piece of pieces) {
    try {
      lines.push(read(JSON.parse(piece)));
    } catch {
      broken += 1;
    }
  }
  if (broken > 0) {
    keepAside(nameOf(number), `CHANGES LOST: ${broken} of the lines in ${nameOf(number)}`);
  }
  return lines;
}

export function keepAside(file: string, lost: string, cause?: unknown): void {
  const aside = `${file}.broken-${Date.now()}`;
  copyFileSync(file, aside);
  log(`${lost} cannot be understood; a copy is kept as ${aside}.`, cause);
}
