import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { sessionLastsMs } from './session-book.ts';

type Asked = Pick<IncomingMessage, 'headers' | 'socket'>;

/** What a browser keeps of its session. */
export interface SessionCookie {
  name: string;
  /** null: the browser sent none, one that is not ours, or several, of which one was planted. */
  secret: string | null;
  /** The value of Set-Cookie that keeps this secret; null: that removes it. */
  keeping(secret: string | null): string;
}

const secretPattern = /^[\w-]{43}$/;

/**
 * Cookies know hosts but no ports: the name tells the Signalboxes of one machine apart. Encrypted, its prefix `__Host-`
 * makes browsers refuse one that another host has planted.
 */
export function sessionCookie(request: Asked): SessionCookie {
  const encrypted = isEncrypted(request);
  const name = `${encrypted ? '__Host-' : ''}signalbox-${portOf(request.headers, encrypted)}`;
  return {
    name,
    secret: secretIn(request.headers.cookie ?? '', name),
    keeping(secret) {
      const maxAge = secret === null ? 0 : sessionLastsMs / 1000;
      const parts = [`${name}=${secret ?? ''}`, 'Path=/', `Max-Age=${maxAge}`, 'HttpOnly'];
      return [...parts, 'SameSite=Strict', ...(encrypted ? ['Secure'] : [])].join('; ');
    },
  };
}

/** Here, or at the proxy in front. Who claims it falsely harms only the name of their own cookie. */
function isEncrypted({ headers, socket }: Asked): boolean {
  const [forwarded = ''] = String(headers['x-forwarded-proto'] ?? '').split(',');
  return (
    (socket as Partial<TLSSocket> | null)?.encrypted === true ||
    forwarded.trim().toLowerCase() === 'https'
  );
}

function portOf({ host = '' }: IncomingHttpHeaders, encrypted: boolean): string {
  return /:(\d{1,5})$/.exec(host)?.[1] ?? (encrypted ? '443' : '80');
}

function secretIn(header: string, name: string): string | null {
  const values = header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  const [secret = '', ...more] = values;
  return more.length === 0 && secretPattern.test(secret) ? secret : null;
}
