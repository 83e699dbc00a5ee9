import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { mayDo, type Role } from '../kernel/role.ts';
import { nobody, type Actor } from './handlers.ts';

export interface Gatekeeper {
  /** The actor, when the role allows it; refuses with no-token, wrong-token, forbidden or too-many-attempts. */
  admit(from: { headers: IncomingHttpHeaders; address: string; role: Role }): Promise<Actor>;
  /** Whose token it is, wherever it was sent; refuses with wrong-token or too-many-attempts. */
  recognize(from: { token: string; address: string }): Promise<Actor>;
  /** Why somebody who was let in would not be now; null: they would. A token revoked meanwhile is not counted as a guess. */
  whyNotStill(from: { headers: IncomingHttpHeaders; role: Role }): Promise<SignalboxError | null>;
}

const failuresPerWindow = 30;
const windowMs = 60_000;
const rememberedAtMost = 10_000;

/** Stands at the door of API and git: who is it, and may they. */
export function gatekeeper(
  authenticate: (token: string) => Promise<Actor | null>,
  now: () => number = Date.now,
): Gatekeeper {
  const failures = failureCount(now);
  // A token that was right before passes also where somebody else is guessing from the same address.
  const known = new Set<string>();

  const recognize: Gatekeeper['recognize'] = async ({ token, address }) => {
    const mark = createHash('sha256').update(token).digest('base64');
    if (!known.has(mark) && failures.tooMany(address)) throw tooManyAttempts();
    const actor = await authenticate(token);
    if (!actor) {
      known.delete(mark);
      failures.add(address);
      throw wrongToken();
    }
    if (known.size >= rememberedAtMost) known.clear();
    known.add(mark);
    return actor;
  };
  return {
    recognize,
    async admit({ headers, address, role }) {
      if (role === 'public') return nobody;
      const token = tokenOf(headers);
      if (token === null) throw noToken();
      const actor = await recognize({ token, address });
      if (!mayDo(actor.role, role)) throw forbidden(actor, role);
      return actor;
    },
    async whyNotStill({ headers, role }) {
      if (role === 'public') return null;
      const token = tokenOf(headers);
      if (token === null) return noToken();
      const actor = await authenticate(token);
      if (!actor) return wrongToken();
      return mayDo(actor.role, role) ? null : forbidden(actor, role);
    },
  };
}

/** `Bearer TOKEN`, or the password of Basic, which is what git sends; its user name where the password is empty. */
export function tokenOf(headers: IncomingHttpHeaders): string | null {
  const [, scheme = '', value = ''] = /^(\w+) +(\S+)$/.exec(headers.authorization ?? '') ?? [];
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme.toLowerCase() !== 'basic') return null;
  const [user = '', ...password] = Buffer.from(value, 'base64').toString('utf8').split(':');
  return password.join(':') || user || null;
}

function failureCount(now: () => number) {
  let since = now();
  let counts = new Map<string, number>();
  const turn = (): void => {
    if (now() - since < windowMs && counts.size < rememberedAtMost) return;
    since = now();
    counts = new Map();
  };
  return {
    tooMany(address: string): boolean {
      turn();
      return (counts.get(address) ?? 0) >= failuresPerWindow;
    },
    add(address: string): void {
      turn();
      counts.set(address, (counts.get(address) ?? 0) + 1);
    },
  };
}

function noToken(): SignalboxError {
  return new SignalboxError({
    code: 'api/no-token',
    what: 'This needs a token, and none was sent.',
    fix: [
      'Send Authorization: Bearer TOKEN.',
      'On the command line: signalbox login URL --token TOKEN',
      'In a browser: sign in at /sign-in.',
    ],
  });
}

export function wrongToken(): SignalboxError {
  return new SignalboxError({
    code: 'api/wrong-token',
    what: 'This token opens nothing.',
    why: 'It was never made here, or it has been revoked.',
    fix: ['Ask an admin for a new one: signalbox token create NAME --role developer'],
  });
}

export function forbidden(actor: Actor, needs: Role): SignalboxError {
  return new SignalboxError({
    code: 'api/forbidden',
    what: `This needs the role ${needs}; ${holderOf(actor)} has ${actor.role}.`,
    fix:
      actor.token === undefined
        ? [`Ask an admin for a token with it: signalbox token create NAME --role ${needs}`]
        : [
            `Ask an admin whether you may: signalbox person set ${actor.name} --role ${needs}`,
            `May you already, then the token opens less: signalbox token create NAME --person ${actor.name} --role ${needs}`,
          ],
  });
}

const holderOf = ({ name, token }: Actor): string =>
  token === undefined ? `the token "${name}"` : `the token "${token}" of ${name}`;

function tooManyAttempts(): SignalboxError {
  return new SignalboxError({
    code: 'api/too-many-attempts',
    what: 'Too many wrong tokens came from this address.',
    fix: ['Wait a minute, then try again with a token that is right.'],
  });
}
