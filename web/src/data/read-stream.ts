import { headersOf, signedOut } from './credentials.ts';
import { Refusal } from './refusal.ts';
import { takeEvents, type ServerEvent } from './take-events.ts';

export interface Reading {
  /** Goes on after this one. */
  after?: string | null;
  signal: AbortSignal;
  /** The answer has begun. */
  opened?: () => void;
  /** Bytes came, be it only a sign of life. */
  heard?: () => void;
  take(event: ServerEvent): void;
}

/**
 * Reads one stream of server-sent events until it ends ('end'), is cut ('cut') or the signal aborts ('given up'). Throws
 * a Refusal when it is refused. EventSource would not say why, and cannot send a token.
 */
export async function readStream(
  path: string,
  { after = null, signal, opened, heard, take }: Reading,
): Promise<'end' | 'cut' | 'given up'> {
  const headers = { ...headersOf('GET', false), accept: 'text/event-stream' };
  try {
    const reply = await fetch(path, {
      headers: after === null ? headers : { ...headers, 'last-event-id': after },
      signal,
    });
    if (reply.status === 401) signedOut();
    if (!reply.ok || !reply.body) throw await Refusal.from(reply);
    opened?.();
    let ended = false;
    const feed = takeEvents((event) => {
      if (event.event === 'end') ended = true;
      else take(event);
    });
    const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return ended ? 'end' : 'cut';
      heard?.();
      feed(value);
    }
  } catch (error) {
    if (signal.aborted) return 'given up';
    if (error instanceof Refusal) throw error;
    return 'cut';
  }
}
