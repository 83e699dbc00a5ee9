import { chmodSync, renameSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import * as z from 'zod/mini';
import { SignalboxError } from '../../kernel/signalbox-error.ts';
import { controlSocket } from './control-contract.ts';
import { log } from './log.ts';

/** What can be asked, by method and path; a body that is not of the right shape is refused by zod. */
export type ControlAnswers = ReadonlyMap<string, (body: unknown) => unknown>;

const maxBodyBytes = 64 * 1024 * 1024;

/**
 * What controllers say to the gateway: JSON over HTTP on a UNIX socket in the working directory, which is
 * closed to others. It takes the place of a former gateway's socket without a moment between.
 */
export async function controlServer(answers: ControlAnswers): Promise<Server> {
  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    const answer = answers.get(`${request.method} ${request.url}`);
    void reply(request, response, { answer, isOpen: () => server.listening });
  });
  const path = `control.${process.pid}.sock`;
  rmSync(path, { force: true });
  server.listen(path);
  await once(server, 'listening');
  chmodSync(path, 0o600);
  renameSync(path, controlSocket);
  server.on('error', (error) => log('the control socket reports', error));
  return server;
}

interface Call {
  answer: ((body: unknown) => unknown) | undefined;
  isOpen: () => boolean;
}

async function reply(request: IncomingMessage, response: ServerResponse, call: Call) {
  const { answer, isOpen } = call;
  response.on('error', () => {});
  try {
    if (answer === undefined) return send(response, 404, { message: 'no such call' });
    const body = request.method === 'GET' ? undefined : await bodyOf(request);
    send(response, 200, (await answer(body)) ?? {});
  } catch (error) {
    if (error instanceof SignalboxError) return send(response, 409, error);
    // Its state is out of this process's hands; who asked finds the next gateway and asks again.
    if (!isOpen()) return void response.destroy();
    const isMisuse = error instanceof z.core.$ZodError || error instanceof SyntaxError;
    if (!isMisuse) log(`${request.method} ${request.url} failed`, error);
    send(response, isMisuse ? 400 : 500, { message: error instanceof Error ? error.message : '' });
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > maxBodyBytes) throw new SyntaxError('the body is too long');
    pieces.push(piece);
  }
  return JSON.parse(Buffer.concat(pieces).toString('utf8'));
}
