import { pickInstance } from './pick-instance.ts';
import type { RoutedInstance } from './routed-instance.ts';
import type { RoutedPlace } from './routed-place.ts';
import { reachable } from './routed-version.ts';

/** RFC 9110 section 9.2.1, without TRACE. */
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Who gets a copy of a request of this place; null: nobody. */
export function shadowFor(
  { mirror, versions }: RoutedPlace,
  request: { method: string; instance: RoutedInstance },
  now: () => number,
): RoutedInstance | null {
  if (mirror === null || Math.random() * 100 >= mirror.percent) return null;
  if (!mirror.unsafeMethods && !safeMethods.has(request.method)) return null;
  // It sees the request itself already.
  if (request.instance.version === mirror.version) return null;
  const version = versions.find((one) => one.version === mirror.version);
  return version === undefined ? null : pickInstance(reachable(version), now);
}
