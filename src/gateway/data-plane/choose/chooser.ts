import type { Served, Page, Place, Route, Upstream, Version } from '../../route.ts';
import type { TrafficCounter } from '../count/traffic-counter.ts';

/** What decides where a request goes, taken from its head. */
export interface Asked {
  /** Lower case, without port. */
  host: string;
  /** As it is sent on: with its query. */
  path: string;
  method: string;
  /** The Cookie header, '' for none. */
  cookie: string;
  /** The header of a signed visit, '' for none. */
  signedVisit: string;
  /** The client's connection is encrypted: cookies are set for such only. */
  secure: boolean;
}

/** One place as a worker knows it; the same object for as long as the place is routed. */
export interface ServedRoute {
  route: Route;
  /** The gateway's own answers for this place. */
  counter: TrafficCounter;
  activity: { requests: number; lastRequestAtMs: number; open: number; waiting: number };
}

/** A process that listens; the same object for as long as any route names it with this address. */
export interface Endpoint {
  readonly instance: string;
  readonly host: string;
  readonly port: number;
  /** Requests and upgraded connections under way. */
  open: number;
  /** Connections that wait for their next request, the latest last; the forwarding side fills and empties it. */
  idle: IdleConnection[];
  /** No route names it any more: no connection to it is kept. */
  isGone: boolean;
}

export interface IdleConnection {
  close(): void;
}

/** An instance as one version of one route. */
export interface ServedInstance {
  endpoint: Endpoint;
  version: string;
  state: Upstream['state'];
  counter: TrafficCounter;
}

export type Choice =
  | { kind: 'page'; route: ServedRoute | null; page: Page }
  | { kind: 'text'; route: ServedRoute; text: string }
  /** A pause: `wait` and choose again. */
  | { kind: 'wait'; route: ServedRoute; pause: Pause }
  | InstanceChoice;

export interface InstanceChoice {
  kind: 'instance';
  route: ServedRoute;
  instance: ServedInstance;
  /** Names the user in the counts; '' for none. */
  user: string;
  /** The value of a Set-Cookie header the answer must carry, '' for none. */
  setCookie: string;
  /** By a signed visit: counts in no statistics. */
  signed: boolean;
  /** Gets a copy of the request; see shadow.ts. */
  shadow: ServedInstance | null;
}

/** Requests that wait. */
export interface Pause {
  /**
   * Room for one more request of so many bytes, or false: then it is answered with 503. `resume` is called
   * once, in order of arrival, when the pause ends ('released') or its time is up ('expired').
   */
  enter(bytes: number, resume: (how: 'released' | 'expired') => void): Waiting | false;
}

export interface Waiting {
  /** More of its body has come; false: the bound is reached, it must not read on. */
  more(bytes: number): boolean;
  /** The client left. */
  leave(): void;
}

export interface Chooser {
  choose(asked: Asked): Choice;
  /**
   * Another instance that may take the request when these could not; null: none. The choice's `setCookie` is then
   * the one for this instance. Of the same version, unless the version has been taken away meanwhile.
   */
  another(choice: InstanceChoice, tried: readonly ServedInstance[]): ServedInstance | null;
  /** How a request went, for passive ejection. `unreachable`: no connection; `broken`: no valid answer. */
  report(instance: ServedInstance, how: 'fine' | 'unreachable' | 'broken'): void;
  /**
   * All at once, between two requests. A route that is the same object as before costs nothing: hand over what
   * has not changed as it is. `shares`: see share-out.ts.
   */
  replace(table: WorkerTable): void;
  routes(): Iterable<ServedRoute>;
  /** Also those that are gone, while they have open requests. */
  endpoint(instance: string): Iterable<Endpoint>;
  /** Nothing is asked or timed any more; who waits goes on and finds no route. */
  close(): void;
}

/** Everything a worker has to know to choose. */
export interface WorkerTable {
  routes: readonly SharedRoute[];
  pauses: readonly (Place & { requests: number; bytes: number; untilMs: number })[];
}

export interface SharedRoute extends Route {
  /** Which of 10,000 equal parts of the users each version has; [] where nothing is shared out. */
  shares: readonly Share[];
}

/** Users whose number is at least `from` and less than `to` have this version. */
export interface Share {
  version: string;
  from: number;
  to: number;
}

export type { Served, Version };
