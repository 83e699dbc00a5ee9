import type { Instance } from '../runtimes/runtime.ts';
import type { Environment, EnvironmentStore, ServiceInstance } from './environment.ts';
import { shownVariables, type ShownVariable } from './shown-variables.ts';
import { environments, instances, stores } from './tables.ts';
import type { World } from './world.ts';

export interface Description {
  services: { name: string; instances: DescribedInstance[] }[];
  stores: DescribedStore[];
  variables: ShownVariable[];
  /** Of all instances; null: nobody can say. */
  memoryBytes: number | null;
}

interface DescribedInstance {
  id: string;
  state: string;
  address: string | null;
  restarts: number;
  startedAt: Date | null;
  memoryBytes: number | null;
}

type DescribedStore = Pick<
  EnvironmentStore,
  'name' | 'kind' | 'database' | 'seededAt' | 'sharedWith'
> & {
  snapshot: string | null;
  /** Which snapshot, and why that one. */
  seed: string;
};

/** What an environment is made of, as rows and runtime have it now. */
export async function describeEnvironment(
  world: World,
  environment: Environment,
): Promise<Description> {
  const { id } = environment;
  const rows = await instances.of(world.db, id);
  const all = await Promise.all(
    rows.map(async (row) => ({ row, seen: await described(world, row) })),
  );
  const config = await environments.config(world.db, id);
  const services = new Set([
    ...Object.keys(config?.services ?? {}),
    ...rows.map(({ service }) => service),
  ]);
  const measured = all.flatMap(({ seen }) => seen.memoryBytes ?? []);
  return {
    services: [...services].map((name) => ({
      name,
      instances: all.filter(({ row }) => row.service === name).map(({ seen }) => seen),
    })),
    stores: (await stores.of(world.db, id)).map(describedStore),
    variables: await shownVariables(world, environment),
    memoryBytes: measured.length === 0 ? null : measured.reduce((sum, bytes) => sum + bytes, 0),
  };
}

async function described(world: World, row: ServiceInstance): Promise<DescribedInstance> {
  const instance = await world.runtime.instance(row.id);
  return {
    id: row.id,
    state: wordFor(row, instance),
    address: row.port === null ? null : `${row.host ?? '127.0.0.1'}:${row.port}`,
    restarts: instance?.restarts ?? 0,
    startedAt: instance?.startedAt ?? null,
    memoryBytes: instance?.memoryBytes ?? null,
  };
}

/** What it is meant to be, unless the runtime knows of trouble. */
function wordFor({ state }: ServiceInstance, instance: Instance | null): string {
  if (instance === null) return 'missing';
  return instance.state === 'running' ? state : instance.state;
}

function describedStore(store: EnvironmentStore): DescribedStore {
  const { name, kind, database, seededAt, sharedWith, snapshotId, seedReason } = store;
  return { name, kind, database, seededAt, sharedWith, snapshot: snapshotId, seed: seedReason };
}
