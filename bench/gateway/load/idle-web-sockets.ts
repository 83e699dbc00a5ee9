import { connect, type Socket } from 'node:net';

export interface IdleWebSockets {
  /** How many still give back what is sent into them. */
  countLiving(): Promise<number>;
  end(): void;
}

export interface WebSocketOrder {
  port: number;
  host: string;
  count: number;
}

const atATime = 200;
const patienceMs = 10_000;

/** The key of RFC 6455's example, whose answer the upstream knows by heart. */
const handshake = (host: string): string =>
  [
    'GET /socket HTTP/1.1',
    `Host: ${host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    '\r\n',
  ].join('\r\n');

/** A masked text of two letters, as a client sends it. The upstream gives back the bytes as they are. */
const frame = Buffer.from([0x81, 0x82, 1, 2, 3, 4, 0x68 ^ 1, 0x69 ^ 2]);

/** All are open when it resolves; throws when one was not let through. */
export async function openWebSockets({
  port,
  host,
  count,
}: WebSocketOrder): Promise<IdleWebSockets> {
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const batch = Array.from({ length: Math.min(atATime, count - sockets.length) }, () =>
      openWebSocket(port, host),
    );
    sockets.push(...(await Promise.all(batch)));
  }
  return {
    async countLiving() {
      let living = 0;
      for (let begin = 0; begin < count; begin += atATime) {
        const batch = sockets.slice(begin, begin + atATime).map(givesBack);
        living += (await Promise.all(batch)).filter(Boolean).length;
      }
      return living;
    },
    end() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function openWebSocket(port: number, host: string): Promise<Socket> {
  // An error is always followed by the close that is listened for.
  const socket = connect({ host: '127.0.0.1', port, noDelay: true }).on('error', () => {});
  socket.write(handshake(host));
  const answer = await nextBytes(socket);
  if (!answer?.toString('latin1').startsWith('HTTP/1.1 101 '))
    throw new Error(`a WebSocket was not let through: ${answer?.toString('latin1')}`);
  return socket;
}

async function givesBack(socket: Socket): Promise<boolean> {
  if (socket.destroyed) return false;
  const answer = nextBytes(socket);
  socket.write(frame);
  return (await answer)?.equals(frame) ?? false;
}

/** Null: it was closed, or too slow. */
async function nextBytes(socket: Socket): Promise<Buffer | null> {
  return await new Promise((resolve) => {
    const tell = (bytes: Buffer | null): void => {
      clearTimeout(limit);
      socket.off('data', tell).off('close', giveUp);
      resolve(bytes);
    };
    const giveUp = (): void => tell(null);
    const limit = setTimeout(giveUp, patienceMs);
    socket.once('data', tell).once('close', giveUp);
  });
}
