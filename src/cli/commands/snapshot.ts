import { Command } from 'commander';
import { createReadStream } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Snapshot } from '../../api/contract/snapshots.ts';
import { SignalboxError } from '../../kernel/signalbox-error.ts';
import { confirm } from '../ask.ts';
import type { Cli } from '../cli.ts';
import { whichApp } from '../which-app.ts';
import { ago, bytes, short, stateStyle } from '../words.ts';

const lookEveryMs = 500;

export function snapshotCommand(cli: Cli): Command {
  const command = new Command('snapshot');
  command
    .command('take <env>')
    .description('take a snapshot of staging or production')
    .option('--store <name>', 'only this store')
    .option('--no-wait', 'do not wait until it is ready')
    .action((env: string, options: { store?: string; wait: boolean }) => take(cli, env, options));
  command
    .command('list')
    .description('list the snapshots')
    .action(() => list(cli));
  command
    .command('import <file>')
    .description('make a snapshot from a plain SQL dump; - reads stdin')
    .option('--store <name>', 'for this store')
    .option('--commit <commit>', 'the commit on main its data belongs to')
    .action((file: string, options: { store?: string; commit?: string }) =>
      importDump(cli, file, options),
    );
  command
    .command('drop <snapshot>')
    .description('drop a snapshot once nothing is cloned from it')
    .option('-y, --yes', 'do not ask')
    .action((snapshot: string, options: { yes?: boolean }) => drop(cli, snapshot, options));
  return command;
}

async function take(
  cli: Cli,
  env: string,
  { store, wait }: { store?: string; wait: boolean },
): Promise<void> {
  const from = env.split('/').at(-1);
  if (from !== 'staging' && from !== 'production') throw notASource(env);
  const app = env.includes('/') ? (env.split('/')[0] ?? '') : await whichApp(cli);
  const begun = await (await cli.client()).call('takeSnapshot', { app, from, store });
  cli.print.note(`Taking a snapshot of ${app}/${from}.`);
  const snapshots = wait
    ? await Promise.all(begun.snapshots.map((snapshot) => finished(cli, snapshot)))
    : begun.snapshots;
  finish(cli, snapshots);
}

async function importDump(
  cli: Cli,
  file: string,
  options: { store?: string; commit?: string },
): Promise<void> {
  const app = await whichApp(cli);
  const upload = file === '-' ? process.stdin : createReadStream(file);
  // Read errors reach the request that reads it; this one only names the file.
  upload.once('error', () => cli.print.note(`${file} cannot be read.`));
  const client = await cli.client();
  cli.print.note(`Importing ${file} into a snapshot of ${app}.`);
  const begun = await client.call('importSnapshot', { app, ...options }, { upload });
  finish(cli, [await finished(cli, begun)]);
}

async function finished(cli: Cli, begun: Snapshot): Promise<Snapshot> {
  const client = await cli.client();
  let snapshot = begun;
  while (snapshot.state === 'taking') {
    await pause(lookEveryMs);
    snapshot = await client.call('getSnapshot', { snapshot: begun.id });
  }
  return snapshot;
}

function finish(cli: Cli, snapshots: readonly Snapshot[]): void {
  if (snapshots.some(({ state }) => state === 'failed')) cli.exitCode = 1;
  const reasons = snapshots.flatMap(({ reason }) => reason ?? []);
  cli.print.result({ snapshots }, () => [snapshotTable(cli, snapshots), ...reasons].join('\n\n'));
}

async function list(cli: Cli): Promise<void> {
  const app = await whichApp(cli);
  const { snapshots } = await (await cli.client()).call('listSnapshots', { app });
  cli.print.result({ snapshots }, () =>
    snapshots.length === 0
      ? 'There is no snapshot yet.\n→ signalbox snapshot take staging'
      : snapshotTable(cli, snapshots),
  );
}

function snapshotTable(cli: Cli, snapshots: readonly Snapshot[]): string {
  return cli.print.rows(
    [
      { title: 'SNAPSHOT' },
      { title: 'STORE' },
      { title: 'FROM' },
      { title: 'STATE', style: stateStyle },
      { title: 'SIZE' },
      { title: 'COMMIT' },
      { title: 'TAKEN' },
      { title: 'WHY', least: 10 },
    ],
    snapshots.map((snapshot) => [
      snapshot.id,
      snapshot.store,
      snapshot.source,
      snapshot.state,
      bytes(snapshot.bytes),
      short(snapshot.commit),
      ago(snapshot.takenAt),
      snapshot.reason?.split('\n', 1)[0] ?? '',
    ]),
  );
}

async function drop(cli: Cli, snapshot: string, { yes }: { yes?: boolean }): Promise<void> {
  await confirm(cli, { question: `This drops the snapshot ${snapshot}.`, yes });
  const result = await (await cli.client()).call('dropSnapshot', { snapshot });
  cli.print.result(result, ({ text }) => text);
}

function notASource(env: string): SignalboxError {
  return new SignalboxError({
    code: 'cli/not-a-source',
    what: `No snapshot is taken of ${env}.`,
    why: 'Snapshots seed new environments; they are taken of staging or production.',
    fix: ['signalbox snapshot take staging'],
  });
}
