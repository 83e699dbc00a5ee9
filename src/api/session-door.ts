import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { mayDo, type Role } from '../kernel/role.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { forbidden, type Gatekeeper } from './gatekeeper.ts';
import type { Actor } from './handlers.ts';
import type { BrowserSession, SessionBook } from './session-book.ts';
import { sessionCookie } from './session-cookie.ts';

type Asked = Pick<IncomingMessage, 'headers' | 'socket' | 'method'>;

export interface SessionDoor {
  /**
   * The actor, as the gatekeeper lets them in; where no Authorization was sent, a browser's cookie counts too. Refuses
   * with its codes, with `api/cross-site` and, where something may change, with `api/no-proof`.
   */
  admit(request: Asked, asks: { address: string; role: Role }): Promise<Actor>;
  /** Whose cookie it is; null: nobody's. Refuses as `admit` does. */
  session(request: Asked): Promise<BrowserSession | null>;
  /** As the gatekeeper says, of whoever this door has let in. */
  whyNotStill(request: Asked, role: Role): Promise<SignalboxError | null>;
}

/** The door for whoever may come with a cookie: `book` null: nobody may. */
export function sessionDoor(door: Gatekeeper, book: SessionBook | null): SessionDoor {
  const session = async (request: Asked): Promise<BrowserSession | null> => {
    const { secret } = sessionCookie(request);
    if (book === null || secret === null || request.headers.authorization !== undefined)
      return null;
    refuseOtherSites(request.headers);
    const found = await book.find(secret);
    if (found && mayChange(request) && !isSame(givenProof(request.headers), found.proof))
      throw noProof();
    return found;
  };
  return {
    session,
    async admit(request, { address, role }) {
      const found = role === 'public' ? null : await session(request);
      if (!found) return door.admit({ headers: request.headers, address, role });
      if (!mayDo(found.actor.role, role)) throw forbidden(found.actor, role);
      return found.actor;
    },
    async whyNotStill(request, role) {
      const found = role === 'public' ? null : await session(request);
      if (!found) return door.whyNotStill({ headers: request.headers, role });
      return mayDo(found.actor.role, role) ? null : forbidden(found.actor, role);
    },
  };
}

/**
 * Browsers say where a request was begun. A preview on a neighbouring host runs code that nobody has reviewed, and counts
 * as the same site, so that SameSite does not keep its requests from carrying our cookie.
 */
export function refuseOtherSites(headers: IncomingHttpHeaders): void {
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return;
  throw new SignalboxError({
    code: 'api/cross-site',
    what: 'A page of another site asked this in your name.',
    why: 'What you signed in for is open to pages of Signalbox only.',
    fix: ['Open the dashboard itself.', 'Programs send Authorization: Bearer TOKEN.'],
  });
}

/** A WebSocket is asked for with GET, and then does anything. */
function mayChange({ method, headers }: Asked): boolean {
  return (method !== 'GET' && method !== 'HEAD') || headers.upgrade !== undefined;
}

/** A browser cannot give a WebSocket headers, so there it is a subprotocol. */
function givenProof(headers: IncomingHttpHeaders): string {
  if (headers.upgrade === undefined) return String(headers['x-signalbox-proof'] ?? '');
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  return offered.find((name) => name.startsWith('proof.'))?.slice('proof.'.length) ?? '';
}

function isSame(one: string, other: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(one), hash(other));
}

function noProof(): SignalboxError {
  return new SignalboxError({
    code: 'api/no-proof',
    what: 'This changes something, and came with a cookie alone.',
    why: 'A page of somebody else can make your browser send the cookie; it cannot know the proof.',
    fix: [
      'Reload the dashboard: it reads the proof and sends it as X-Signalbox-Proof.',
      'Programs send Authorization: Bearer TOKEN.',
    ],
  });
}
