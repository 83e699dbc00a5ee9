import { join, resolve } from 'node:path';
import { Command } from 'commander';
import type { Cli } from '../cli/cli.ts';
import type { GatewayPlace } from '../gateway/drivers/embedded/start-gateway.ts';
import { usualDataDirectory } from './usual-data-directory.ts';

interface GatewayFlags {
  directory?: string;
  listen: string;
  listenTls?: string;
  workers?: string;
  proxyProtocol?: boolean;
  trust?: string[];
  accessLog?: string;
  accessLogSample?: string;
  replace?: boolean;
}

export function gatewayCommand(cli: Cli): Command {
  return new Command('gateway')
    .option('--directory <directory>', "its own directory; absent: gateway in the controller's")
    .option('--listen <address>', 'where it serves', '127.0.0.1:8080')
    .option('--listen-tls <address>', 'where it serves encrypted connections; absent: nowhere')
    .option(
      '--workers <number>',
      'processes that take connections; absent: one per core, at most 8',
    )
    .option('--proxy-protocol', 'connections begin with a PROXY head, from trusted addresses only')
    .option('--trust <address...>', 'addresses or networks whose forwarding headers are believed')
    .option('--access-log <file>', 'a line per request, below its directory unless absolute')
    .option('--access-log-sample <share>', 'the share of requests that get one, 0 to 1')
    .option('--replace', 'take the place of one that runs, as after an upgrade')
    .addHelpText(
      'after',
      '\nsignalbox up starts one when there is none; it serves on when every controller is dead. With\n' +
        '--replace the one that runs starts the new one itself and hands its sockets over: nobody is refused.',
    )
    .action((flags: GatewayFlags) => serve(cli, flags));
}

/** Resolves when the gateway serves; its server then keeps the process alive, unless it is another process. */
async function serve(cli: Cli, flags: GatewayFlags): Promise<void> {
  const { runGateway } = await import('../gateway/data-plane/run-gateway.ts');
  const { readSettings } = await import('../gateway/data-plane/gateway-settings.ts');
  const directory = resolve(
    cli.directory,
    flags.directory ?? join(usualDataDirectory(cli.env), 'gateway'),
  );
  const { listen, workers, trust } = flags;
  const settings = readSettings({
    listen,
    workers,
    trust,
    'listen-tls': flags.listenTls,
    'proxy-protocol': flags.proxyProtocol,
    'access-log': flags.accessLog,
    'access-log-sample': flags.accessLogSample,
  });
  const entry = join(import.meta.dirname, 'gateway.ts');
  const kind =
    flags.replace === true && (await handedOver({ directory, listen, settings }))
      ? 'handed-over'
      : await runGateway({ directory, settings, entry });
  const says = {
    'handed-over': `Another process serves at ${listen} now.`,
    'another-lives': `A gateway serves ${directory} already.`,
    listening: `The gateway serves at ${listen}.`,
  };
  cli.print.result({ kind, directory, listen }, () => says[kind as keyof typeof says]);
}

async function handedOver(place: GatewayPlace): Promise<boolean> {
  const { isRunning, restartGateway } = await import('../gateway/drivers/embedded/keep-running.ts');
  if (!(await isRunning(place))) return false;
  await restartGateway(place);
  return true;
}
