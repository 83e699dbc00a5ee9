import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiServer } from '../../src/api/server.ts';
import { fakeAudit, fakeAuthenticate, fakeHandlers, fakeTokens } from '../fakes/api-handlers.ts';
import { fakeWorld, type FakeWorld } from '../fakes/api-world.ts';

export const cliScript = join(import.meta.dirname, '../../src/main/cli.ts');

export interface CliRun {
  code: number;
  out: string;
  err: string;
}

export interface CliHow {
  input?: string;
  env?: Record<string, string>;
  directory?: string;
}

/** The real CLI, started as a process, against a real API server in front of a fake world. */
export interface CliLab {
  url: string;
  home: string;
  world: FakeWorld;
  env(more?: Record<string, string>): Record<string, string>;
  signalbox(args: readonly string[], how?: CliHow): Promise<CliRun>;
  close(): Promise<void>;
}

export async function cliLab(): Promise<CliLab> {
  const home = await mkdtemp(join(tmpdir(), 'signalbox-cli-'));
  const world = fakeWorld();
  const app = apiServer({
    version: '0.1.0',
    authenticate: fakeAuthenticate,
    audit: fakeAudit(),
    handlers: fakeHandlers(world.handlers),
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const env = (more: Record<string, string> = {}): Record<string, string> => ({
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    SIGNALBOX_URL: url,
    SIGNALBOX_TOKEN: fakeTokens.admin,
    ...more,
  });
  return {
    url,
    home,
    world,
    env,
    signalbox: (args, { input = '', env: more, directory = home } = {}) =>
      run(args, { input, env: env(more), directory }),
    async close() {
      await app.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

function run(
  args: readonly string[],
  { input, env, directory }: Required<CliHow>,
): Promise<CliRun> {
  return new Promise((resolve) => {
    const options = { cwd: directory, env };
    const child = execFile(process.execPath, [cliScript, ...args], options, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
    child.stdin?.on('error', () => undefined).end(input);
  });
}
