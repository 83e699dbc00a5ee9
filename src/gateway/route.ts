/** An instance that can take requests. */
export interface Upstream {
  instance: string;
  host: string;
  port: number;
}

/** What the gateway answers itself when no instance should be asked. */
export interface Page {
  status: number;
  title: string;
  text: string;
}

/** Everything for one host goes to one of its upstreams, or gets its page. */
export interface Route {
  /** Lower case, without port. */
  host: string;
  /** The environment's id, for counting and for finding orphans. */
  environment: string;
  /** What is served: the deploy's id. */
  version: string;
  target: { kind: 'upstreams'; upstreams: Upstream[] } | { kind: 'page'; page: Page };
}

export type RouteChange = { set: Route } | { remove: { host: string } };

/** Requests of one host as the gateway saw them; the gateway's own probes do not count. */
export interface Activity {
  host: string;
  environment: string;
  /** Since the gateway's state began; survives its restart. */
  requests: number;
  lastRequestAt: Date | null;
  openRequests: number;
}
