import { EventEmitter } from 'node:events';
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface TransportTarget {
  host: string;
  port: number;
  tls: boolean;
  ca?: string | undefined;
  connectTimeoutMs: number;
}

export interface TransportTap {
  wrote(line: string): void;
  /** The library could not read a line. It is skipped. */
  tripped(error: unknown): void;
}

/** A server's line has at most 512 bytes, and 8191 of tags before it (IRCv3 message-tags). More is no IRC. */
const mostLineBytes = 64 * 1024;

/**
 * A transport for irc-framework, whose own one knows no private authorities, reads lines without end, and lets a line
 * that trips a handler end the process.
 */
export function lineTransport(target: TransportTarget, tap: TransportTap) {
  const emitter = new EventEmitter();
  let socket: Socket | null = null;
  let trouble: Error | null = null;
  const read = lineReader((line) => {
    try {
      emitter.emit('line', line);
    } catch (error) {
      tap.tripped(error);
    }
  });

  function connect(): void {
    const opened = open(target);
    socket = opened;
    const slow = setTimeout(
      () => opened.destroy(new Error('no connection')),
      target.connectTimeoutMs,
    );
    opened.setKeepAlive(true, 30_000);
    opened.on(target.tls ? 'secureConnect' : 'connect', () => {
      clearTimeout(slow);
      emitter.emit('open');
    });
    opened.on('data', (data: Buffer) => {
      if (!read(data)) opened.destroy(new Error('the server sends a line without end'));
    });
    opened.on('error', (error) => (trouble = error));
    opened.on('close', () => {
      clearTimeout(slow);
      emitter.emit('close', trouble ?? false);
    });
  }

  return Object.assign(emitter, {
    connect,
    isConnected: () => socket?.readyState === 'open',
    writeLine(line: string, written?: () => void) {
      tap.wrote(line);
      if (socket?.writable) socket.write(`${oneLine(line)}\r\n`, written);
      else if (written) process.nextTick(written);
    },
    close: (now: boolean) => void (now || socket?.connecting ? socket?.destroy() : socket?.end()),
    disposeSocket: () => void socket?.destroy(),
    setEncoding: () => true,
    drop: (why: Error) => void socket?.destroy(why),
  });
}

export type LineTransport = ReturnType<typeof lineTransport>;

const open = ({ host, port, tls, ca }: TransportTarget): Socket =>
  tls
    ? connectTls({ host, port, ...(ca && { ca }), ...(isIP(host) === 0 && { servername: host }) })
    : connectPlain({ host, port });

/** Whatever it is made from, it is one command. */
const oneLine = (line: string): string => line.replaceAll(/[\r\n\0]+/g, ' ');

/** Answers false when a line grows too long. */
function lineReader(take: (line: string) => void): (data: Buffer) => boolean {
  let begun: Buffer[] = [];
  let bytes = 0;
  return (data) => {
    let from = 0;
    for (let end = data.indexOf(10); end !== -1; end = data.indexOf(10, from)) {
      const line = Buffer.concat([...begun, data.subarray(from, end)]);
      begun = [];
      bytes = 0;
      from = end + 1;
      take(line.toString('utf8').replaceAll(/[\r\0]/g, ''));
    }
    if (from < data.length) begun.push(data.subarray(from));
    bytes += data.length - from;
    return bytes <= mostLineBytes;
  };
}
