import type { Config } from '../config/config.ts';
import { environmentUrl, type Environment } from './environment.ts';
import { knownSecrets, secretValues } from './secret.ts';
import { stores } from './tables.ts';
import type { World } from './world.ts';

/** What a workload sees, and which of it must never be shown. */
export interface Variables {
  all: Record<string, string>;
  /** Secrets and store addresses, by name; what logs are cleaned of. */
  secret: Record<string, string>;
}

/**
 * Everything a workload of an environment gets, and nothing else: what Signalbox says of it, the file's
 * variables, its own overrides, one address a store, its secrets. Refuses by name when a secret is missing.
 */
export async function environmentVariables(
  world: World,
  { environment, config, commit }: { environment: Environment; config: Config; commit: string },
): Promise<Variables> {
  const addresses = await storeAddresses(world, environment, config);
  const secrets = await secretValues(world.db, world.key, environment, config.secrets);
  const url = environmentUrl(environment.host, await world.gateway.entrance());
  const all = {
    ...config.variables,
    ...about({
      app: environment.app,
      environment: environment.name,
      branch: environment.branch,
      commit,
    }),
    SIGNALBOX_URL: url.replace(/\/$/, ''),
    ...addresses,
    ...secrets,
    ...environment.variables,
  };
  return { all, secret: { ...secrets, ...passwordsOf(addresses) } };
}

/** What every build and check sees: the file's variables, no secrets, no stores. */
export function commitVariables(of: {
  app: string;
  branch: string;
  commit: string;
  config: Config;
}): Record<string, string> {
  return { ...of.config.variables, CI: 'true', ...about({ ...of, environment: 'build' }) };
}

function about(of: { app: string; environment: string; branch: string; commit: string }) {
  return {
    SIGNALBOX_APP: of.app,
    SIGNALBOX_ENVIRONMENT: of.environment,
    SIGNALBOX_BRANCH: of.branch,
    SIGNALBOX_COMMIT: of.commit,
    SIGNALBOX_RELEASE: `${of.app}@${of.commit.slice(0, 12)}`,
  };
}

async function storeAddresses(
  world: World,
  environment: Environment,
  config: Config,
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const store of await stores.of(world.db, environment.id)) {
    const described = config.stores[store.name];
    if (!described) continue;
    found[described.variable] = await world.stores.address({
      app: environment.app,
      name: store.database,
    });
  }
  return found;
}

/** An address is no secret, its password is. */
function passwordsOf(addresses: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(addresses).flatMap(([name, address]) => {
      const password = URL.canParse(address) ? new URL(address).password : '';
      return password ? [[`${name} password`, decodeURIComponent(password)]] : [];
    }),
  );
}

/**
 * For cleaning logs of what an environment knows, whatever its file says now; never refuses, because a
 * missing secret must not uncover the others.
 */
export async function secretsOf(
  world: Pick<World, 'db' | 'key' | 'stores'>,
  environment: Pick<Environment, 'id' | 'appId' | 'app' | 'name' | 'kind'>,
): Promise<Record<string, string>> {
  const { id, appId, app, name, kind } = environment;
  const addresses: Record<string, string> = {};
  for (const store of await stores.of(world.db, id)) {
    const key = { app, name: store.database };
    const address = await world.stores.address(key).catch(() => null);
    if (address !== null) addresses[store.name] = address;
  }
  const secrets = await knownSecrets(world.db, world.key, {
    appId,
    scopes: [name, kind === 'stage' ? 'staging' : kind],
  });
  return { ...secrets, ...passwordsOf(addresses) };
}
