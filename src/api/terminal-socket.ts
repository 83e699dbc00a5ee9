import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { z } from 'zod';
import type { Terminal } from '../runtimes/runtime.ts';
import { problemOf } from './problem.ts';

export interface Opened {
  terminal: Terminal;
  /** Aborts when whoever asked for it may have it no longer; its reason says why. */
  shut: AbortSignal;
}

/** Opens the terminal a request asks for, or refuses; the request has not been answered yet. */
export type OpenRequested = (request: IncomingMessage, signal: AbortSignal) => Promise<Opened>;

const control = z.union([
  z.strictObject({ columns: z.int().min(1).max(1000), rows: z.int().min(1).max(1000) }),
  z.strictObject({ end: z.literal(true) }),
]);
const largestFrameBytes = 1_000_000;
const pingMs = 20_000;

/** Serves WebSockets on a server. The answer stops it: terminals end with their connection. */
export function terminalSockets(server: Server, open: OpenRequested): { close(): void } {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: largestFrameBytes,
    // What else a browser offers is its proof, which is not to be said back.
    handleProtocols: (offered) => (offered.has('signalbox') ? 'signalbox' : false),
  });
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => socket.destroy());
    accept({ sockets, open, request, socket, head }).catch((error: unknown) =>
      refuse(socket, error),
    );
  };
  server.on('upgrade', upgrade);
  return {
    close() {
      server.off('upgrade', upgrade);
      for (const client of sockets.clients) client.terminate();
      sockets.close();
    },
  };
}

async function accept(asked: {
  sockets: WebSocketServer;
  open: OpenRequested;
  request: IncomingMessage;
  socket: Duplex;
  head: Buffer;
}): Promise<void> {
  const left = new AbortController();
  asked.socket.once('close', () => left.abort());
  const opened = await asked.open(asked.request, left.signal);
  const { terminal } = opened;
  if (left.signal.aborted) return terminal.close();
  // Where the handshake itself is wrong, ws answers and never calls back.
  asked.socket.once('close', () => void terminal.close());
  asked.sockets.handleUpgrade(asked.request, asked.socket, asked.head, (client) => {
    void converse(client, opened);
  });
}

async function converse(client: WebSocket, { terminal, shut }: Opened): Promise<void> {
  client.on('error', () => client.terminate());
  client.on('message', (data: Buffer, isBinary) => {
    if (shut.aborted) return;
    if (isBinary) terminal.write(data);
    else obey(terminal, data.toString('utf8'));
  });
  const stopWatching = terminateWhenSilent(client);
  const shutOut = (): void => {
    // What it said until now may still be on its way to a client that takes nothing; nothing is added to it.
    void send(client, JSON.stringify({ problem: problemOf(shut.reason) })).catch(() => undefined);
    client.close(1008);
    void terminal.close();
  };
  shut.addEventListener('abort', shutOut, { once: true });
  if (shut.aborted) shutOut();
  try {
    for await (const bytes of terminal.output) await send(client, bytes);
    await send(client, JSON.stringify({ exitCode: await terminal.exitCode }));
    client.close(1000);
  } catch (error) {
    await send(client, JSON.stringify({ problem: problemOf(error) })).catch(() => undefined);
    client.close(1011);
  } finally {
    stopWatching();
    shut.removeEventListener('abort', shutOut);
    await terminal.close();
  }
}

function obey(terminal: Terminal, text: string): void {
  const wish = control.safeParse(parsed(text)).data;
  if (!wish) return;
  if ('end' in wish) terminal.end();
  else terminal.resize(wish.columns, wish.rows);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Resolves when the bytes have left, so that a fast command waits for a slow line. */
function send(client: WebSocket, data: Buffer | string): Promise<void> {
  return new Promise((resolve, reject) => {
    client.send(data, { binary: typeof data !== 'string' }, (error) =>
      error ? reject(error) : resolve(),
    );
  });
}

function terminateWhenSilent(client: WebSocket): () => void {
  let heard = true;
  client.on('pong', () => (heard = true));
  const timer = setInterval(() => {
    if (!heard) return client.terminate();
    heard = false;
    client.ping();
  }, pingMs);
  return () => clearInterval(timer);
}

function refuse(socket: Duplex, error: unknown): void {
  const problem = problemOf(error);
  const body = JSON.stringify(problem);
  socket.end(
    `HTTP/1.1 ${problem.status} Refused\r\nContent-Type: application/problem+json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
