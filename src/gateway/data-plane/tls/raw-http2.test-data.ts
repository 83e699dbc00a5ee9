import { once } from 'node:events';
import type { TLSSocket } from 'node:tls';
import type { TlsRig } from './tls-rig.test-data.ts';

/** RFC 9113 section 6. */
export const frameType = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const endStream = 1;
export const endHeaders = 4;

export interface Frame {
  type: number;
  flags: number;
  stream: number;
  payload: Buffer;
}

/** A client that says what it likes. */
export interface RawHttp2 {
  socket: TLSSocket;
  frames: Frame[];
  isClosed: boolean;
  send(...frames: Buffer[]): void;
  /** The first frame of this type; null: the connection ended without. */
  next(type: number, stream?: number): Promise<Frame | null>;
}

export async function rawHttp2(rig: TlsRig): Promise<RawHttp2> {
  const socket = await rig.connect({ ALPNProtocols: ['h2'] });
  const client: RawHttp2 = {
    socket,
    frames: [],
    isClosed: false,
    send: (...frames) => void socket.write(Buffer.concat(frames)),
    async next(type, stream) {
      for (;;) {
        const found = client.frames.find(
          (each) => each.type === type && (stream === undefined || each.stream === stream),
        );
        if (found !== undefined || client.isClosed) return found ?? null;
        await Promise.race([once(socket, 'data'), once(socket, 'close')]).catch(() => {});
      }
    },
  };
  let seen = Buffer.alloc(0);
  socket.on('error', () => {});
  socket.once('close', () => (client.isClosed = true));
  socket.on('data', (bytes: Buffer) => {
    seen = Buffer.concat([seen, bytes]);
    while (seen.length >= 9 && seen.length >= 9 + seen.readUIntBE(0, 3)) {
      const length = seen.readUIntBE(0, 3);
      const [type, flags] = [seen[3]!, seen[4]!];
      const stream = seen.readUInt32BE(5);
      client.frames.push({ type, flags, stream, payload: seen.subarray(9, 9 + length) });
      seen = seen.subarray(9 + length);
    }
  });
  client.send(Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(frameType.settings));
  return client;
}

export function frame(
  type: number,
  flags = 0,
  stream = 0,
  payload: Buffer = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** Literals that no table remembers (RFC 7541 section 6.2.2): what is written is what is sent. */
export function block(fields: readonly (readonly [string, string])[]): Buffer {
  const parts = fields.flatMap(([name, value]) => [Buffer.of(0), text(name), text(value)]);
  return Buffer.concat(parts);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  if (bytes.length < 127) return Buffer.concat([Buffer.of(bytes.length), bytes]);
  const rest = bytes.length - 127;
  const length = rest < 128 ? [127, rest] : [127, (rest & 127) | 128, rest >> 7];
  return Buffer.concat([Buffer.of(...length), bytes]);
}

export const request: readonly (readonly [string, string])[] = [
  [':method', 'GET'],
  [':scheme', 'https'],
  [':path', '/'],
  [':authority', 'app.test'],
];

export const headers = (
  stream: number,
  fields: readonly (readonly [string, string])[] = request,
  flags = endStream | endHeaders,
): Buffer => frame(frameType.headers, flags, stream, block(fields));

export function reset(stream: number, code = 8): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(code);
  return frame(frameType.reset, 0, stream, payload);
}

/** The error code of a RST_STREAM or GOAWAY frame. */
export const codeOf = (frame: Frame | null): number | null =>
  frame === null ? null : frame.payload.readUInt32BE(frame.type === frameType.goaway ? 4 : 0);
