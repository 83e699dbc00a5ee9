import type { Config } from '../config/config.ts';
import { environmentUrl, type Environment } from './environment.ts';
import { deploys, environments, stores } from './tables.ts';
import type { World } from './world.ts';

export interface ShownVariable {
  name: string;
  /** null: it may be a secret. */
  value: string | null;
  from: 'file' | 'environment' | 'secret' | 'store' | 'signalbox';
}

/** What a workload of the environment sees, by name; nothing that is or looks secret has its value. */
export async function shownVariables(
  world: Pick<World, 'db' | 'gateway'>,
  environment: Environment,
): Promise<ShownVariable[]> {
  const config = await environments.config(world.db, environment.id);
  const all = [
    ...plain(config?.variables ?? {}, 'file'),
    ...(await ownWords(world, environment)),
    ...(await addresses(world, environment, config)),
    ...(config?.secrets ?? []).map((name): ShownVariable => ({
      name,
      value: null,
      from: 'secret',
    })),
    ...plain(environment.variables, 'environment'),
  ];
  const byName = new Map(all.map((variable) => [variable.name, variable]));
  return [...byName.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

function plain(
  values: Readonly<Record<string, string>>,
  from: 'file' | 'environment',
): ShownVariable[] {
  return Object.entries(values).map(([name, value]) => ({
    name,
    value: looksSecret(name, value) ? null : value,
    from,
  }));
}

async function ownWords(
  world: Pick<World, 'db' | 'gateway'>,
  { app, name, branch, host, deployId }: Environment,
): Promise<ShownVariable[]> {
  const deploy = deployId === null ? null : await deploys.get(world.db, deployId);
  const url = environmentUrl(host, await world.gateway.entrance()).replace(/\/$/, '');
  const words = {
    SIGNALBOX_APP: app,
    SIGNALBOX_ENVIRONMENT: name,
    SIGNALBOX_BRANCH: branch,
    SIGNALBOX_URL: url,
    ...(deploy ? { SIGNALBOX_COMMIT: deploy.commit } : {}),
    ...(deploy ? { SIGNALBOX_RELEASE: `${app}@${deploy.commit.slice(0, 12)}` } : {}),
  };
  return Object.entries(words).map(([name, value]) => ({ name, value, from: 'signalbox' }));
}

async function addresses(
  world: Pick<World, 'db'>,
  { id }: Environment,
  config: Config | null,
): Promise<ShownVariable[]> {
  const known = await stores.of(world.db, id);
  return known.flatMap(({ name }): ShownVariable[] => {
    const variable = config?.stores[name]?.variable;
    return variable === undefined ? [] : [{ name: variable, value: null, from: 'store' }];
  });
}

const secretName =
  /secret|token|passw|pwd|passphrase|credential|private|(^|_)(api_?)?key(_|$)|apikey|auth|dsn|cookie|salt|signature|session/i;
const secretValue =
  /:\/\/[^/\s@]*:[^/\s@]+@|-----BEGIN|^(sk|pk|ghp|gho|glpat|xox[abp]|sbx|eyJ)[-_A-Za-z0-9]{16,}/;

/** Whether a variable is better not shown, going by its name, or by a value that carries a password. */
export function looksSecret(name: string, value: string): boolean {
  return secretName.test(name) || secretValue.test(value);
}
