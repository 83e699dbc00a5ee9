import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { AnyEndpoint } from './contract/all.ts';
import { problemOf } from './problem.ts';

interface Streaming {
  request: IncomingMessage;
  response: ServerResponse;
  endpoint: Pick<AnyEndpoint, 'reply' | 'line'>;
  items: AsyncIterable<unknown>;
  /** Aborts when the client has left or the server stops. */
  signal: AbortSignal;
  heartbeatMs?: number | undefined;
}

/** Below what proxies and firewalls usually wait before they cut a silent connection. */
const heartbeatMs = 15_000;

/**
 * Sends items as they come: server-sent events, or plain lines for whoever accepts text/plain only. It takes
 * the next item when the client has room for it. Resolves when all is sent or nobody listens any more.
 *
 * The event `end` tells a stream that is complete from one that was cut, after which a client comes back
 * with Last-Event-ID.
 */
export async function sendStream(streaming: Streaming): Promise<void> {
  const { request, response, items, signal } = streaming;
  const format = acceptsPlain(request) ? plainText(streaming) : serverSentEvents(streaming);
  response.writeHead(200, {
    'content-type': format.contentType,
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  response.flushHeaders();
  const beat = setInterval(
    () => response.write(format.heartbeat),
    streaming.heartbeatMs ?? heartbeatMs,
  );
  try {
    for await (const item of until(items, signal)) await write(response, format.item(item), signal);
    if (!signal.aborted) response.write(format.end);
  } catch (error) {
    if (!signal.aborted) response.write(format.problem(error));
  } finally {
    clearInterval(beat);
    response.end();
  }
}

export function acceptsPlain({ headers }: IncomingMessage): boolean {
  return /^text\/plain\b/.test(headers.accept ?? '');
}

function serverSentEvents({ endpoint }: Streaming) {
  return {
    contentType: 'text/event-stream; charset=utf-8',
    heartbeat: ': still here\n\n',
    end: 'event: end\ndata: {}\n\n',
    item: (item: unknown) =>
      `${idLine(item)}data: ${JSON.stringify(z.encode(endpoint.reply, item as never))}\n\n`,
    problem: (error: unknown) => `event: problem\ndata: ${JSON.stringify(problemOf(error))}\n\n`,
  };
}

function plainText({ endpoint }: Streaming) {
  return {
    contentType: 'text/plain; charset=utf-8',
    heartbeat: '',
    end: '',
    item: (item: unknown) => `${endpoint.line(item as never)}\n`,
    problem: (error: unknown) => {
      const { title, detail, fix } = problemOf(error);
      return `${[title, detail, ...fix.map((step) => `→ ${step}`)].filter(Boolean).join('\n')}\n`;
    },
  };
}

function idLine(item: unknown): string {
  const id = (item as { id?: unknown } | null)?.id;
  return typeof id === 'number' ? `id: ${id}\n` : '';
}

/** The items until the signal aborts, even when whoever makes them is deaf to it. */
async function* until(items: AsyncIterable<unknown>, signal: AbortSignal): AsyncGenerator<unknown> {
  const iterator = items[Symbol.asyncIterator]();
  const aborted = signal.aborted ? Promise.resolve() : once(signal, 'abort');
  try {
    while (!signal.aborted) {
      const next = iterator.next();
      // A failure after the client has left has nobody to be told to.
      next.catch(() => undefined);
      const result = await Promise.race([next, aborted.then(() => null)]);
      if (result === null || result.done) return;
      yield result.value;
    }
  } finally {
    void iterator.return?.()?.catch(() => undefined);
  }
}

async function write(response: ServerResponse, text: string, signal: AbortSignal): Promise<void> {
  if (response.write(text) || signal.aborted) return;
  await once(response, 'drain', { signal }).catch(() => undefined);
}
