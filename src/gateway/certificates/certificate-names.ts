import { domainToASCII } from 'node:url';
import { SignalboxError } from '../../kernel/signalbox-error.ts';

const label = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
const mostNames = 100;

/**
 * Host names as a certificate has them: lower case, in ASCII, sorted, each once; `*.` in front stands for
 * one label. Refuses with `certificate/bad-name`.
 */
export function certificateNames(given: readonly string[]): string[] {
  const names = [...new Set(given.map(nameOf))].sort();
  if (names.length === 0) throw badName('', 'A certificate needs a name.');
  if (names.length > mostNames) {
    throw badName(`${names.length} names`, `A CA takes at most ${mostNames} in one certificate.`);
  }
  return names;
}

function nameOf(given: string): string {
  const isWildcard = given.startsWith('*.');
  const host = domainToASCII(isWildcard ? given.slice(2) : given);
  const labels = host.split('.');
  const isHost =
    host.length <= 253 && labels.length > 1 && labels.every((each) => label.test(each));
  if (!isHost) throw badName(given, 'A host name has two labels or more: shop.example.com');
  if (/^\d+$/.test(labels.at(-1) ?? '')) throw badName(given, 'A CA proves names, not addresses.');
  return isWildcard ? `*.${host}` : host;
}

const badName = (name: string, why: string): SignalboxError =>
  new SignalboxError({
    code: 'certificate/bad-name',
    what: `No certificate can be had for ${JSON.stringify(name.slice(0, 100))}.`,
    why,
    fix: ['signalbox certificate order shop.example.com www.shop.example.com'],
  });

export const isWildcard = (name: string): boolean => name.startsWith('*.');

/**
 * Names that are neither at or below the installation's domain nor routed. A wildcard is routed when a host
 * one label below it is.
 */
export function foreignNames(
  names: readonly string[],
  own: { domain: string; hosts: ReadonlySet<string> },
): string[] {
  const parents = new Set([...own.hosts].map((host) => host.slice(host.indexOf('.') + 1)));
  return names.filter((name) => {
    const bare = isWildcard(name) ? name.slice(2) : name;
    if (bare === own.domain || bare.endsWith(`.${own.domain}`)) return false;
    return isWildcard(name) ? !parents.has(bare) : !own.hosts.has(bare);
  });
}
