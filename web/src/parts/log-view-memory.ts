import type { LogLine } from './line-store.ts';
import { logViewText } from './log-view-text.ts';

/** An item of a stream of lines; of some logs it is known who printed it. */
export interface StreamedLine {
  service?: string;
  instance?: string;
  line: string;
}

interface Printer {
  from: string;
  /** The last lines it printed, as they came. */
  known: string[];
  /** Read once more after a cut, known or not; null: it is known what is new. */
  read: string[] | null;
  looks: number;
  lastCount: number;
}

const rememberedLines = 200;
const patience = { aWhile: 3, long: 10 };
const unsure =
  'The line was cut here, and the log does not say where it went on: lines may be missing or stand here twice.';

/**
 * Lines have no numbers: after a cut the end of the log is read again, and what is new is found by the last lines
 * of each instance. Where that is not certain, a line says so.
 */
export function logViewMemory(tell: (line: LogLine) => void) {
  const printers = new Map<string, Printer>();
  const print = (printer: Printer, text: string): void => {
    printer.known.push(text);
    if (printer.known.length > 2 * rememberedLines) printer.known.splice(0, rememberedLines);
    tell({ from: printer.from, text: logViewText(text) });
  };
  const settle = (printer: Printer, isLast: boolean): void => {
    const { read } = printer;
    if (read === null || (read.length === 0 && !isLast)) return;
    printer.looks += 1;
    const isQuiet = read.length === printer.lastCount;
    printer.lastCount = read.length;
    const isLong = isLast || printer.looks >= patience.long;
    if (!isQuiet && !isLong && printer.looks < patience.aWhile) return;
    const found = newSince(printer.known.slice(-rememberedLines), read);
    if (!found.isThere && !isLong) return;
    printer.read = null;
    if (!found.isSure) tell({ from: '', text: unsure, isNote: true });
    for (const text of found.lines) print(printer, text);
  };
  return {
    /** The line stands again, and the log is read anew from its tail on. */
    reopened(): void {
      for (const printer of printers.values())
        Object.assign(printer, { read: [], looks: 0, lastCount: 0 });
    },
    take({ service = '', instance = '', line }: StreamedLine): void {
      let printer = printers.get(instance);
      if (!printer) {
        printer = { from: service, known: [], read: null, looks: 0, lastCount: 0 };
        printers.set(instance, printer);
      }
      if (printer.read) printer.read.push(line);
      else print(printer, line);
    },
    /** Now and then, until all that was read again is told; `isLast`: nothing will come any more. */
    settle(isLast = false): void {
      for (const printer of printers.values()) settle(printer, isLast);
    },
  };
}

/** What stands in `read` after the last lines that are known. Not sure where they stand there twice, or not at all. */
export function newSince(
  known: readonly string[],
  read: readonly string[],
): { lines: readonly string[]; isThere: boolean; isSure: boolean } {
  const last = endBefore(known, read, read.length);
  if (last === null) return { lines: read, isThere: false, isSure: read.length === 0 };
  const isSure = endBefore(known, read, last - 1) === null;
  return { lines: read.slice(last), isThere: true, isSure };
}

/** Where `known` ends in `read` for the last time, at `most` or before. */
function endBefore(known: readonly string[], read: readonly string[], most: number): number | null {
  for (let end = most; end >= known.length; end -= 1) {
    let at = 1;
    while (at <= known.length && known.at(-at) === read[end - at]) at += 1;
    if (at > known.length) return end;
  }
  return null;
}
