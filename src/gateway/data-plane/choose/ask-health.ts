import { connect } from 'node:net';
import type { HealthCheck } from '../../route.ts';
import type { Endpoint } from './chooser.ts';

/** A status line has its code here: `HTTP/1.1 200`. */
const statusLine = /^HTTP\/1\.[01] ([23])\d\d[ \r]/;
const statusLength = 13;

/**
 * One GET on a connection of its own; the answer is good when its status is 2xx or 3xx and comes in time. `tell` is
 * called once, also when nothing listens there. The client is this small because every worker has many.
 */
export function askHealth(
  { host, port }: Endpoint,
  { path, timeoutMs }: HealthCheck,
  authority: string,
  tell: (isGood: boolean) => void,
): void {
  let answer = '';
  let isTold = false;
  const end = (isGood: boolean): void => {
    if (isTold) return;
    isTold = true;
    clearTimeout(patience);
    socket.destroy();
    tell(isGood);
  };
  const socket = connect({ host, port });
  const patience = setTimeout(() => end(false), timeoutMs).unref();
  socket.setNoDelay(true);
  socket.on('data', (bytes) => {
    answer += bytes.toString('latin1', 0, statusLength);
    if (answer.length >= statusLength) end(statusLine.test(answer));
  });
  socket.on('error', () => end(false));
  socket.on('close', () => end(false));
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: ${authority}\r\nUser-Agent: signalbox-health\r\nAccept: */*\r\nConnection: close\r\n\r\n`,
    'latin1',
  );
}
