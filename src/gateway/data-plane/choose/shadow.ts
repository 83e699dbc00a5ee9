import { connect, type Socket } from 'node:net';
import type { Endpoint, ServedInstance } from './chooser.ts';

/** Sends copies of requests to instances whose answers nobody sees. */
export interface Shadow {
  /**
   * Takes a copy of a request whose head, with its empty line, is given in latin1; null: not this one. Nothing that
   * happens to the copy is felt by the original. It is sent when it is whole: a client that breaks off, or
   * sends more than is kept, leaves no half request behind.
   */
  begin(to: ServedInstance, head: string): ShadowRequest | null;
}

export interface ShadowRequest {
  /** A piece of the body as it goes over the wire; the bytes are the shadow's from now on. */
  write(bytes: Buffer): void;
  end(): void;
  /** There will be no more of it. Repeatable, also after `end`, which it does not undo. */
  abandon(): void;
}

export interface ShadowLimits {
  /** Copies held or under way; those beyond are dropped. */
  requests: number;
  /** Of one body. */
  bodyBytes: number;
  /** From the first byte of the copy to the last of its answer. */
  limitMs: number;
  answerBytes: number;
}

/** Copies since the start: those sent, and those that were not for lack of room. */
export interface ShadowCounts {
  sent: number;
  dropped: number;
}

export const usualShadowLimits: ShadowLimits = {
  requests: 32,
  bodyBytes: 64 * 1024,
  limitMs: 30_000,
  answerBytes: 1024 * 1024,
};

/**
 * Each copy has a connection of its own, which ends with its answer: an answer that is thrown away need not be
 * understood, and one copy cannot spoil the next.
 */
export function shadow(
  limits: ShadowLimits = usualShadowLimits,
): Shadow & { readonly counts: Readonly<ShadowCounts>; close(): void } {
  const counts: ShadowCounts = { sent: 0, dropped: 0 };
  const open = new Set<Copy>();

  return {
    counts,

    begin({ endpoint }, head) {
      if (endpoint.isGone || changesProtocol(head)) return null;
      if (open.size >= limits.requests) {
        counts.dropped++;
        return null;
      }
      const copy: Copy = { endpoint, pieces: [Buffer.from(marked(head), 'latin1')], socket: null };
      open.add(copy);
      return shadowRequest(copy, { limits, counts, done: () => open.delete(copy) });
    },

    close() {
      for (const { socket } of open) socket?.destroy();
      open.clear();
    },
  };
}

interface Copy {
  endpoint: Endpoint;
  pieces: Buffer[];
  socket: Socket | null;
}

interface Copying {
  limits: ShadowLimits;
  counts: ShadowCounts;
  /** Repeatable. */
  done(): void;
}

function shadowRequest(copy: Copy, { limits, counts, done }: Copying): ShadowRequest {
  let room = limits.bodyBytes;
  let isOver = false;
  const forget = (): void => {
    if (isOver) return;
    isOver = true;
    copy.pieces = [];
    done();
  };

  return {
    abandon: forget,

    write(bytes) {
      if (isOver) return;
      room -= bytes.length;
      copy.pieces.push(bytes);
      if (room >= 0) return;
      counts.dropped++;
      forget();
    },

    end() {
      if (isOver) return;
      isOver = true;
      counts.sent++;
      send(copy, limits, done);
    },
  };
}

function send(copy: Copy, { limitMs, answerBytes }: ShadowLimits, done: () => void): void {
  const { host, port } = copy.endpoint;
  const socket = connect({ host, port });
  const patience = setTimeout(() => socket.destroy(), limitMs).unref();
  let room = answerBytes;
  copy.socket = socket;
  socket.setNoDelay(true);
  socket.write(Buffer.concat(copy.pieces));
  copy.pieces = [];
  socket.on('data', (bytes) => {
    room -= bytes.length;
    if (room < 0) socket.destroy();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    clearTimeout(patience);
    done();
  });
}

/** A copy of a WebSocket's beginning would be a visitor who says nothing. */
function changesProtocol(head: string): boolean {
  return /\r\nupgrade:/i.test(head);
}

/** The instance can tell it from a request whose answer somebody waits for. */
function marked(head: string): string {
  return `${head.slice(0, -2)}X-Signalbox-Shadow: 1\r\nConnection: close\r\n\r\n`;
}
