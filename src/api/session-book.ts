import { createHmac, randomBytes } from 'node:crypto';
import type { Queryable } from '../db/pool.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Actor } from './handlers.ts';
import { sessions } from './session-tables.ts';
import { actorOf } from './tables.ts';
import { hashToken } from './token.ts';

/** Whose browser it is, and what proves that one of our own pages asks, and not a neighbour's. */
export interface BrowserSession {
  actor: Actor;
  proof: string;
}

/** Who is signed in, by the secrets in their browsers' cookies. */
export interface SessionBook {
  /** The secret of a new session of a token; it is nowhere else but in this answer. */
  open(token: string): Promise<string>;
  /** null: no session, ended, or its token or person opens nothing any more. What it opens is looked up each time. */
  find(secret: string): Promise<BrowserSession | null>;
  /** Opens nothing any more when it resolves. Repeatable. */
  close(secret: string): Promise<void>;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const unusedForMs = 14 * dayMs;
/** How long a session lasts at most, however much it is used. */
export const sessionLastsMs = 90 * dayMs;
const secretBytes = 32;

/** A session ends when it is unused for 14 days, and 90 days after it was made. */
export function sessionBook({ db, clock }: { db: Queryable; clock: Clock }): SessionBook {
  return {
    async open(token) {
      const secret = randomBytes(secretBytes).toString('base64url');
      const at = clock.now();
      await sessions.open(db, { hash: hashToken(secret), token, at, expiresAt: endOf(at, at) });
      return secret;
    },
    async find(secret) {
      const [hash, at] = [hashToken(secret), clock.now()];
      const found = await sessions.find(db, hash, at);
      if (!found) return null;
      const { madeAt, seenAt } = found;
      // Reading should not mean writing.
      if (at.getTime() - seenAt.getTime() > hourMs)
        await sessions.see(db, hash, { at, expiresAt: endOf(madeAt, at) });
      return { actor: actorOf(found), proof: proofOf(secret) };
    },
    async close(secret) {
      await sessions.close(db, hashToken(secret));
    },
  };
}

function endOf(madeAt: Date, usedAt: Date): Date {
  return new Date(Math.min(madeAt.getTime() + sessionLastsMs, usedAt.getTime() + unusedForMs));
}

/** Follows from the secret, so that nothing more is stored, and does not lead back to it. */
function proofOf(secret: string): string {
  return createHmac('sha256', secret).update('signalbox session proof').digest('base64url');
}
