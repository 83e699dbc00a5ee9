import type { FastifyReply, FastifyRequest } from 'fastify';
import { tokenOf, wrongToken, type Gatekeeper } from './gatekeeper.ts';
import type { Actor } from './handlers.ts';
import { asRefusal } from './problem.ts';
import type { SessionBook } from './session-book.ts';
import { sessionCookie } from './session-cookie.ts';
import { refuseOtherSites, type SessionDoor } from './session-door.ts';

export interface SignedIn {
  actor: Actor;
  /** null: they came with a token and not with a cookie. */
  proof: string | null;
}

/** Where the browser that asks signs in and out. */
export interface SessionDesk {
  /**
   * Its cookie opens what the token opens, when it resolves; what it had before opens nothing any more. Refuses with
   * `api/wrong-token`, `api/too-many-attempts`, `api/cross-site`.
   */
  open(token: string): Promise<SignedIn>;
  /** Who asks, by token or cookie; null: nobody we know. */
  current(): Promise<SignedIn | null>;
  /** False: nobody was signed in. Repeatable. Refuses with `api/no-proof`, `api/cross-site`. */
  close(): Promise<boolean>;
}

interface Visit {
  door: Gatekeeper;
  sessions: SessionDoor;
  book: SessionBook;
  request: FastifyRequest;
  reply: FastifyReply;
}

/** The desk for one request. It sets `request.actor` to whom the audit should name. */
export function sessionDesk(visit: Visit): SessionDesk {
  const { door, sessions, book, request, reply } = visit;
  const cookie = sessionCookie(request.raw);
  const keep = (secret: string | null): void =>
    void reply.header('set-cookie', cookie.keeping(secret));
  return {
    async open(token) {
      refuseOtherSites(request.headers);
      const actor = await door.recognize({ token: token.trim(), address: request.ip });
      const secret = await book.open(actor.id);
      const opened = await book.find(secret);
      // Revoked at this very moment.
      if (!opened) throw wrongToken();
      if (cookie.secret !== null) await book.close(cookie.secret);
      keep(secret);
      request.actor = opened.actor;
      return opened;
    },
    async current() {
      if (request.headers.authorization === undefined) return sessions.session(request.raw);
      const actor = await holderOf(visit);
      return actor && { actor, proof: null };
    },
    async close() {
      const session = await sessions.session(request.raw);
      // A token in a header is no cookie: nothing is to be taken from that browser.
      if (request.headers.authorization !== undefined) return false;
      keep(null);
      if (!session || cookie.secret === null) return false;
      await book.close(cookie.secret);
      request.actor = session.actor;
      return true;
    },
  };
}

/** A wrong token is nobody's here, but counts as a guess. */
async function holderOf({ door, request }: Visit): Promise<Actor | null> {
  const token = tokenOf(request.headers);
  if (token === null) return null;
  try {
    return await door.recognize({ token, address: request.ip });
  } catch (error) {
    if (asRefusal(error).code === 'api/wrong-token') return null;
    throw error;
  }
}
