import type { Upstream } from '../../route.ts';
import { ejection } from './ejection.ts';
import type { RoutedEndpoint } from './routed-instance.ts';

/** The endpoints that routes name, each once, however many routes name it. */
export interface EndpointShelf {
  /** One more holds it. */
  take(upstream: Upstream): RoutedEndpoint;
  release(endpoint: RoutedEndpoint): void;
  /** Those that nobody holds are gone: their idle connections are closed, what is open ends undisturbed. */
  sweep(): void;
  /** Those of an instance, also gone ones with open requests. */
  of(instance: string): readonly RoutedEndpoint[];
}

const none: readonly RoutedEndpoint[] = [];

export function endpointShelf(): EndpointShelf {
  const byInstance = new Map<string, RoutedEndpoint[]>();
  const holders = new Map<RoutedEndpoint, number>();
  const unheld = new Set<RoutedEndpoint>();
  const gone = new Set<RoutedEndpoint>();

  function add(upstream: Upstream): RoutedEndpoint {
    const endpoint = newEndpoint(upstream);
    byInstance.set(upstream.instance, [...(byInstance.get(upstream.instance) ?? none), endpoint]);
    return endpoint;
  }

  function forget(endpoint: RoutedEndpoint): void {
    const others = byInstance.get(endpoint.instance)?.filter((one) => one !== endpoint) ?? [];
    if (others.length === 0) byInstance.delete(endpoint.instance);
    else byInstance.set(endpoint.instance, others);
    gone.delete(endpoint);
  }

  function end(endpoint: RoutedEndpoint): void {
    holders.delete(endpoint);
    endpoint.isGone = true;
    gone.add(endpoint);
    for (const connection of endpoint.idle.splice(0)) connection.close();
  }

  return {
    take(upstream) {
      const known = byInstance.get(upstream.instance)?.find((one) => isAt(one, upstream));
      const endpoint = known ?? add(upstream);
      holders.set(endpoint, (holders.get(endpoint) ?? 0) + 1);
      unheld.delete(endpoint);
      return endpoint;
    },

    release(endpoint) {
      const left = (holders.get(endpoint) ?? 1) - 1;
      holders.set(endpoint, left);
      if (left === 0) unheld.add(endpoint);
    },

    sweep() {
      for (const endpoint of unheld) end(endpoint);
      unheld.clear();
      for (const endpoint of gone) if (endpoint.open === 0) forget(endpoint);
    },

    of: (instance) => byInstance.get(instance) ?? none,
  };
}

function isAt(endpoint: RoutedEndpoint, { host, port }: Upstream): boolean {
  return !endpoint.isGone && endpoint.host === host && endpoint.port === port;
}

function newEndpoint({ instance, host, port }: Upstream): RoutedEndpoint {
  return { instance, host, port, open: 0, idle: [], isGone: false, ejection: ejection() };
}
