import { hash, randomFillSync } from 'node:crypto';
import type { Place } from '../../route.ts';
import { cookieValues } from './cookie-values.ts';
import { sealer, sealLength } from './seal.ts';
import { parts } from './share-out.ts';
import { twoGenerations } from './two-generations.ts';

/** Somebody whose cookie was once given out for this place. */
export interface User {
  /** 96 random bits in base64url. */
  id: string;
  /** Which of the equal parts of all users; see share-out.ts. */
  number: number;
  /** The tag of the version it had last. */
  version: string;
  /** The tag of its instance, '' when its cookie names none. */
  instance: string;
}

export interface StickyCookies {
  /**
   * The user a Cookie header names; null when it names none, or nothing that we wrote for this place. Of several
   * cookies the first that is ours counts.
   */
  read(place: CookiePlace, header: string): User | null;
  newcomer(): Pick<User, 'id' | 'number'>;
  /** The value of a Set-Cookie header; the cookie lasts as long as the browser is open. */
  write(place: CookiePlace, user: Omit<User, 'number'>, secure: boolean): string;
}

/** A place as cookies see it. */
export interface CookiePlace {
  /** What each seal covers: a cookie of one place is worth nothing at another. */
  readonly name: string;
  readonly attributes: string;
}

export const stickyCookieName = 'signalbox-user';

const named = `${stickyCookieName}=`;
const idBytes = 12;
const idLength = 16;
const tagLength = 8;
const shortLength = idLength + tagLength + sealLength;
const longLength = shortLength + tagLength;
/** Users a worker recognises without computing their seal again: about 4 MB. */
const remembered = 8192;

/**
 * A value is id, version, perhaps instance, and the seal, each of fixed length. A seal costs some µs to check, so
 * values that were good are remembered; forged ones never are, and so push nobody out.
 */
export function stickyCookies(key: Buffer): StickyCookies {
  const good = twoGenerations<User & { place: string }>(remembered);
  const random = randomIds();
  const { seal, isSealed } = sealer(key);

  function verified(place: CookiePlace, value: string): User | null {
    if (value.length !== shortLength && value.length !== longLength) return null;
    const known = good.get(value);
    if (known !== undefined) return known.place === place.name ? known : null;
    const body = value.slice(0, -sealLength);
    if (!isSealed(sealed(place, body), value.slice(-sealLength))) return null;
    // A copy: a slice would keep the whole Cookie header in memory.
    const copy = Buffer.from(value, 'latin1').toString('latin1');
    const user = { ...userOf(copy), place: place.name };
    good.set(copy, user);
    return user;
  }

  return {
    read(place, header) {
      for (const value of cookieValues(header, named)) {
        const user = verified(place, value);
        if (user !== null) return user;
      }
      return null;
    },

    newcomer() {
      const id = random();
      return { id, number: numberOf(id) };
    },

    write(place, { id, version, instance }, secure) {
      const body = id + version + instance;
      const value = body + seal(sealed(place, body));
      return `${named}${value}${place.attributes}${secure ? '; Secure' : ''}`;
    },
  };
}

export function cookiePlace({ host, path }: Place): CookiePlace {
  // A path that would end the attribute early: the seal binds the cookie to its place all the same.
  const cookiePath = /^[!-:<-~]*$/.test(path) ? path : '/';
  return {
    name: hash('sha256', JSON.stringify([host, path]), 'base64url'),
    attributes: `; Path=${cookiePath}; HttpOnly; SameSite=Lax`,
  };
}

/** What stands in a cookie for a version or an instance: 48 bits of its hash, for names may be long. */
export function tagOf(name: string): string {
  return hash('sha256', name, 'base64url').slice(0, tagLength);
}

function sealed(place: CookiePlace, body: string): string {
  return `user ${place.name} ${body}`;
}

function userOf(value: string): User {
  const id = value.slice(0, idLength);
  return {
    id,
    number: numberOf(id),
    version: value.slice(idLength, idLength + tagLength),
    instance: value.slice(idLength + tagLength, -sealLength),
  };
}

function numberOf(id: string): number {
  return Buffer.from(id.slice(0, 8), 'base64url').readUInt32BE(0) % parts;
}

function randomIds(): () => string {
  const pool = Buffer.alloc(idBytes * 256);
  let at = pool.length;
  return () => {
    if (at === pool.length) {
      randomFillSync(pool);
      at = 0;
    }
    at += idBytes;
    return pool.toString('base64url', at - idBytes, at);
  };
}
