import { SignalboxError } from '../../../kernel/signalbox-error.ts';

export const nameTaken = (name: string): SignalboxError =>
  new SignalboxError({
    code: 'stores/name-taken',
    what: `Cannot use the database name ${name}: something on the server that is not ours has it.`,
    why: 'Signalbox changes and drops only databases and roles that it has made itself.',
    fix: [`rename the database or role ${name} on the server`, 'or use another server'],
  });

export const noSuchSnapshot = (snapshot: string): SignalboxError =>
  new SignalboxError({
    code: 'stores/no-such-snapshot',
    what: `There is no snapshot ${snapshot}.`,
    why: 'It was never completed, or it has been dropped since.',
    fix: ['signalbox snapshot list', 'signalbox snapshot take staging'],
  });

export const noSuchSource = (name: string): SignalboxError =>
  new SignalboxError({
    code: 'stores/no-such-database',
    what: `There is no database ${name}.`,
    why: 'Its environment was destroyed, or never came to have one.',
    fix: ['signalbox doctor'],
  });

export const wouldInterrupt = (name: string, why: string): SignalboxError =>
  new SignalboxError({
    code: 'stores/would-interrupt',
    what: `Cannot take a snapshot of ${name} without interrupting it.`,
    why,
    fix: [
      "put a pg_dump at least as new as the server into the controller's PATH, and start it again",
      'or take previews from staging, which may be interrupted for a moment: seed.from: staging',
    ],
  });

export const sourceBusy = (name: string, cause: unknown): SignalboxError =>
  new SignalboxError({
    code: 'stores/source-busy',
    what: `Cannot copy the database ${name}: its connections could not be ended.`,
    why: cause instanceof Error ? cause.message : String(cause),
    fix: ['try again', 'look for prepared transactions and replication slots that hold it open'],
    cause,
  });
