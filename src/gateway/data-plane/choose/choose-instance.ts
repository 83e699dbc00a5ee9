import type { Asked, Choice, InstanceChoice } from './chooser.ts';
import { gatewayPages } from './gateway-pages.ts';
import { isUsable, pickInstance } from './pick-instance.ts';
import type { RoutedInstance } from './routed-instance.ts';
import type { RoutedPlace } from './routed-place.ts';
import { reachable, type RoutedVersion } from './routed-version.ts';
import { shadowFor } from './shadow-for.ts';
import { parts } from './share-out.ts';
import type { StickyCookies, User } from './sticky-cookie.ts';

/** With what is needed to choose once more when the instance does not take the request. */
export interface RoutedChoice extends InstanceChoice {
  route: RoutedPlace;
  instance: RoutedInstance;
  /** Whoever asks, or a signed visit to a version or to one instance. */
  reach: 'everyone' | 'version' | 'instance';
  /** What the request's cookie said. */
  known: User | null;
  /** Whom a new cookie would name, '' for nobody. */
  cookieId: string;
  isSecure: boolean;
}

export interface ChoosingParts {
  cookies: StickyCookies;
  now: () => number;
}

/** An instance of the user's version, or the page that says that there is none. */
export function chooseInstance(
  place: RoutedPlace,
  { cookie, secure, method }: Asked,
  { cookies, now }: ChoosingParts,
): Choice {
  const known = place.sticky === 'no' ? null : cookies.read(place.cookie, cookie);
  const someone = known ?? (place.givesCookies ? cookies.newcomer() : stranger());
  const instance = instanceFor(place, { known, number: someone.number }, now);
  if (instance === null) return noInstance(place);
  const choice: RoutedChoice = {
    kind: 'instance',
    route: place,
    instance,
    user: known === null ? '' : known.id,
    setCookie: '',
    signed: false,
    shadow: place.mirror === null ? null : shadowFor(place, { method, instance }, now),
    reach: 'everyone',
    known,
    cookieId: place.givesCookies ? someone.id : '',
    isSecure: secure,
  };
  if (place.givesCookies) choice.setCookie = cookieFor(choice, instance, cookies);
  return choice;
}

/**
 * Another one for a choice whose instance did not take the request; the choice's cookie then names the new one. Of
 * the same version only: a version that fails must not hide behind another one, unless it has been taken away.
 */
export function chooseAnother(
  choice: RoutedChoice,
  tried: readonly unknown[],
  { cookies, now }: ChoosingParts,
): RoutedInstance | null {
  const left = candidates(choice).filter((one) => !tried.includes(one));
  const instance = pickInstance(left, now);
  if (instance !== null) choice.setCookie = cookieFor(choice, instance, cookies);
  return instance;
}

function stranger(): Pick<User, 'id' | 'number'> {
  return { id: '', number: Math.trunc(Math.random() * parts) };
}

function instanceFor(
  place: RoutedPlace,
  { known, number }: { known: User | null; number: number },
  now: () => number,
): RoutedInstance | null {
  const kept = known && place.draining.find(({ tag }) => tag === known.version);
  return instanceOf(kept ?? null, known, now) ?? instanceOf(sharedOut(place, number), known, now);
}

function sharedOut({ shares }: RoutedPlace, number: number): RoutedVersion | null {
  for (const { to, version } of shares) if (number < to) return version;
  return null;
}

/** The user's own one if its cookie names one and it works, else one of those for everyone. */
function instanceOf(
  version: RoutedVersion | null,
  known: User | null,
  now: () => number,
): RoutedInstance | null {
  if (version === null) return null;
  const own = known === null || known.instance === '' ? null : ownInstance(version, known);
  if (own !== null && isUsable(own, now())) return own;
  const picked = pickInstance(version.serving, now);
  return own === null || (picked !== null && isUsable(picked, now())) ? picked : own;
}

function ownInstance({ instances }: RoutedVersion, known: User): RoutedInstance | null {
  return instances.find(({ tag, state }) => tag === known.instance && state !== 'hidden') ?? null;
}

function noInstance(place: RoutedPlace): Choice {
  return { kind: 'page', route: place, page: gatewayPages.noInstance(place.route.host) };
}

/** '' when nobody is named, or the cookie that came says the same. */
function cookieFor(choice: RoutedChoice, instance: RoutedInstance, cookies: StickyCookies): string {
  const { known, cookieId, route: place } = choice;
  if (cookieId === '') return '';
  const namesInstance = place.sticky === 'instance';
  const isSame = known?.version === instance.versionTag;
  if (isSame && (!namesInstance || known?.instance === instance.tag)) return '';
  const user = {
    id: cookieId,
    version: instance.versionTag,
    instance: namesInstance ? instance.tag : '',
  };
  return cookies.write(place.cookie, user, choice.isSecure);
}

function candidates({ route: place, instance, reach }: RoutedChoice): readonly RoutedInstance[] {
  if (reach === 'instance') return [];
  const version = place.versions.find((one) => one.version === instance.version);
  if (version !== undefined) return reach === 'version' ? reachable(version) : version.serving;
  return reach === 'version' ? [] : (sharedOut(place, stranger().number)?.serving ?? []);
}
