import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Visit } from './visit.ts';

interface Upgraded {
  answer: IncomingMessage;
  socket: Socket;
  /** What the instance sent right behind its answer. */
  head: Buffer;
}

/** Joins client and instance after a 101: bytes flow both ways until one of them ends. */
export function splice(visit: Visit, { answer, socket, head }: Upgraded): void {
  const client = visit.upgrade?.socket;
  if (client === undefined || client.destroyed) {
    socket.destroy();
    visit.request.socket.destroy();
    return;
  }
  visit.response.detachSocket(client);
  for (const [one, other] of [
    [client, socket],
    [socket, client],
  ] as const) {
    one.setTimeout(0);
    one.setNoDelay(true);
    one.on('error', () => other.destroy());
    one.once('close', () => other.destroySoon());
  }
  client.write(switchingHead(answer), 'latin1');
  client.write(head);
  socket.write(visit.upgrade?.head ?? '');
  client.pipe(socket);
  socket.pipe(client);
}

function switchingHead({ statusMessage = '', rawHeaders }: IncomingMessage): string {
  const lines = [`HTTP/1.1 101 ${statusMessage}`];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}
