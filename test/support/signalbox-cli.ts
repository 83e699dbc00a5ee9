import { join } from 'node:path';
import { execa } from 'execa';
import type { Controller } from './signalbox.ts';

export const signalboxProgram = join(import.meta.dirname, '../../bin/signalbox');

export interface Said {
  code: number;
  out: string;
  err: string;
}

/** What a person at a terminal of their own has: the real program, and nothing of the test's environment. */
export interface Shell {
  /** Runs `signalbox` to its end, whatever its exit code. */
  signalbox(args: readonly string[], input?: string): Promise<Said>;
  /** The same with --json; throws when it fails. */
  json<T>(...args: string[]): Promise<T>;
  /** Goes on until `end`; what it has said so far. */
  start(...args: string[]): { said(): string; end(): Promise<void> };
  env: Record<string, string>;
}

export function shell(of: { controller: Controller; home: string; directory: string }): Shell {
  const env = {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: of.home,
    NO_COLOR: '1',
    SIGNALBOX_URL: of.controller.url,
    SIGNALBOX_TOKEN: of.controller.token,
  };
  const how = { cwd: of.directory, env, extendEnv: false, reject: false } as const;
  async function signalbox(args: readonly string[], input = ''): Promise<Said> {
    const ended = await execa(signalboxProgram, args, { ...how, input });
    return { code: ended.exitCode ?? -1, out: ended.stdout, err: ended.stderr };
  }
  return {
    env,
    signalbox,
    async json<T>(...args: string[]) {
      const { code, out, err } = await signalbox([...args, '--json']);
      if (code !== 0) throw new Error(`signalbox ${args.join(' ')}: ${code} ${err}`);
      return JSON.parse(out) as T;
    },
    start(...args) {
      let said = '';
      const child = execa(signalboxProgram, args, { ...how, stdin: 'ignore' });
      child.stdout.on('data', (text: Buffer) => (said += text.toString()));
      return {
        said: () => said,
        async end() {
          child.kill('SIGINT');
          await child;
        },
      };
    },
  };
}
