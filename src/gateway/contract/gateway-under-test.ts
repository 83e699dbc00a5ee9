import { setTimeout as pause } from 'node:timers/promises';
import type { Gateway } from '../gateway.ts';
import type { Route, Served, Upstream, Version } from '../route.ts';

/** A driver with instances behind it and people in front of it. */
export interface GatewayUnderTest {
  gateway: Gateway;
  /**
   * Starts an instance that answers 200 with its own name, `/status/NNN` with that status, and keeps
   * `/hold` until it is let go.
   */
  instance(name: string): Promise<TestInstance>;
  /** One request on a connection of its own, and its whole answer. */
  visit(host: string, asked?: Asked): Promise<Met>;
  /** The same for `/hold`; resolves when the instance has the request. */
  hold(host: string, asked?: Asked): Promise<HeldRequest>;
  /** The same as `hold`, but a WebSocket; absent where the driver has none. */
  holdSocket?: (host: string) => Promise<HeldRequest>;
  /** Ends the gateway as roughly as its driver must bear; afterwards `gateway` is one that found its state again. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface TestInstance {
  upstream: Upstream;
  /** What was asked of it, `GET /path`, the gateway's own checks of `/health` left out. */
  heard: readonly string[];
  /** Whether `/health` answers 200 or 503. */
  setHealthy(healthy: boolean): void;
}

export interface Asked {
  path?: string;
  method?: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

export interface Met {
  status: number;
  /** Which instance answered; '' for the gateway itself. */
  from: string;
  text: string;
  contentType: string;
  /** `name=value` of the cookie that was set, '' for none. */
  cookie: string;
}

/** A request that an instance has and has not answered. */
export interface HeldRequest {
  /** Lets the instance answer. */
  finish(): void;
  ended: Promise<'answered' | 'cut off'>;
}

/** What a driver leaves out; the contract then checks that it says so. */
export interface ContractOptions {
  /** false: there are no real connections: WebSockets, health checks and pages by Accept are not tried. */
  network?: boolean;
  /** false: a pause is refused with `gateway/cannot`. */
  pauses?: boolean;
  /** false: checks of health are refused with `gateway/cannot`. */
  healthChecks?: boolean;
}

/** A route as an environment named after the host's first label would have it, with one version. */
export function routeTo(host: string, ...instances: Upstream[]): Route {
  return routeBetween(host, [{ version: 'v1', weight: 100, draining: false, instances }]);
}

export function routeBetween(
  host: string,
  versions: Version[],
  more: Partial<Omit<Served, 'kind' | 'versions'>> = {},
): Route {
  return {
    host,
    path: '/',
    environment: `env-${host.split('.')[0]}`,
    service: 'web',
    target: { kind: 'versions', versions, sticky: 'version', health: null, mirror: null, ...more },
  };
}

export const versionOf = (
  version: string,
  weight: number,
  ...instances: TestInstance[]
): Version => ({
  version,
  weight,
  draining: false,
  instances: instances.map(({ upstream }) => upstream),
});

/** Resolves when the condition holds; says what was waited for when it never does. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`It never came true that ${what}.`);
    await pause(25);
  }
}

/** Which instances some visitors met that nobody knows, each once. */
export async function met(
  it: GatewayUnderTest,
  host: string,
  times: number,
): Promise<Set<string | number>> {
  const seen = new Set<string | number>();
  for (let n = 0; n < times; n += 1) {
    const { from, status } = await it.visit(host);
    seen.add(from === '' ? status : from);
  }
  return seen;
}
