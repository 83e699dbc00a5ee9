import { BlockList, isIP } from 'node:net';
import { SignalboxError } from '../../../kernel/signalbox-error.ts';

/** Neighbours whose word on where a request comes from is believed: load balancers in front of us. */
export interface TrustedPeers {
  /** Of an address without a port, as a socket gives it; anything else is nobody. */
  isTrusted(address: string): boolean;
}

/**
 * From addresses (`10.0.0.7`, `::1`) and networks (`10.0.0.0/8`, `fd00::/8`); from none, nobody is trusted.
 * What is neither is refused with `gateway/bad-trust`.
 */
export function trustedPeers(networks: readonly string[]): TrustedPeers {
  const trusted = new BlockList();
  for (const network of networks) add(trusted, network);
  if (networks.length === 0) return { isTrusted: () => false };
  return { isTrusted: (given) => isListed(trusted, plainAddress(given)) };
}

/** An IPv4 client on a socket that takes both kinds is called `::ffff:10.0.0.7`: the same client everywhere. */
export function plainAddress(address: string): string {
  if (!address.startsWith('::ffff:')) return address;
  const plain = address.slice('::ffff:'.length);
  return isIP(plain) === 4 ? plain : address;
}

function isListed(trusted: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && trusted.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

function add(trusted: BlockList, network: string): void {
  const [address = '', prefix, ...rest] = network.split('/');
  const family = isIP(address);
  const longest = family === 4 ? 32 : 128;
  const length = prefix === undefined ? longest : prefixLength(prefix);
  if (family === 0 || rest.length > 0 || length > longest) throw badTrust(network);
  trusted.addSubnet(address, length, family === 4 ? 'ipv4' : 'ipv6');
}

const prefixLength = (digits: string): number => (/^\d{1,3}$/.test(digits) ? +digits : Infinity);

const badTrust = (network: string): SignalboxError =>
  new SignalboxError({
    code: 'gateway/bad-trust',
    what: `The gateway cannot trust "${network}".`,
    why: 'It is neither an address nor a network.',
    fix: ['Write an address (10.0.0.7, ::1) or a network with its length (10.0.0.0/8, fd00::/8).'],
  });
