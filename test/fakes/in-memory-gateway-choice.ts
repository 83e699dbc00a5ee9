import { randomUUID } from 'node:crypto';
import type { Asked } from '../../src/gateway/gateway.contract.ts';
import type { SignedVisit, VisitTarget } from '../../src/gateway/gateway.ts';
import type { Route, Served, Version } from '../../src/gateway/route.ts';
import type { Share } from '../../src/gateway/data-plane/choose/chooser.ts';
import { shareOut } from '../../src/gateway/data-plane/choose/share-out.ts';

export interface Chosen {
  version: string;
  instance: string;
  /** `name=value`, '' for none. */
  cookie: string;
  signed: boolean;
}

/** Who has a cookie of ours; a cookie that is not in the book counts as none. */
interface User {
  number: number;
  version: string;
  instance: string;
}

const headerName = 'X-Signalbox-Visit';
const cookieName = 'signalbox-visit';
const userName = 'signalbox-user';

/** Versions and users without cryptography: what was given out is written down. */
export function inMemoryChoice() {
  const shares = new Map<string, Share[]>();
  const users = new Map<string, User>();
  const sticky = new Map<string, number>();

  function versionFor(route: Route, target: Served, user: User): Version | undefined {
    const kept = target.versions.find(({ version }) => version === user.version);
    if (kept?.draining === true) return kept;
    const share = shares
      .get(placeOf(route))
      ?.find(({ from, to }) => user.number >= from && user.number < to);
    return target.versions.find(({ version }) => version === share?.version);
  }

  return {
    choose(route: Route, target: Served, { headers = {} }: Asked): Chosen | null {
      const known = users.get(cookieOf(headers, userName));
      const user = known ?? {
        number: Math.floor(Math.random() * 10_000),
        version: '',
        instance: '',
      };
      const found = versionFor(route, target, user);
      const instance = found && instanceFor(found, target, user);
      if (found === undefined || instance === undefined) return null;
      if (known !== undefined) sticky.set(instance, Date.now());
      const { version } = found;
      const isNews = known?.version !== version || known.instance !== instance;
      const value = isNews && target.sticky !== 'no' && matters(target) ? randomUUID() : '';
      if (value !== '') users.set(value, { number: user.number, version, instance });
      const cookie = value === '' ? '' : `${userName}=${value}`;
      return { version, instance, cookie, signed: false };
    },

    share(before: Route | undefined, route: Route): void {
      const old = before === undefined ? [] : (shares.get(placeOf(before)) ?? []);
      shares.set(placeOf(route), shareOut(old, route.target));
    },

    lastSticky: (instances: readonly string[]): number =>
      Math.max(0, ...instances.map((name) => sticky.get(name) ?? 0)),
  };
}

/** Visits that were signed, until they expire. */
export function inMemoryVisits() {
  const visits = new Map<string, { to: VisitTarget; untilMs: number }>();
  return {
    sign(to: VisitTarget, forMs: number): SignedVisit {
      const value = randomUUID();
      const expiresAt = new Date(Date.now() + forMs);
      visits.set(value, { to, untilMs: expiresAt.getTime() });
      return { header: { name: headerName, value }, cookie: `${cookieName}=${value}`, expiresAt };
    },

    /** What the request reaches by one; null: nothing. */
    find({ host, path, target }: Route, { headers = {} }: Asked): Chosen | null {
      const visit = visits.get(headers[headerName] ?? cookieOf(headers, cookieName));
      if (visit === undefined || visit.untilMs <= Date.now()) return null;
      const { to } = visit;
      if (to.host !== host || to.path !== path || target.kind !== 'versions') return null;
      for (const { version, instances } of target.versions) {
        const found = instances.find((one) =>
          'version' in to ? to.version === version : to.instance === one.instance,
        );
        if (found !== undefined)
          return { version, instance: found.instance, cookie: '', signed: true };
      }
      return null;
    },
  };
}

/** A cookie says something only where there is something to choose. */
function matters({ versions, sticky }: Served): boolean {
  const shared = versions.filter(({ weight, draining }) => weight > 0 || draining);
  const instances = shared.flatMap((version) => version.instances);
  return shared.length > 1 || (sticky === 'instance' && instances.length > 1);
}

function instanceFor(version: Version, { sticky }: Served, user: User): string | undefined {
  const kept = version.instances.find(({ instance }) => instance === user.instance);
  if (sticky === 'instance' && kept !== undefined && kept.state !== 'hidden') return kept.instance;
  const serving = version.instances.filter(({ state }) => state === 'serving');
  return serving[Math.floor(Math.random() * serving.length)]?.instance;
}

const placeOf = ({ host, path }: Route): string => `${host}${path}`;

function cookieOf(headers: Readonly<Record<string, string>>, name: string): string {
  const cookies = (headers['cookie'] ?? '').split('; ');
  return cookies.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
}
