import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { WebSocket } from 'ws';

export type EnvelopeType = 'events_api' | 'interactive' | 'slash_commands';

export interface SignedRequest {
  headers: Record<string, string>;
  body: Buffer;
}

/** Where requests are sent when no socket is spoken. */
export type Door = (request: SignedRequest) => Promise<{ status: number; body: string }>;

interface Envelope {
  envelope_id: string;
  type: EnvelopeType;
  payload: Record<string, unknown>;
  retry_attempt: number;
}

const mostRetries = 5;

/** Envelopes over sockets: each to one connection, and again until one has acknowledged it. */
export function slackEnvelopes(redeliverMs: number) {
  const sockets = new Set<WebSocket>();
  const open = new Map<string, Envelope>();
  const acknowledged: string[] = [];
  const delivered: string[] = [];
  const timers = new Set<NodeJS.Timeout>();
  let count = 0;

  const send = (envelope: Envelope): void => {
    const socket = Array.from(sockets).at(-1);
    socket?.send(JSON.stringify({ ...envelope, accepts_response_payload: false }));
    if (socket) delivered.push(envelope.envelope_id);
    const timer = setTimeout(() => {
      timers.delete(timer);
      if (!open.has(envelope.envelope_id) || envelope.retry_attempt >= mostRetries) return;
      send(Object.assign(envelope, { retry_attempt: envelope.retry_attempt + 1 }));
    }, redeliverMs);
    timers.add(timer);
  };

  return {
    sockets,
    acknowledged,
    delivered,
    open,
    accept(socket: WebSocket): void {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('message', (data: Buffer) => {
        const { envelope_id: id } = JSON.parse(data.toString()) as { envelope_id: string };
        if (open.delete(id)) acknowledged.push(id);
      });
      socket.send(JSON.stringify({ type: 'hello', num_connections: sockets.size }));
    },
    deliver(type: EnvelopeType, payload: Record<string, unknown>): string {
      count += 1;
      const envelope = { envelope_id: `envelope-${count}`, type, payload, retry_attempt: 0 };
      open.set(envelope.envelope_id, envelope);
      send(envelope);
      return envelope.envelope_id;
    },
    /** As when a connection broke before our acknowledgement arrived. */
    repeat: (type: EnvelopeType, payload: Record<string, unknown>, id: string): void => {
      const envelope = { envelope_id: id, type, payload, retry_attempt: 1 };
      open.set(id, envelope);
      send(envelope);
    },
    close(): void {
      for (const timer of timers) clearTimeout(timer);
      for (const socket of sockets) socket.terminate();
    },
  };
}

/** As Slack sends it to an address. */
export function signedRequest(
  secret: string,
  type: EnvelopeType,
  payload: Record<string, unknown>,
  at = new Date(),
): SignedRequest {
  const isEvent = type === 'events_api';
  const form =
    type === 'interactive'
      ? { payload: JSON.stringify(payload) }
      : (payload as Record<string, string>);
  const body = Buffer.from(isEvent ? JSON.stringify(payload) : String(new URLSearchParams(form)));
  const time = String(Math.floor(at.getTime() / 1_000));
  const mac = createHmac('sha256', secret).update(`v0:${time}:`).update(body).digest('hex');
  return {
    headers: {
      'content-type': isEvent ? 'application/json' : 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': time,
      'x-slack-signature': `v0=${mac}`,
    },
    body,
  };
}

/** Knocks until it was heard. */
export async function knock(door: Door, request: SignedRequest, betweenMs: number): Promise<void> {
  for (let attempts = 0; attempts < mostRetries; attempts += 1) {
    const { status } = await door(request).catch(() => ({ status: 502 }));
    if (status === 200) return;
    await pause(betweenMs);
  }
}
