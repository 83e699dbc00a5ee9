/** Where requests are taken: everything for a host below a path. The longest path that fits has a request. */
export interface Place {
  /** Lower case, without port. */
  host: string;
  /** `/` or `/shop`: whole segments, without a slash at the end. */
  path: string;
}

/** What the gateway does with the requests of one place. */
export interface Route extends Place {
  /** The environment's id, for counting and for finding orphans. */
  environment: string;
  /** The service's name in its environment, for counting. */
  service: string;
  target: Served | { kind: 'page'; page: Page } | { kind: 'text'; text: string };
}

/** Requests go to an instance of one of the versions. */
export interface Served {
  kind: 'versions';
  versions: Version[];
  /** What a user's cookie keeps: the version, also the instance, or nothing (each request is shared out anew). */
  sticky: 'version' | 'instance' | 'no';
  /** Asked of every instance again and again; null: only failing requests tell. */
  health: HealthCheck | null;
  mirror: Mirror | null;
}

export interface Version {
  /** The deploy's id. */
  version: string;
  /**
   * Share of the users in percent, 0 to 100, steps of 0.01; the weights of a route count relative to their
   * sum. A change moves only the users it must. 0: only signed visits reach it, its users move at once.
   */
  weight: number;
  /** Nobody new, but who has it keeps it for as long as it is here; its weight counts as 0. */
  draining: boolean;
  instances: Upstream[];
}

/** An instance that can take requests. */
export interface Upstream {
  instance: string;
  host: string;
  port: number;
  /** hidden: only signed visits reach it. draining: only users whose cookie names it. */
  state: 'serving' | 'hidden' | 'draining';
}

export interface HealthCheck {
  path: string;
  everyMs: number;
  timeoutMs: number;
}

/** Copies of some requests go to a version nobody sees; its answers are thrown away. */
export interface Mirror {
  version: string;
  /** Share of the requests, 0 to 100. */
  percent: number;
  /** Also requests that change something: only for a version whose effects are thrown away, too. */
  unsafeMethods: boolean;
}

/** What the gateway answers itself, as HTML, JSON or plain text, whatever is asked for. */
export interface Page {
  status: number;
  title: string;
  text: string;
  /** A page of the app's own for browsers; null: the usual one. */
  html: string | null;
}

/** `pause`: requests wait until `release`, the limit, or a bound; those beyond a bound get a 503 at once. */
export type RouteChange =
  | { set: Route }
  | { remove: Place }
  | { pause: Place & PauseLimits }
  | { release: Place };

export interface PauseLimits {
  requests: number;
  /** Of the heads and bodies that wait, as far as they have come: the rest of a long one stays in its client. */
  bytes: number;
  limitMs: number;
}

/** Requests of one place as the gateway saw them; the gateway's own probes do not count. */
export interface Activity extends Place {
  environment: string;
  /** Since the gateway's state began; survives its restart. */
  requests: number;
  lastRequestAt: Date | null;
  openRequests: number;
  /** Of these, the ones that wait for a pause to end. */
  waiting: number;
}
