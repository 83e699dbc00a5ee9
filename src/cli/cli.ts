import type { Command } from 'commander';
import type { Client } from './client.ts';
import type { Printer } from './printer.ts';

/** What every command gets: its surroundings, the way to the controller and the way to the reader. */
export interface Cli {
  env: Readonly<Record<string, string | undefined>>;
  directory: string;
  version: string;
  globals(): GlobalOptions;
  /** Finds the controller the first time somebody needs it. */
  client(): Promise<Client>;
  print: Printer;
  /** What the process ends with; 0 until a command says otherwise. */
  exitCode: number;
}

export interface GlobalOptions {
  json?: boolean;
  url?: string;
  token?: string;
  app?: string;
}

export const commandGroups = [
  'Apps and branches',
  'Data and settings',
  'Signalbox itself',
] as const;

/** One word after `signalbox`. Its code is loaded when it is called, so that others start quickly. */
export interface CommandEntry {
  name: string;
  summary: string;
  /** null: not shown. */
  group: (typeof commandGroups)[number] | null;
  load(): Promise<(cli: Cli) => Command>;
}
