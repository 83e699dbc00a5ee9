import { Command } from 'commander';
import type { Certificate } from '../../api/contract/certificates.ts';
import type { Cli } from '../cli.ts';
import { ago, ahead, facts, stateStyle } from '../words.ts';

export function certificateCommand(cli: Cli): Command {
  const command = new Command('certificate');
  command
    .command('order <name...>')
    .description('have one certificate for these names ordered and kept new')
    .option('--dns', 'prove the names by DNS, as wildcards always are')
    .option('--force', 'also for names at which nothing is served here')
    .action((names: string[], options: { dns?: boolean; force?: boolean }) =>
      order(cli, names, options),
    );
  command
    .command('list')
    .description('list certificates from files and CAs')
    .action(() => list(cli));
  command
    .command('show <name>')
    .description('show the certificates that prove a name')
    .action((name: string) => show(cli, name));
  command
    .command('remove <name>')
    .description('serve and renew a certificate no more')
    .action((name: string) => remove(cli, name));
  return command;
}

async function order(
  cli: Cli,
  names: string[],
  { dns = false, force = false }: { dns?: boolean; force?: boolean },
): Promise<void> {
  const ordered = await (await cli.client()).call('orderCertificate', { names, dns, force });
  cli.print.result(ordered, ({ text }) => `${text}\n→ signalbox certificate show ${ordered.id}`);
}

async function list(cli: Cli): Promise<void> {
  const result = await (await cli.client()).call('listCertificates', {});
  cli.print.result(result, ({ certificates }) =>
    certificates.length === 0
      ? 'There is no certificate yet.\n→ signalbox certificate order NAME'
      : [table(cli, certificates), ...certificates.flatMap(troubles)].join('\n'),
  );
}

function table(cli: Cli, certificates: readonly Certificate[]): string {
  return cli.print.rows(
    [
      { title: 'NAMES', least: 20 },
      { title: 'FROM', least: 10 },
      { title: 'STATE', style: style },
      { title: 'EXPIRES' },
      { title: 'NEXT ORDER' },
    ],
    certificates.map(({ names, source, id, state, expiresAt, nextAttemptAt }) => [
      names.join(' ') || '-',
      source === 'file' ? id : 'CA',
      state,
      moment(expiresAt),
      nextAttemptAt === null ? '-' : moment(nextAttemptAt),
    ]),
  );
}

const style = (state: string) =>
  ['expired', 'unusable', 'failing'].includes(state) ? 'red' : stateStyle(state);

const moment = (at: Date | null): string =>
  at !== null && at.getTime() < Date.now() ? ago(at) : ahead(at);

/** What went wrong and what ends it, below the table: a cell would be too narrow. */
function troubles({ names, id, error, fix }: Certificate): string[] {
  if (error === null) return [];
  return ['', `${names[0] ?? id}: ${error}`, ...(fix === null ? [] : [`→ ${fix}`])];
}

async function show(cli: Cli, certificate: string): Promise<void> {
  const result = await (await cli.client()).call('getCertificates', { certificate });
  cli.print.result(result, ({ certificates }) => certificates.map(told).join('\n\n'));
}

const told = (one: Certificate): string =>
  facts({
    names: one.names.join(' '),
    from: one.source === 'file' ? one.id : `a CA, proven by ${one.challenge}`,
    id: one.source === 'file' ? null : one.id,
    state: one.state,
    issuer: one.issuer,
    issued: one.issuedAt?.toISOString(),
    expires: one.expiresAt && `${one.expiresAt.toISOString()} (${moment(one.expiresAt)})`,
    'next order': one.nextAttemptAt && moment(one.nextAttemptAt),
    'asked by': one.askedBy,
    error: one.error,
    'what to do': one.fix,
  });

async function remove(cli: Cli, certificate: string): Promise<void> {
  const client = await cli.client();
  cli.print.result(await client.call('removeCertificate', { certificate }), ({ text }) => text);
}
