import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { importDump } from './import-dump.ts';

const run = promisify(execFile);

/** A pg_dump that understands the server, or why there is none. */
export async function findPgDump(
  serverMajor: number,
  given: string | undefined,
): Promise<{ path: string; why?: undefined } | { path?: undefined; why: string }> {
  const path = given ?? 'pg_dump';
  try {
    const { stdout } = await run(path, ['--version']);
    const major = Number(/\s(\d+)/.exec(stdout)?.[1]);
    if (major >= serverMajor) return { path };
    return {
      why: `${path} is version ${major}, but the server's ${serverMajor} needs one as new.`,
    };
  } catch {
    return { why: `${path} is not there, and only pg_dump copies without ending connections.` };
  }
}

/** Copies while the source goes on being used; says so in words. */
export async function dumpInto(pgDump: string, from: string, to: string): Promise<string> {
  const source = new URL(from);
  const password = decodeURIComponent(source.password);
  source.password = '';
  const args = ['--no-owner', '--no-privileges', '--encoding=UTF8', `--dbname=${source.href}`];
  const dump = spawn(pgDump, args, {
    // The password stays out of the list of processes.
    env: { PATH: process.env['PATH'], PGPASSWORD: password },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaint = '';
  dump.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2000);
  });
  const exit = new Promise<number | null>((resolve) => {
    dump.once('close', resolve);
    dump.once('error', () => resolve(null));
  });
  try {
    const { rows } = await importDump(to, { stream: dump.stdout, name: 'the output of pg_dump' });
    if ((await exit) !== 0) throw new Error(`pg_dump failed: ${complaint.trim()}`);
    return `copied online with pg_dump (${rows} rows); nobody was interrupted`;
  } catch (error) {
    // A dump that broke off reads like a bad dump: its own words say more.
    throw complaint === '' ? error : new Error(`pg_dump: ${complaint.trim()}`, { cause: error });
  } finally {
    dump.kill();
  }
}
