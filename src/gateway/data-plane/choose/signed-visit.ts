import { hash } from 'node:crypto';
import type { VisitTarget } from '../../gateway.ts';
import type { Place } from '../../route.ts';
import { type Sealer, sealer } from './seal.ts';

export const visitHeaderName = 'X-Signalbox-Visit';
export const visitCookieName = 'signalbox-visit';

/** Longer than any token we write. */
const mostCharacters = 1024;

/** A token for a header or cookie: who sends it reaches this version or instance of this place until it expires. */
export function signVisit(key: Buffer, target: VisitTarget, expiresAtMs: number): string {
  const kind = 'version' in target ? 'v' : 'i';
  const name = 'version' in target ? target.version : target.instance;
  const body = `${kind}${Buffer.from(name).toString('base64url')}.${Math.floor(expiresAtMs).toString(36)}`;
  return `${body}.${sealer(key).seal(sealed(target, body))}`;
}

/** What a token reaches at this place; null when it is not ours, for another place, or has expired. */
export function readVisit(
  by: Pick<Sealer, 'isSealed'>,
  token: string,
  { place, nowMs }: { place: Place; nowMs: number },
): { version: string } | { instance: string } | null {
  if (token.length > mostCharacters) return null;
  const [named = '', expires = '', claimed = '', ...more] = token.split('.', 4);
  if (more.length > 0 || !by.isSealed(sealed(place, `${named}.${expires}`), claimed)) return null;
  if (Number.parseInt(expires, 36) <= nowMs) return null;
  const name = Buffer.from(named.slice(1), 'base64url').toString();
  return named.startsWith('v') ? { version: name } : { instance: name };
}

function sealed({ host, path }: Place, body: string): string {
  return `visit ${hash('sha256', JSON.stringify([host, path]), 'base64url')} ${body}`;
}
