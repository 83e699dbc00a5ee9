import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream';
import { answerHeaders } from './message-headers.ts';
import { noInstance, sendPage } from './send-page.ts';
import type { Visit } from './visit.ts';

/** How long a client may go on sending a body whose answer it already has. */
const lateBodyMs = 5_000;

/** Passes an instance's answer on as it comes; when it breaks off, so does the client's connection. */
export function sendAnswer(visit: Visit, answer: IncomingMessage): void {
  const { request, response, target } = visit;
  // Without leave to continue, the client may or may not send its body next: where the next request begins is unknown.
  if (visit.expectsContinue) response.shouldKeepAlive = false;
  try {
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? '', answerHeaders(answer));
  } catch {
    answer.destroy();
    return sendPage(request, response, noInstance(target.host));
  }
  // A stream of events says nothing for long; its head must not wait for the first.
  setImmediate(() => {
    if (!response.writableEnded && !response.destroyed) response.flushHeaders();
  });
  pipeline(answer, response, () => limitLateBody(visit));
}

function limitLateBody({ request }: Visit): void {
  if (request.complete || request.destroyed) return;
  request.unpipe();
  request.resume();
  const patience = setTimeout(() => request.socket.destroy(), lateBodyMs);
  request.once('close', () => clearTimeout(patience));
  request.once('end', () => clearTimeout(patience));
}
