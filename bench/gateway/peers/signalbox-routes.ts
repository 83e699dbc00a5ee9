import type { Route, RouteChange, Served, Upstream, Version } from '../../../src/gateway/route.ts';
import type { Backend, Scene } from '../scene.ts';

/** The scene in the words of our gateway. */
export function sceneRoutes(scene: Scene): RouteChange[] {
  const api = served([version(scene.api, scene.api.weight)]);
  return [
    { set: shopRoute(scene, scene.versions) },
    { set: { ...placeOf('api', scene.host), path: scene.apiPath, target: api } },
    ...scene.otherHosts.map((host) => ({ set: { ...placeOf('api', host), target: api } })),
  ];
}

/** The place under load with other shares of the versions; the hidden one is there as well. */
export function shopRoute(scene: Scene, versions: readonly Backend[]): Route {
  const all = [...versions, scene.hidden].map((backend) => version(backend, backend.weight));
  return { ...placeOf('shop', scene.host), target: served(all) };
}

/** So many more places, all for one service. */
export function routesForHosts(scene: Scene, hosts: readonly string[]): RouteChange[] {
  const target = served(scene.versions.map((backend) => version(backend, backend.weight)));
  return hosts.map((host) => ({ set: { ...placeOf('shop', host), target } }));
}

const placeOf = (service: string, host: string) => ({
  host,
  path: '/',
  environment: `environment-of-${host}`,
  service,
});

const served = (versions: Version[]): Served => ({
  kind: 'versions',
  versions,
  sticky: 'version',
  health: null,
  mirror: null,
});

const version = ({ name, port }: Backend, weight: number): Version => ({
  version: name,
  weight,
  draining: false,
  instances: [instance(name, port)],
});

const instance = (name: string, port: number): Upstream => ({
  instance: `${name}-1`,
  host: '127.0.0.1',
  port,
  state: 'serving',
});
