import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import type { Cli } from '../cli/cli.ts';
import type { UpFlags } from './up.ts';
import { usualAddresses } from './usual-addresses.ts';

export function upCommand(cli: Cli): Command {
  return new Command('up')
    .option('--data <directory>', "this controller's own directory (SIGNALBOX_DATA)")
    .option('--files <directory>', 'what all controllers of one database share; absent: --data')
    .option('--listen <address>', 'where dashboard, API and git are served', usualAddresses.listen)
    .option(
      '--gateway <address>',
      'where previews and production are served',
      usualAddresses.gateway,
    )
    .addOption(
      new Option('--gateway-driver <name>', 'what serves them: our own gateway, or your HAProxy')
        .choices(['embedded', 'haproxy'])
        .default('embedded'),
    )
    .option('--gateway-tls <address>', 'where they are served encrypted; absent: nowhere')
    .option('--gateway-workers <number>', 'processes, or threads of HAProxy; absent: one per core')
    .option(
      '--gateway-trust <address...>',
      'proxies in front whose forwarding headers are believed',
    )
    .option('--gateway-proxy-protocol', 'those proxies begin each connection with a PROXY head')
    .option(
      '--gateway-access-log <file>',
      'a line per request, below its directory unless absolute',
    )
    .option('--certificates <directory>', 'NAME.crt and NAME.key, noticed when they change')
    .option('--acme-directory <url>', 'the CA that certificates are ordered from')
    .option('--acme-email <address>', 'where the CA writes to; agrees to its terms')
    .option('--acme-dns-hook <program>', 'adds and removes DNS records, for wildcards')
    .option('--domain <name>', 'below which every environment has its host', usualAddresses.domain)
    .addHelpText(
      'after',
      '\nDATABASE_URL replaces the embedded PostgreSQL. Ctrl-C stops the controller only.',
    )
    .action(async (flags: UpFlags) => {
      // Drivers, database and workflows: nobody who asks for help waits for them.
      const { up } = await import('./up.ts');
      const data = flags.data === undefined ? {} : { data: resolve(cli.directory, flags.data) };
      await up({ ...flags, ...data });
    });
}
