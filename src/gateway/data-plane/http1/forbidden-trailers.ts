import { headerNames } from './header-names.ts';
import { internalHeaders } from './known-headers.ts';

const forbidden = [
  'content-length',
  'transfer-encoding',
  'host',
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'upgrade',
  'proxy-connection',
  'expect',
  'authorization',
  'proxy-authorization',
  'proxy-authenticate',
  'www-authenticate',
  'cookie',
  'set-cookie',
  'forwarded',
  'x-real-ip',
  ...internalHeaders,
  'content-encoding',
  'content-type',
  'content-range',
];

/** Names that must not stand behind a body (RFC 9110 section 6.5.1): some servers would take them for headers. */
export const forbiddenTrailers = headerNames(
  Object.fromEntries(forbidden.map((name, index) => [name, index + 1])),
);
