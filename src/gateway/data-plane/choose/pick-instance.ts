import { beginProbe, mayTry } from './ejection.ts';
import type { RoutedInstance } from './routed-instance.ts';

/**
 * Of two that are drawn by lot, the one with fewer open requests: nearly as even as asking all of them
 * (Mitzenmacher 2001), and no herd runs to the one that was idle a moment ago. Those that are out are passed over;
 * when all are out all are in again, for a slow answer is better than none. Null: there are none.
 */
export function pickInstance(
  from: readonly RoutedInstance[],
  now: () => number,
): RoutedInstance | null {
  const one = from[Math.trunc(Math.random() * from.length)];
  if (one === undefined) return null;
  if (from.length === 1) return one;
  const other = anotherOf(from, one);
  const picked = isIn(one) && isIn(other) ? lessBusy(one, other) : pickWithCare(from, now());
  return picked;
}

/** It takes requests: neither its health check nor failing requests have put it out. */
export function isUsable(instance: RoutedInstance, nowMs: number): boolean {
  return instance.health?.isOut !== true && mayTry(instance.endpoint.ejection, nowMs);
}

/** Without looking at the clock. */
function isIn(instance: RoutedInstance): boolean {
  return instance.health?.isOut !== true && instance.endpoint.ejection.outUntilMs === 0;
}

function pickWithCare(from: readonly RoutedInstance[], nowMs: number): RoutedInstance {
  const usable = from.filter((instance) => isUsable(instance, nowMs));
  const candidates = usable.length > 0 ? usable : from;
  const one = anyOf(candidates);
  const picked = candidates.length === 1 ? one : lessBusy(one, anotherOf(candidates, one));
  const { ejection } = picked.endpoint;
  if (ejection.outUntilMs !== 0 && mayTry(ejection, nowMs)) beginProbe(ejection, nowMs);
  return picked;
}

function anyOf(from: readonly RoutedInstance[]): RoutedInstance {
  return from[Math.trunc(Math.random() * from.length)] as RoutedInstance;
}

function anotherOf(from: readonly RoutedInstance[], one: RoutedInstance): RoutedInstance {
  const drawn = from[Math.trunc(Math.random() * (from.length - 1))] as RoutedInstance;
  return drawn === one ? (from.at(-1) as RoutedInstance) : drawn;
}

function lessBusy(one: RoutedInstance, other: RoutedInstance): RoutedInstance {
  return other.endpoint.open < one.endpoint.open ? other : one;
}
