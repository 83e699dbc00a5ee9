import type { RoutedChoice } from './choose-instance.ts';
import type { Asked, Choice } from './chooser.ts';
import { cookieValues } from './cookie-values.ts';
import { gatewayPages } from './gateway-pages.ts';
import { pickInstance } from './pick-instance.ts';
import type { RoutedInstance } from './routed-instance.ts';
import type { RoutedPlace } from './routed-place.ts';
import { reachable } from './routed-version.ts';
import type { Sealer } from './seal.ts';
import { readVisit, visitCookieName } from './signed-visit.ts';

type Target = NonNullable<ReturnType<typeof readVisit>>;

const named = `${visitCookieName}=`;

/**
 * Where a signed visit goes; null when the request is none. A program's visit (by header) to something that is gone
 * is refused, or a smoke test would praise the wrong version; a browser's cookie only loses its effect.
 */
export function visitChoice(
  place: RoutedPlace,
  asked: Asked,
  { sealer, now }: { sealer: Sealer; now: () => number },
): Choice | null {
  const read = (token: string) => readVisit(sealer, token, { place: place.route, nowMs: now() });
  const header = asked.signedVisit === '' ? null : read(asked.signedVisit);
  if (header !== null) return reach(place, header, now) ?? gone(place);
  for (const token of cookieValues(asked.cookie, named)) {
    const target = read(token);
    if (target !== null) return reach(place, target, now);
  }
  return null;
}

function reach(place: RoutedPlace, target: Target, now: () => number): RoutedChoice | null {
  const instance = pickInstance(candidates(place, target), now);
  if (instance === null) return null;
  const reach = 'version' in target ? 'version' : 'instance';
  return { ...signed, route: place, instance, reach };
}

const signed = {
  kind: 'instance',
  user: '',
  setCookie: '',
  signed: true,
  shadow: null,
  known: null,
  cookieId: '',
  isSecure: false,
} as const;

function candidates(place: RoutedPlace, target: Target): readonly RoutedInstance[] {
  if ('version' in target) {
    const version = place.versions.find((one) => one.version === target.version);
    return version === undefined ? [] : reachable(version);
  }
  const all = place.versions.flatMap(({ instances }) => instances);
  return all.filter(({ endpoint }) => endpoint.instance === target.instance);
}

function gone(place: RoutedPlace): Choice {
  return { kind: 'page', route: place, page: gatewayPages.visitEnded(place.route.host) };
}
