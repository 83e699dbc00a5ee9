import { isIPv6 } from 'node:net';
import { SignalboxError } from '../../kernel/signalbox-error.ts';

export interface ListenAddress {
  host: string;
  port: number;
}

/** `127.0.0.1:8080`, `[::1]:8080` or `localhost:8080`. Anything else is refused with `gateway/bad-listen-address`. */
export function listenAddress(text: string): ListenAddress {
  const [, bracketed, plain, digits] =
    /^(?:\[([^\]]+)\]|([a-z0-9.-]+)):(\d{1,5})$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || port > 65_535 || (bracketed !== undefined && !isIPv6(bracketed))) {
    throw new SignalboxError({
      code: 'gateway/bad-listen-address',
      what: `The gateway cannot listen on "${text}".`,
      why: 'An address to listen on is a host, a colon and a port between 0 and 65535.',
      fix: ['Write it like 127.0.0.1:8080, or like [::1]:8080 for IPv6.'],
    });
  }
  return { host, port };
}
