import type { Size } from '../kernel/job.ts';
import type { Config, PreviewSettings } from './config.ts';

export type EnvironmentKind = 'preview' | 'staging' | 'production' | 'stage';

/** Everything the file says about one kind of environment, merged. */
export interface EnvironmentSettings {
  /** For jobs, migrations and smoke tests, and for services that say nothing else. */
  size: Size;
  services: Record<string, { instances: number; size: Size }>;
  /** Whether schedules run. */
  jobs: boolean;
  /** Shared: staging's stores. */
  data: 'own' | 'shared';
  /** The rest concerns previews; null elsewhere. */
  idle: PreviewSettings['idle'] | null;
  limit: number | null;
  protect: PreviewSettings['protect'];
}

/**
 * Most specific first: the service in the environment, the environment, the service. A stage's own environment is
 * like staging, but its schedules do not run.
 */
export function environmentSettings(config: Config, kind: EnvironmentKind): EnvironmentSettings {
  const here = config.environments[kind === 'stage' ? 'staging' : kind];
  const preview = kind === 'preview' ? config.environments.preview : null;
  return {
    size: sizeOf(config, here.size),
    services: Object.fromEntries(
      Object.entries(config.services).map(([name, service]) => {
        const special = Object.hasOwn(here.services, name) ? here.services[name] : undefined;
        const instances = special?.instances ?? here.instances ?? service.instances;
        return [name, { instances, size: sizeOf(config, special?.size ?? here.size) }];
      }),
    ),
    jobs: kind !== 'stage' && here.jobs,
    data: preview?.data ?? 'own',
    idle: preview?.idle ?? null,
    limit: preview?.limit ?? null,
    protect: preview?.protect ?? 'none',
  };
}

function sizeOf({ sizes }: Config, name: string): Size {
  const size = Object.hasOwn(sizes, name) ? sizes[name] : undefined;
  return {
    ...(size?.memoryBytes ? { memoryBytes: size.memoryBytes } : {}),
    ...(size?.cpus ? { cpus: size.cpus } : {}),
  };
}
