import { connect, type Socket } from 'node:net';

/** One request, with the times of performance.now(). */
export interface Sighting {
  askedAt: number;
  answeredAt: number;
  /** Who answered; null: nobody, or not with 200. */
  version: string | null;
}

export interface VersionProbe {
  /** All since the last call. */
  take(): Sighting[];
  /** Resolves when the last answer has come. */
  end(): Promise<void>;
}

/** Asks the host again and again on some connections, each at once after its last answer. */
export function versionProbe(order: {
  port: number;
  host: string;
  connections: number;
}): VersionProbe {
  const state = { ended: false, sightings: [] as Sighting[] };
  const asking = Array.from({ length: order.connections }, () => askOn(order, state));
  return {
    take() {
      return state.sightings.splice(0);
    },
    async end() {
      state.ended = true;
      await Promise.all(asking);
    },
  };
}

async function askOn(
  { port, host }: { port: number; host: string },
  state: { ended: boolean; sightings: Sighting[] },
): Promise<void> {
  const request = `GET /small HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
  let socket = open(port);
  while (!state.ended) {
    const askedAt = performance.now();
    const version = await askOnce(socket, request);
    state.sightings.push({ askedAt, answeredAt: performance.now(), version });
    if (version !== null) continue;
    socket.destroy();
    socket = open(port);
  }
  socket.destroy();
}

/** An error is always followed by the close that is listened for. */
const open = (port: number): Socket =>
  connect({ host: '127.0.0.1', port, noDelay: true }).on('error', () => {});

async function askOnce(socket: Socket, request: string): Promise<string | null> {
  return await new Promise((resolve) => {
    let text = '';
    const tell = (version: string | null): void => {
      socket.off('data', hear).off('close', giveUp);
      resolve(version);
    };
    const giveUp = (): void => tell(null);
    const hear = (bytes: Buffer): void => {
      text += bytes.toString('latin1');
      if (isWhole(text)) tell(versionOf(text));
    };
    if (socket.destroyed) return giveUp();
    socket.on('data', hear).on('close', giveUp);
    socket.write(request);
  });
}

function isWhole(text: string): boolean {
  const head = text.indexOf('\r\n\r\n');
  const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
  return head >= 0 && text.length >= head + 4 + Number(length ?? 0);
}

const versionOf = (text: string): string | null =>
  text.startsWith('HTTP/1.1 200 ') ? (/\r\nx-served-by: *([\w-]+)/i.exec(text)?.[1] ?? null) : null;
