import { createHmac } from 'node:crypto';
import { SignalboxError } from '../../../kernel/signalbox-error.ts';
import { visitCookieName, visitHeaderName } from '../../data-plane/choose/signed-visit.ts';
import type { SignedVisit, VisitTarget } from '../../gateway.ts';
import { sealLength } from './front-rules.ts';
import { laneName, type PlacedRoute, serverName } from './placed-route.ts';

/**
 * In a form that HAProxy can check: what it names, the second it ends, and the seal, which covers the place.
 * Refuses with `gateway/nothing-to-visit` where HAProxy has no number for the version or instance.
 */
export function signVisit(
  key: Buffer,
  { to, placed, forMs }: { to: VisitTarget; placed: PlacedRoute | undefined; forMs: number },
): SignedVisit {
  const target = placed === undefined ? null : targetOf(to, placed);
  if (placed === undefined || target === null) throw nothingThere(to);
  const ends = Math.ceil((Date.now() + forMs) / 1000);
  const claim = `${target}.${ends}`;
  const seal = createHmac('sha256', key)
    .update(`visit.${placed.id}.${claim}`)
    .digest('hex')
    .toUpperCase()
    .slice(0, sealLength);
  const value = `${claim}.${seal}`;
  return {
    header: { name: visitHeaderName, value },
    cookie: `${visitCookieName}=${value}`,
    expiresAt: new Date(ends * 1000),
  };
}

function targetOf(to: VisitTarget, { lanes }: PlacedRoute): string | null {
  if ('version' in to) {
    const lane = lanes.find(({ version }) => version === to.version);
    return lane === undefined ? null : laneName(lane.id);
  }
  const server = lanes
    .flatMap(({ servers }) => servers)
    .find(({ instance }) => instance === to.instance);
  return server === undefined ? null : serverName(server.id);
}

function nothingThere(to: VisitTarget): SignalboxError {
  const what = 'version' in to ? `version ${to.version}` : `instance ${to.instance}`;
  return new SignalboxError({
    code: 'gateway/nothing-to-visit',
    what: `No visit was signed: ${to.host}${to.path} has no ${what}.`,
    why: 'HAProxy gives its own names to versions and instances, and this one has none.',
    fix: ['Set the route with it first, hidden or with weight 0, and ask again.'],
  });
}
