import { join, resolve } from 'node:path';
import { Command } from 'commander';
import type { Cli } from '../cli/cli.ts';
import { usualDataDirectory } from './usual-data-directory.ts';

interface GatewayOptions {
  directory?: string;
  listen: string;
  replace?: boolean;
}

export function gatewayCommand(cli: Cli): Command {
  return new Command('gateway')
    .option('--directory <directory>', "its own directory; absent: gateway in the controller's")
    .option('--listen <address>', 'where it serves', '127.0.0.1:8080')
    .option('--replace', 'take the place of one that runs, as after an upgrade')
    .addHelpText(
      'after',
      '\nsignalbox up starts one when there is none; it serves on when every controller is dead.',
    )
    .action((options: GatewayOptions) => serve(cli, options));
}

/** Resolves when the gateway serves; its server then keeps the process alive. */
async function serve(
  cli: Cli,
  { directory, listen, replace = false }: GatewayOptions,
): Promise<void> {
  const { runGateway } = await import('../gateway/data-plane/run-gateway.ts');
  const place = resolve(cli.directory, directory ?? join(usualDataDirectory(cli.env), 'gateway'));
  const kind = await runGateway({ directory: place, listen, replace });
  cli.print.result({ kind, directory: place, listen }, () =>
    kind === 'another-lives'
      ? `A gateway serves ${place} already.`
      : `The gateway serves at ${listen}.`,
  );
}
