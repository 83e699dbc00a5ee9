import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  configDirectory,
  dataDirectory,
  localControllerFile,
  type LocalController,
} from '../api/contract/local-controller.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';

export interface Connection {
  url: string;
  token: string;
}

interface Asked {
  url?: string | undefined;
  token?: string | undefined;
  env: Readonly<Record<string, string | undefined>>;
}

/**
 * Where the controller is and what opens it: --url and --token, SIGNALBOX_URL and SIGNALBOX_TOKEN, a
 * running controller in SIGNALBOX_DATA, what `signalbox login` kept, a running controller of this user.
 */
export async function findConnection(asked: Asked): Promise<Connection> {
  const { env } = asked;
  const given = {
    url: asked.url ?? (env['SIGNALBOX_URL'] || undefined),
    token: asked.token ?? (env['SIGNALBOX_TOKEN'] || undefined),
  };
  const url = given.url === undefined ? undefined : usableUrl(given.url);
  if (url && given.token) return { url, token: given.token };
  const known = (await candidates(env)).filter(
    (connection) => url === undefined || connection.url === url,
  );
  const found = known[0];
  if (found) return { ...found, token: given.token ?? found.token };
  throw url ? noToken(url) : nowhere();
}

/** Kept 0600 for the next command when it resolves. */
export async function keepLogin(connection: Connection, env: Asked['env']): Promise<string> {
  const file = loginFile(env);
  const temporary = `${file}.${process.pid}`;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(temporary, `${JSON.stringify(connection, null, 2)}\n`, { mode: 0o600 });
  await chmod(temporary, 0o600);
  await rename(temporary, file);
  return file;
}

export function usableUrl(text: string): string {
  const url = URL.parse(/^[a-z]+:\/\//.test(text) ? text : `http://${text}`);
  if (url && /^https?:$/.test(url.protocol)) return url.origin + url.pathname.replace(/\/+$/, '');
  throw new SignalboxError({
    code: 'cli/not-a-url',
    what: `"${text}" is not the address of a controller.`,
    fix: ['Write it like http://127.0.0.1:7070.'],
  });
}

async function candidates(env: Asked['env']): Promise<Connection[]> {
  const surroundings = { env, home: home(env), root: process.getuid?.() === 0 };
  const local = join(dataDirectory(surroundings), localControllerFile);
  const pointer = join(configDirectory(surroundings), localControllerFile);
  const login = readJson<Connection>(loginFile(env));
  const found = env['SIGNALBOX_DATA']
    ? [running(local), login, running(pointer)]
    : [login, running(local), running(pointer)];
  return (await Promise.all(found)).filter((connection) => connection !== null);
}

/** A controller that announced itself there and lives. */
async function running(file: string): Promise<Connection | null> {
  const told = await readJson<LocalController>(file);
  if (!told || !isAlive(told.pid)) return null;
  const token = await readFile(told.tokenFile, 'utf8').catch(() => null);
  return token === null ? null : { url: told.url, token: token.trim() };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function readJson<T>(file: string): Promise<T | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T;
  } catch {
    return null;
  }
}

function loginFile(env: Asked['env']): string {
  return join(configDirectory({ env, home: home(env) }), 'config.json');
}

function home(env: Asked['env']): string {
  return env['HOME'] || homedir();
}

function noToken(url: string): SignalboxError {
  return new SignalboxError({
    code: 'cli/no-token',
    what: `There is no token for ${url}.`,
    fix: [`signalbox login ${url} --token TOKEN`, 'Or set SIGNALBOX_TOKEN.'],
  });
}

function nowhere(): SignalboxError {
  return new SignalboxError({
    code: 'cli/no-controller',
    what: 'No Signalbox was found.',
    why: 'None runs on this machine for you, and no address was given.',
    fix: [
      'Start one here: signalbox up',
      'Or say where one is: signalbox login URL --token TOKEN',
      'Or set SIGNALBOX_URL and SIGNALBOX_TOKEN.',
    ],
  });
}
