import { cookiePlace } from '../../data-plane/choose/sticky-cookie.ts';
import type { Route } from '../../route.ts';
import { numberPrefixes } from './number-prefixes.ts';
import {
  backendName,
  type Lane,
  laneName,
  mapKey,
  type PlacedRoute,
  serverName,
} from './placed-route.ts';

export type MapLine = [key: string, value: string];

/** `places.map`: what is done with the requests of a place. The one line that a change replaces. */
export function placeLine(placed: PlacedRoute): MapLine {
  return [mapKey(placed.route), [placed.id, placed.record, ...actionOf(placed)].join('|')];
}

/**
 * `lanes.map`: where users and signed visits that name a version or an instance go, and whether they may.
 * Nobody sees these lines before the place's own names their record.
 */
export function laneLines({ record, route, lanes }: PlacedRoute): MapLine[] {
  const draining = new Set(
    versionsOf(route).flatMap(({ version, draining }) => (draining ? [version] : [])),
  );
  return lanes.flatMap((lane): MapLine[] => [
    [
      `${record}/${laneName(lane.id)}`,
      `${choice(lane)}|${draining.has(lane.version) ? 'draining' : 'shared'}`,
    ],
    ...lane.servers.map(({ id, state }): MapLine => [
      `${record}/${serverName(id)}`,
      `${choice(lane)}|${state}`,
    ]),
  ]);
}

/** `shares.map`: which users have which version. A user's number is written as 1 and four digits. */
export function shareLines({ record, route, shares, lanes }: PlacedRoute): MapLine[] {
  if (!sharesOut(route, shares)) return [];
  return shares.flatMap(({ version, from, to }) => {
    const lane = lanes.find((one) => one.version === version);
    if (lane === undefined) return [];
    return numberPrefixes(from, to).map((prefix): MapLine => [
      `${record}/1${prefix}`,
      choice(lane),
    ]);
  });
}

/** `hosts.map`: hosts whose paths decide something, so that a path must be clear. */
export function hostLines(all: Iterable<PlacedRoute>): MapLine[] {
  const paths = new Map<string, string[]>();
  for (const { route } of all) {
    const known = paths.get(route.host);
    if (known === undefined) paths.set(route.host, [route.path]);
    else known.push(route.path);
  }
  return [...paths].flatMap(([host, of]): MapLine[] =>
    of.length === 1 && of[0] === '/' ? [] : [[host, 'paths']],
  );
}

/** `checks.map`: what is asked of the instances behind a backend. */
export function checkLines({ route, lanes }: PlacedRoute): MapLine[] {
  const health = route.target.kind === 'versions' ? route.target.health : null;
  if (health === null) return [];
  return lanes.flatMap(({ slot }): MapLine[] =>
    slot === null ? [] : [[backendName(slot), health.path]],
  );
}

function actionOf({ route, shares, lanes }: PlacedRoute): string[] {
  const { target } = route;
  if (target.kind === 'page') return ['page', String(target.page.status)];
  if (target.kind === 'text') return ['text', '200'];
  if (sharesOut(route, shares)) {
    const keeps = givesCookies(route, shares) ? target.sticky : 'no';
    return ['share', keeps, cookiePlace(route).attributes.replace(/^; Path=([^;]*).*$/, '$1')];
  }
  const lane = lanes.find(({ version }) => version === shares[0]?.version);
  return lane === undefined ? ['none'] : ['serve', choice(lane)];
}

/** One version and no cookie to look at: nothing is to be decided per user. */
function sharesOut(route: Route, shares: PlacedRoute['shares']): boolean {
  return new Set(shares.map(({ version }) => version)).size > 1 || givesCookies(route, shares);
}

/** Users are told apart only where it makes a difference. */
function givesCookies(route: Route, shares: PlacedRoute['shares']): boolean {
  if (route.target.kind !== 'versions' || route.target.sticky === 'no') return false;
  const { sticky, versions } = route.target;
  if (versions.some(({ draining }) => draining)) return true;
  if (new Set(shares.map(({ version }) => version)).size > 1) return true;
  const seen = versions
    .flatMap(({ instances }) => instances)
    .filter(({ state }) => state !== 'hidden');
  return sticky === 'instance' && seen.length > 1;
}

const choice = ({ id, slot }: Lane): string => `${laneName(id)}|${backendName(slot)}`;

const versionsOf = ({ target }: Route) => (target.kind === 'versions' ? target.versions : []);
