/** Where things are in the dashboard: the only place that writes its addresses. */
const app = (name: string): string => `/apps/${encodeURIComponent(name)}`;

export const places = {
  apps: () => '/apps',
  overview: (name: string) => app(name),
  environments: (name: string) => `${app(name)}/environments`,
  environment: (name: string, environment: string, part?: string) =>
    `${app(name)}/environments/${encodeURIComponent(environment)}${part ? `/${part}` : ''}`,
  pipeline: (name: string, candidate?: number) =>
    `${app(name)}/pipeline${candidate === undefined ? '' : `/${candidate}`}`,
  rollout: (name: string, environment?: string, rollout?: string) =>
    [`${app(name)}/rollout`, environment && encodeURIComponent(environment), rollout]
      .filter(Boolean)
      .join('/'),
  train: (name: string, number?: number) =>
    `${app(name)}/train${number === undefined ? '' : `/${number}`}`,
  timeline: (name?: string) => (name === undefined ? '/timeline' : `${app(name)}/timeline`),
  delivery: (name: string) => `${app(name)}/delivery`,
};
