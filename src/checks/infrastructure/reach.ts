import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Where the hosts of a domain really listen, whatever DNS says, such as the gateway on this machine. */
export interface Entrance {
  /** It stands for itself and every host below it. */
  domain: string;
  host: string;
  /** Instead of the port that was asked for. */
  port?: number | undefined;
}

export type Reached = { addresses: LookupAddress[]; port: number } | { wrong: string };

/** How to reach a host and port, or why not. Abort ends the waiting. */
export async function reach(
  asked: { host: string; port: number },
  { entrance, signal }: { entrance: Entrance | undefined; signal: AbortSignal },
): Promise<Reached> {
  const isOurs = entrance !== undefined && isBelow(asked.host, entrance.domain);
  const host = isOurs ? entrance.host : asked.host;
  const found = await addressesOf(host, signal);
  if ('wrong' in found) return found;
  return { ...found, port: (isOurs ? entrance.port : undefined) ?? asked.port };
}

/** The addresses of a host, or why there are none. Abort ends the waiting. */
export async function addressesOf(
  host: string,
  signal: AbortSignal,
): Promise<{ addresses: LookupAddress[] } | { wrong: string }> {
  try {
    const addresses = await resolved(host, signal);
    const wrong = addresses.map(whyForbidden).find((why) => why !== null);
    return wrong === undefined ? { addresses } : { wrong };
  } catch (error) {
    return { wrong: errorInWords(error) };
  }
}

async function resolved(host: string, signal: AbortSignal): Promise<LookupAddress[]> {
  signal.throwIfAborted();
  if (isIP(host)) return [{ address: host, family: isIP(host) }];
  // RFC 6761, 6.3. Not every system resolver does so.
  if (isBelow(host, 'localhost')) {
    return [
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ];
  }
  const left = Promise.withResolvers<never>();
  const leave = (): void => left.reject(signal.reason as Error);
  signal.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([lookup(host, { all: true }), left.promise]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

function isBelow(host: string, domain: string): boolean {
  const plain = host.toLowerCase().replace(/\.$/, '');
  return plain === domain || plain.endsWith(`.${domain}`);
}

// Clouds tell a machine's own credentials there to whoever asks from it. 64:ff9b::/96 leads to the same places where a
// network translates addresses: RFC 6052, 2.1.
const linkLocal = new BlockList();
linkLocal.addSubnet('169.254.0.0', 16, 'ipv4');
linkLocal.addSubnet('64:ff9b::169.254.0.0', 112, 'ipv6');
linkLocal.addSubnet('fe80::', 10, 'ipv6');
linkLocal.addAddress('fd00:ec2::254', 'ipv6');

// Those of Alibaba, Oracle and Azure.
const ofClouds = new BlockList();
for (const address of ['100.100.100.200', '192.0.0.192', '168.63.129.16']) {
  ofClouds.addAddress(address, 'ipv4');
  ofClouds.addAddress(`64:ff9b::${address}`, 'ipv6');
}

function whyForbidden({ address, family }: LookupAddress): string | null {
  const asked = [address.replace(/%.*/, ''), family === 6 ? 'ipv6' : 'ipv4'] as const;
  if (linkLocal.check(...asked)) return 'a link-local address, which Signalbox never asks';
  if (ofClouds.check(...asked))
    return "an address where clouds tell a machine's secrets, which Signalbox never asks";
  return null;
}

/** For sockets: what was found before, so that nothing is looked up twice with two answers. */
export function knownAddresses(addresses: readonly LookupAddress[]): LookupFunction {
  return (_host, options, tell) => {
    const usable = addresses.filter(
      ({ family }) =>
        !options.family || options.family === family || options.family === `IPv${family}`,
    );
    const [first] = usable;
    if (!first) tell(Object.assign(new Error('no such address'), { code: 'ENOTFOUND' }), []);
    else if (options.all) tell(null, usable);
    else tell(null, first.address, first.family);
  };
}

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'it broke the connection off',
  EPIPE: 'it broke the connection off',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'its network cannot be reached',
  ETIMEDOUT: 'it did not answer in time',
  ENOTFOUND: 'the name is not known',
  ENODATA: 'the name is not known',
  EAI_AGAIN: 'nobody answered who knows the name',
  EADDRNOTAVAIL: 'the address cannot be used from here',
  TimeoutError: 'it did not answer in time',
  AbortError: 'it did not answer in time',
  HPE_HEADER_OVERFLOW: 'the head of its answer is too large',
  EPROTO: 'it does not speak TLS as we do',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
};

/** What went wrong on the network, without addresses or file names. */
export function errorInWords(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  const known = [code, name].map(String).find((key) => Object.hasOwn(words, key));
  if (known !== undefined) return words[known] ?? '';
  if (typeof code === 'string' && code.startsWith('HPE_')) return 'it does not speak HTTP';
  return typeof code === 'string' ? `it failed with ${code}` : 'it failed';
}
