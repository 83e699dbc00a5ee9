import { isatty } from 'node:tty';
import { styleText } from 'node:util';
import { table, type Column } from './table.ts';

type Style = Parameters<typeof styleText>[0];

/** The way to the reader: results to stdout, everything else to stderr. */
export interface Printer {
  line(text: string): void;
  /** For people only: silent with --json. */
  note(text: string): void;
  json(value: unknown): void;
  /** As JSON with --json, otherwise as `show` has it. */
  result<T>(value: T, show: (value: T) => string): void;
  rows(columns: readonly Column[], rows: readonly (readonly string[])[]): string;
  style(style: Style, text: string): string;
  /** Both ends are a terminal: a person can be asked. */
  interactive: boolean;
}

/** A pipe has no edge: what reads it wants names whole. */
const widthOf = ({ isTTY, columns }: NodeJS.WriteStream): number =>
  isTTY ? columns || 80 : Infinity;

/** `isJson` is asked late, because the options are read after the printer is made. */
export function printer(isJson: () => boolean): Printer {
  const { stdout, stderr } = process;
  const style = (style: Style, text: string): string => styleText(style, text, { stream: stdout });
  const line = (text: string): void => void stdout.write(`${text}\n`);
  const json = (value: unknown): void => line(JSON.stringify(value, null, 2));
  return {
    line,
    json,
    style,
    note(text) {
      if (!isJson()) stderr.write(`${text}\n`);
    },
    result(value, show) {
      if (isJson()) json(value);
      else line(show(value));
    },
    rows: (columns, rows) => table(columns, rows, { width: widthOf(stdout), style }),
    interactive: isatty(0) && isatty(1),
  };
}
