import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import * as z from 'zod/mini';
import { SignalboxError } from '../../kernel/signalbox-error.ts';
import type { ActivityLog } from './activity-log.ts';
import { type About, applyShape, drainShape } from './control-contract.ts';
import { log } from './log.ts';
import type { OpenWork } from './open-work.ts';
import type { RouteTable } from './route-table.ts';

interface Parts {
  table: RouteTable;
  open: OpenWork;
  activity: ActivityLog;
  about: () => About;
  /** Stops listening, lets another gateway take this one's place, and ends when nothing is open. */
  retire: () => Promise<void>;
}

type Answer = (body: unknown) => unknown;

const maxBodyBytes = 64 * 1024 * 1024;

/** What controllers say to the gateway: JSON over HTTP on a UNIX socket. */
export function controlServer(parts: Parts): Server {
  const answers = answersOf(parts);
  return createServer({ requestTimeout: 0 }, (request, response) => {
    const answer = answers.get(`${request.method} ${request.url}`);
    void reply(request, response, answer);
  });
}

function answersOf({ table, open, activity, about, retire }: Parts): Map<string, Answer> {
  return new Map<string, Answer>([
    ['GET /about', about],
    ['GET /routes', () => table.all()],
    ['GET /activity', () => activity.read()],
    [
      'POST /apply',
      (body) => {
        const { changes, fence } = applyShape.parse(body);
        return table.apply(changes, fence);
      },
    ],
    [
      'POST /drain',
      (body) => {
        const { instances, limitMs } = drainShape.parse(body);
        return open.drain(instances, limitMs);
      },
    ],
    ['POST /retire', retire],
  ]);
}

async function reply(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer | undefined,
) {
  response.on('error', () => {});
  try {
    if (answer === undefined) return send(response, 404, { message: 'no such call' });
    const body = request.method === 'POST' ? await bodyOf(request) : undefined;
    send(response, 200, (await answer(body)) ?? {});
  } catch (error) {
    if (error instanceof SignalboxError) return send(response, 409, error);
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
