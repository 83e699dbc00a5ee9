import { isIP } from 'node:net';

// Control characters are what these rules look for.
// oxlint-disable-next-line no-control-regex
const control = /[\u0000-\u001f\u007f]/;

/** Why a text cannot be what its key wants, in words that say what to write; null when it can. */
export const textRules = {
  hostAndPort: (text: string) =>
    parseHostAndPort(text)
      ? null
      : 'not something to connect to; write host:port, for example db:5432',
  host: (text: string) => (isHost(text) ? null : 'not a host name'),
  // Servers choose their certificate by it, and they do so by names only.
  name: (text: string) => (isHost(text) && !isIP(text) ? null : 'not a host name'),
  address: (text: string) => (isIP(text) ? null : 'not an IP address'),
  url: (text: string) => wrongUrl(text),
  path: (text: string) => wrongLine(text, 'a path'),
  line: (text: string) => wrongLine(text, 'a command'),
  header: (text: string) =>
    /^[\t\u0020-\u007e\u00a0-\u00ff]*$/.test(text) ? null : 'not the text of an HTTP header',
  text: (text: string) => (text.trim() === '' ? 'must not be empty' : null),
} as const satisfies Record<string, (text: string) => string | null>;

export type TextRule = keyof typeof textRules;

export interface HostAndPort {
  host: string;
  port: number;
}

const usualPorts: Readonly<Record<string, number>> = {
  'http:': 80,
  'https:': 443,
  'postgres:': 5432,
  'postgresql:': 5432,
  'redis:': 6379,
  'rediss:': 6379,
};

/** `db:5432`, `[::1]:5432` or an address such as `postgres://user@db/shop`; null for anything else. */
export function parseHostAndPort(text: string): HostAndPort | null {
  if (text.includes('://')) return ofUrl(text);
  const match = /^(\[[^\]]*\]|[^:]*):(\d{1,5})$/.exec(text);
  const host = unbracketed(match?.[1] ?? '');
  const port = Number(match?.[2]);
  return isHost(host) && port > 0 && port < 65_536 ? { host, port } : null;
}

function ofUrl(text: string): HostAndPort | null {
  const url = URL.parse(text);
  if (!url) return null;
  const host = unbracketed(url.hostname);
  const port = url.port === '' ? usualPorts[url.protocol] : Number(url.port);
  return isHost(host) && port ? { host, port } : null;
}

/** Without the brackets that an IPv6 address has in URLs. */
export const unbracketed = (host: string): string => host.replace(/^\[(.*)\]$/, '$1');

function isHost(text: string): boolean {
  if (isIP(text)) return true;
  const labels = text.replace(/\.$/, '').split('.');
  return text.length <= 253 && labels.every((label) => /^[\w-]{1,63}$/.test(label));
}

function wrongUrl(text: string): string | null {
  const url = URL.parse(text);
  if (!url || !['http:', 'https:'].includes(url.protocol))
    return 'not a URL; write for example ${SIGNALBOX_URL}/healthz';
  if (url.username || url.password)
    return 'a URL must not hold a password; write send: { authorization: … } beside it';
  return null;
}

/** A hundred of them are one variable of a job, of which Linux passes 128 KiB on. */
const longestLine = 1_000;

function wrongLine(text: string, what: string): string | null {
  if (control.test(text)) return `${what} must not contain control characters`;
  if (Buffer.byteLength(text) > longestLine) return `${what} has at most ${longestLine} bytes`;
  return text.trim() === '' ? `${what} must not be empty` : null;
}
