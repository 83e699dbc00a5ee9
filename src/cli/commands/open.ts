import { spawn } from 'node:child_process';
import { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { whichEnvironment } from '../which-app.ts';

export function openCommand(cli: Cli): Command {
  return new Command('open')
    .argument('[env]', 'staging, production or a branch; absent: the branch checked out here')
    .action(async (env?: string) => {
      const environment = await whichEnvironment(cli, env);
      const { url, state } = await (await cli.client()).call('getEnvironment', { environment });
      cli.print.result({ url, state }, () => url);
      if (state !== 'live') cli.print.note(`It is ${state}.\n→ signalbox doctor ${environment}`);
      if (!cli.globals().json && cli.print.interactive) browse(cli, url);
    });
}

function browse({ env }: Cli, url: string): void {
  const hasDesktop = process.platform === 'darwin' || env['DISPLAY'] || env['WAYLAND_DISPLAY'];
  if (!hasDesktop || !/^https?:\/\//.test(url)) return;
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
  const browser = spawn(opener, [url], { stdio: 'ignore', detached: true });
  // The URL has been printed; no browser is no failure.
  browser.once('error', () => undefined);
  browser.unref();
}
