import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SampleApp } from './sample-app.ts';
import { type Shell, shell, signalboxProgram } from './signalbox-cli.ts';
import { type Controller, eventually, freePort } from './signalbox.ts';

/** The real `signalbox up` in a directory of its own, as a person starts and stops it. */
export interface UpProgram {
  directory: string;
  data: string;
  gatewayPort: number;
  /** Resolves when it is up; `git push signalbox` of the app then goes there. */
  start(...flags: string[]): Promise<Shell>;
  /** As Ctrl-C does; the gateway serves on. */
  stop(): Promise<void>;
  /** Nothing of it runs and nothing of it is left when it resolves. */
  end(): Promise<void>;
}

export async function upProgram(app: SampleApp): Promise<UpProgram> {
  const directory = await mkdtemp(join(tmpdir(), 'signalbox-up-'));
  // Workloads of other users must be able to pass through.
  await chmod(directory, 0o711);
  const data = join(directory, 'data');
  const gatewayPort = await freePort();
  let running: ChildProcess | undefined;

  const shellAt = (url: string, token: string): Shell => {
    const controller = { url, token } as Controller;
    return shell({ controller, home: directory, directory: app.directory });
  };

  async function stop(): Promise<void> {
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const exited = once(running, 'exit');
    running.kill('SIGTERM');
    await exited;
  }

  return {
    directory,
    data,
    gatewayPort,
    stop,

    async start(...flags) {
      const listen = `127.0.0.1:${await freePort()}`;
      const addresses = ['--listen', listen, '--gateway', `127.0.0.1:${gatewayPort}`];
      running = spawn(signalboxProgram, ['up', '--data', data, ...addresses, ...flags], {
        env: { PATH: process.env['PATH'], HOME: directory },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      await isUp(running);
      const token = (await readFile(join(data, 'admin-token'), 'utf8')).trim();
      await app.git('remote', 'remove', 'signalbox').catch(() => undefined);
      const remote = `http://ada:${token}@${listen}/git/${app.name}.git`;
      await app.git('remote', 'add', 'signalbox', remote);
      return shellAt(`http://${listen}`, token);
    },

    async end() {
      await stop();
      await shellAt('', '').signalbox(['down', '--data', data]);
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function isUp(running: ChildProcess): Promise<void> {
  let said = '';
  for (const stream of [running.stdout, running.stderr])
    stream?.on('data', (text: Buffer) => (said += text.toString()));
  await eventually('signalbox is up', async () => {
    return running.exitCode !== null || said.includes('Next: ');
  });
  if (running.exitCode !== null) throw new Error(`signalbox up ended: ${said}`);
}
