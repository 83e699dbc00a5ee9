import type { IncomingMessage } from 'node:http';

export interface RequestTarget {
  /** Lower case, without port and trailing dot: what routes are found by. */
  host: string;
  /** As the client wrote it: what the instance gets as Host. */
  authority: string;
  /** Path and query, or `*`. */
  path: string;
}

const authorityForm = /^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\])(?::\d{0,5})?$/i;

/** Where a request wants to go; null when that is unclear (RFC 9112 sections 3.2 and 3.3). */
export function requestTarget(request: IncomingMessage): RequestTarget | null {
  const hosts = request.headersDistinct['host'] ?? [];
  // A proxy that believed one Host while the instance believes another would hand out foreign pages.
  if (hosts.length > 1) return null;
  const [path, absolute] = pathOf(request);
  const authority = absolute ?? hosts[0] ?? '';
  if (path === null || authority.length > 260 || !authorityForm.test(authority)) return null;
  return { host: hostOf(authority), authority, path };
}

/** With the authority, when the target is absolute: it outranks the Host header. */
function pathOf({ url = '', method }: IncomingMessage): [string | null, string | undefined] {
  if (url.includes('#')) return [null, undefined];
  if (url.startsWith('/') || (url === '*' && method === 'OPTIONS')) return [url, undefined];
  const [, authority, rest = ''] = /^https?:\/\/([^/?]*)(.*)$/i.exec(url) ?? [];
  if (authority === undefined) return [null, undefined];
  return [rest.startsWith('/') ? rest : `/${rest}`, authority];
}

function hostOf(authority: string): string {
  return authority.toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '');
}
