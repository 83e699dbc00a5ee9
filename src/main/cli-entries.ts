import type { CommandEntry } from '../cli/cli.ts';
import { allCommands } from '../cli/commands/all.ts';

/** Every word `signalbox` knows: what only asks a controller, and what is one or works without. */
export const cliEntries: readonly CommandEntry[] = [
  ...allCommands.filter(({ group }) => group !== 'Signalbox itself'),
  {
    name: 'config',
    summary: 'explain and check signalbox.yaml',
    group: 'Data and settings',
    load: async () => (await import('./config-command.ts')).configCommand,
  },
  {
    name: 'up',
    summary: 'start a controller',
    group: 'Signalbox itself',
    load: async () => (await import('./up-command.ts')).upCommand,
  },
  {
    name: 'down',
    summary: 'end controller, apps, gateway and database of this machine',
    group: 'Signalbox itself',
    load: async () => (await import('./down-command.ts')).downCommand,
  },
  {
    name: 'gateway',
    summary: 'start a gateway on its own',
    group: 'Signalbox itself',
    load: async () => (await import('./gateway-command.ts')).gatewayCommand,
  },
  ...allCommands.filter(({ group }) => group === 'Signalbox itself'),
  {
    name: '__complete',
    summary: 'what may stand where the last word is typed',
    group: null,
    load: async () => (await import('./hidden-commands.ts')).completeCommand,
  },
  {
    name: '__reference',
    summary: 'print docs/guides/cli.md',
    group: null,
    load: async () => (await import('./hidden-commands.ts')).referenceCommand,
  },
];
