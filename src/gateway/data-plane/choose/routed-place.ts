import type { Choice, Served, ServedRoute, Share, SharedRoute } from './chooser.ts';
import type { PauseQueue } from './pauses.ts';
import type { RoutedInstance } from './routed-instance.ts';
import {
  type PlaceParts,
  releaseInstance,
  type RoutedVersion,
  routedVersion,
} from './routed-version.ts';
import { type CookiePlace, cookiePlace } from './sticky-cookie.ts';

/** A place and everything that is to be known of it when a request comes. */
export interface RoutedPlace extends ServedRoute {
  route: SharedRoute;
  readonly cookie: CookiePlace;
  /** What it answers to everyone; null when its requests go to instances. */
  answer: Choice | null;
  sticky: Served['sticky'];
  /** Users are told apart only where it makes a difference. */
  givesCookies: boolean;
  mirror: Served['mirror'];
  versions: readonly RoutedVersion[];
  draining: readonly RoutedVersion[];
  shares: readonly RoutedShare[];
  pause: PauseQueue | null;
}

/** Users below this number, and not below the one before, have the version; null: it is not here. */
export interface RoutedShare {
  readonly to: number;
  readonly version: RoutedVersion | null;
}

/** A place that answers nothing yet: `updatePlace` is to follow. */
export function routedPlace(route: SharedRoute, { counters }: PlaceParts): RoutedPlace {
  return {
    route,
    counter: counters.of(gatewayItself(route)),
    activity: { requests: 0, lastRequestAtMs: 0, open: 0, waiting: 0 },
    cookie: cookiePlace(route),
    answer: null,
    sticky: 'no',
    givesCookies: false,
    mirror: null,
    versions: [],
    draining: [],
    shares: [],
    pause: null,
  };
}

/**
 * From the next request on the place is as this route says. What stays keeps its objects; endpoints that are no
 * longer needed are released.
 */
export function updatePlace(place: RoutedPlace, route: SharedRoute, parts: PlaceParts): void {
  const before = instancesOf(place);
  const known = isOfSameService(place.route, route) ? before : [];
  if (!isOfSameService(place.route, route)) beginAnew(place, route, parts);
  const served = route.target.kind === 'versions' ? route.target : nothingServed;
  const hasCookies = givesCookies(served, route.shares);
  const building = { ...parts, route, health: served.health, givesCookies: hasCookies, known };
  const versions = served.versions.map((version) => routedVersion(version, building));

  place.route = route;
  place.answer = answerOf(place, route);
  place.sticky = served.sticky;
  place.givesCookies = hasCookies;
  place.mirror = served.mirror;
  place.versions = versions;
  place.draining = versions.filter((_, index) => served.versions[index]?.draining);
  place.shares = route.shares.map((share) => routedShare(share, versions));

  const kept = new Set(instancesOf(place));
  for (const one of before) if (!kept.has(one)) releaseInstance(one, parts.endpoints);
}

/** Nobody waits here any more, it has no instance and holds no endpoint. */
export function emptyPlace(place: RoutedPlace, { endpoints }: PlaceParts): void {
  for (const instance of instancesOf(place)) releaseInstance(instance, endpoints);
  place.versions = [];
  place.draining = [];
  place.shares = [];
  place.pause?.release();
  place.pause = null;
}

const nothingServed: Served = {
  kind: 'versions',
  versions: [],
  sticky: 'no',
  health: null,
  mirror: null,
};

function instancesOf({ versions }: RoutedPlace): RoutedInstance[] {
  return versions.flatMap(({ instances }) => instances);
}

type Owner = Pick<SharedRoute, 'environment' | 'service'>;

function isOfSameService(one: Owner, other: Owner): boolean {
  return one.environment === other.environment && one.service === other.service;
}

/** Another service has taken the place over: it has counts of its own. What is open or waits here stays so. */
function beginAnew(place: RoutedPlace, route: SharedRoute, { counters }: PlaceParts): void {
  place.counter = counters.of(gatewayItself(route));
  place.activity.requests = 0;
  place.activity.lastRequestAtMs = 0;
}

function gatewayItself({ host, path, environment, service }: SharedRoute) {
  return { host, path, environment, service, version: '', instance: '' };
}

function answerOf(place: RoutedPlace, { target }: SharedRoute): Choice | null {
  if (target.kind === 'page') return { kind: 'page', route: place, page: target.page };
  if (target.kind === 'text') return { kind: 'text', route: place, text: target.text };
  return null;
}

function givesCookies({ sticky, versions }: Served, shares: readonly Share[]): boolean {
  if (sticky === 'no') return false;
  if (versions.some(({ draining }) => draining)) return true;
  if (new Set(shares.map(({ version }) => version)).size > 1) return true;
  const taking = versions.flatMap(({ instances }) => instances).filter(isSeen);
  return sticky === 'instance' && taking.length > 1;
}

const isSeen = ({ state }: { state: string }): boolean => state !== 'hidden';

function routedShare({ version, to }: Share, versions: readonly RoutedVersion[]): RoutedShare {
  return { to, version: versions.find((one) => one.version === version) ?? null };
}
