import { type Answer, failed, passed } from './answer.ts';
import type { Asking } from './asking.ts';
import type { Check } from './question.ts';
import { addressesOf } from './reach.ts';

const mostShown = 10;

/**
 * Whether a name resolves as this machine resolves names, to at least the addresses that were named. Asks
 * once; ends with the signal.
 */
export async function askAddress(
  { name, 'resolves-to': wanted }: Check<'addresses'>,
  { signal }: Pick<Asking, 'signal'>,
): Promise<Answer> {
  const found = await addressesOf(name, signal);
  if ('wrong' in found) return failed(found.wrong);
  const addresses = [...new Set(found.addresses.map(({ address }) => address))];
  const isAll = wanted.every((one) => addresses.some((other) => plain(other) === plain(one)));
  const words = `it resolves to ${addresses.slice(0, mostShown).join(', ')}`;
  return isAll && addresses.length > 0 ? passed(words) : failed(words);
}

/** `2001:DB8:0::1` and `2001:db8::1` are one address; URLs write both alike. */
function plain(address: string): string {
  return address.includes(':') ? (URL.parse(`http://[${address}]`)?.host ?? address) : address;
}
