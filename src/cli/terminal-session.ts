import { WebSocket } from 'ws';
import { all, type Input } from '../api/contract/all.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { addressOf, refusal, unreachable, type Client } from './client.ts';

type Wish = Omit<Input<'openTerminal'>, 'columns' | 'rows'>;
const muchBytes = 1_000_000;

/**
 * Runs a command inside an environment with this process's own terminal or pipes. Resolves with its exit
 * code once all it printed has been written; the terminal is as it was before.
 */
export async function terminalSession(client: Client, wish: Wish): Promise<number> {
  const socket = await connected(client, wish);
  const { stdin } = process;
  const restore = wish.terminal ? takeTerminal(socket) : () => undefined;
  const giveUp = (): void => socket.terminate();
  process.once('SIGTERM', giveUp).once('SIGINT', giveUp).once('SIGHUP', giveUp);
  feed(socket);
  try {
    return await exitCode(socket);
  } finally {
    restore();
    stdin.pause();
    stdin.removeAllListeners('data').removeAllListeners('end');
    stdin.unref?.();
    process.off('SIGTERM', giveUp).off('SIGINT', giveUp).off('SIGHUP', giveUp);
  }
}

function connected(client: Client, wish: Wish): Promise<WebSocket> {
  const { columns, rows } = process.stdout;
  const size = wish.terminal && columns && rows ? { columns, rows } : {};
  const address = addressOf(client.url, all.openTerminal, { ...wish, ...size });
  const socket = new WebSocket(address.replace(/^http/, 'ws'), {
    headers: { authorization: `Bearer ${client.token}` },
  });
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket));
    socket.once('error', (error) => reject(unreachable(client.url, { cause: error })));
    socket.once('unexpected-response', (_request, response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => reject(refusal(parsed(body)) ?? unreachable(client.url, {})));
    });
  });
}

/** Every key goes to the other side, Ctrl-C too, and so does each change of size. */
function takeTerminal(socket: WebSocket): () => void {
  const { stdin, stdout } = process;
  const resize = (): void => {
    const { columns, rows } = stdout;
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ columns, rows }));
  };
  stdin.setRawMode?.(true);
  stdout.on('resize', resize);
  return () => {
    stdin.setRawMode?.(false);
    stdout.off('resize', resize);
  };
}

function feed(socket: WebSocket): void {
  const { stdin } = process;
  stdin.on('data', (bytes: Buffer) => {
    if (socket.readyState !== WebSocket.OPEN) return;
    socket.send(bytes, { binary: true }, () => {
      if (stdin.isPaused() && socket.bufferedAmount < muchBytes) stdin.resume();
    });
    if (socket.bufferedAmount > muchBytes) stdin.pause();
  });
  stdin.on('end', () => {
    if (socket.readyState === WebSocket.OPEN) socket.send('{"end":true}');
  });
}

function exitCode(socket: WebSocket): Promise<number> {
  return new Promise((resolve, reject) => {
    let code: number | null = null;
    let written = Promise.resolve();
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) {
        written = written.then(() => write(data));
        return;
      }
      const told = parsed(data.toString('utf8')) as { exitCode?: number; problem?: unknown } | null;
      code = told?.exitCode ?? code;
      const failed = refusal(told?.problem);
      if (failed) reject(failed);
    });
    socket.once('error', () => undefined);
    socket.once('close', () => {
      void written.then(() => (code === null ? reject(cut()) : resolve(code)));
    });
  });
}

function write(data: Buffer): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(data, () => resolve());
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function cut(): SignalboxError {
  return new SignalboxError({
    code: 'cli/terminal-cut',
    what: 'The connection was cut before the command had ended.',
    why: 'A command with a terminal ends with its connection.',
    fix: ['Run it again.', 'For work that must not be lost, use a job: signalbox job run'],
  });
}
