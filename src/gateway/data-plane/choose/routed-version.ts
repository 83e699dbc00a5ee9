import type { HealthCheck, Upstream } from '../../route.ts';
import type { TrafficCounters } from '../count/traffic-counter.ts';
import type { SharedRoute, Version } from './chooser.ts';
import type { EndpointShelf } from './endpoint-shelf.ts';
import { watchHealth } from './instance-health.ts';
import type { RoutedInstance } from './routed-instance.ts';
import { tagOf } from './sticky-cookie.ts';

export interface RoutedVersion {
  readonly version: string;
  /** What stands for it in a sticky cookie; '' where none are given. */
  readonly tag: string;
  readonly instances: readonly RoutedInstance[];
  /** Those for everyone. */
  readonly serving: readonly RoutedInstance[];
}

export interface PlaceParts {
  counters: TrafficCounters;
  endpoints: EndpointShelf;
}

interface Building extends PlaceParts {
  route: SharedRoute;
  health: HealthCheck | null;
  givesCookies: boolean;
  /** Instances the place has had; those that stay are used on. */
  known: readonly RoutedInstance[];
}

export function routedVersion(version: Version, building: Building): RoutedVersion {
  const taking = version.instances.filter(({ state }) => state !== 'hidden').length;
  // Where there is no choice there is nothing to find out.
  const health = taking > 1 ? building.health : null;
  const tag = building.givesCookies ? tagOf(version.version) : '';
  const instances = version.instances.map((upstream) => {
    const instance = instanceFor(upstream, version.version, building);
    instance.state = upstream.state;
    instance.versionTag = tag;
    instance.tag = building.givesCookies ? tagOf(upstream.instance) : '';
    watch(instance, upstream.state === 'hidden' ? null : health, building.route.host);
    return instance;
  });
  const serving = instances.filter(({ state }) => state === 'serving');
  return { version: version.version, tag, instances, serving };
}

/** Those that a visit to the version may get, and copies of requests: the best kind there is. */
export function reachable({ instances, serving }: RoutedVersion): readonly RoutedInstance[] {
  if (serving.length > 0) return serving;
  const hidden = instances.filter(({ state }) => state === 'hidden');
  return hidden.length > 0 ? hidden : instances;
}

export function releaseInstance(instance: RoutedInstance, endpoints: EndpointShelf): void {
  instance.health?.stop();
  instance.health = null;
  endpoints.release(instance.endpoint);
}

/** The same object for as long as version, instance and address stay. */
function instanceFor(upstream: Upstream, version: string, building: Building): RoutedInstance {
  const { instance, host, port } = upstream;
  const stays = building.known.find(
    ({ endpoint, version: known }) =>
      known === version &&
      endpoint.instance === instance &&
      endpoint.host === host &&
      endpoint.port === port,
  );
  if (stays !== undefined) return stays;
  const { host: at, path, environment, service } = building.route;
  return {
    endpoint: building.endpoints.take(upstream),
    version,
    state: upstream.state,
    counter: building.counters.of({ host: at, path, environment, service, version, instance }),
    tag: '',
    versionTag: '',
    health: null,
  };
}

function watch(instance: RoutedInstance, check: HealthCheck | null, host: string): void {
  const { health } = instance;
  if (health !== null && check !== null && isSame(health.check, check)) return;
  health?.stop();
  instance.health = check === null ? null : watchHealth(instance.endpoint, check, host);
}

function isSame(one: HealthCheck, other: HealthCheck): boolean {
  return (
    one.path === other.path && one.everyMs === other.everyMs && one.timeoutMs === other.timeoutMs
  );
}
