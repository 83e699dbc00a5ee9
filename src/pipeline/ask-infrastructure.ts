import type { InfrastructureResult } from '../checks/infrastructure/infrastructure-check.ts';
import { runInfrastructureChecks } from '../checks/infrastructure/run-infrastructure-checks.ts';
import { inTransaction } from '../db/pool.ts';
import { settingsFor } from '../environments/create.ts';
import { names, type Environment } from '../environments/environment.ts';
import type { Placement } from '../environments/start-instances.ts';
import { environmentVariables } from '../environments/variables.ts';
import type { World } from '../environments/world.ts';
import type { Fence } from '../kernel/fence.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { infrastructureResults } from './evidence-tables.ts';

export interface InfrastructureAsked {
  placement: Placement & { environment: Environment };
  /** The file in the app's repository, at the commit of the placement. */
  path: string;
  /** Unique for this asking: [a-z0-9-], at most 60 characters. */
  run: string;
  candidate: string | null;
  /** Where its web service answers, when that is not the environment's address yet; null: it is. */
  url: string | null;
  fence?: Fence | undefined;
}

const mostBytes = 256 * 1024;

/**
 * All infrastructure checks of a file have been asked in an environment, and their results are kept. Repeatable.
 * Refuses with `infrastructure/…` when there is no such file or it cannot be used. Abort ends the waiting.
 */
export async function askInfrastructure(
  world: World,
  asked: InfrastructureAsked,
  signal?: AbortSignal,
): Promise<InfrastructureResult[]> {
  const { placement, path, run, candidate, url, fence } = asked;
  const { environment, deploy, config } = placement;
  const file = await readAt(world, { app: environment.app, commit: deploy.commit, path });
  const variables = await environmentVariables(world, {
    environment,
    config,
    commit: deploy.commit,
  });
  const { port } = await world.gateway.entrance();
  const results = await runInfrastructureChecks(
    { jobs: world.runtime },
    {
      file,
      path,
      run,
      owner: names.owner(environment.id),
      isolation: names.isolation(environment.id),
      workspace: names.workspace(deploy.id),
      variables: { ...variables.all, ...(url ? { SIGNALBOX_URL: url } : {}) },
      secret: variables.secret,
      size: { memoryBytes: settingsFor(config, environment).size.memoryBytes },
      fence,
      entrance: { domain: environment.host, host: '127.0.0.1', port },
    },
    signal,
  );
  const of = { environment: environment.id, candidate, run };
  await inTransaction(world.db, (tx) => infrastructureResults.put(tx, of, results));
  return results;
}

async function readAt(
  { repositories }: World,
  { app, commit, path }: { app: string; commit: string; path: string },
): Promise<string> {
  const text = await repositories
    .readFile(app, { commit, path, limitBytes: mostBytes })
    .catch((error: Error) => {
      throw new SignalboxError({
        code: 'infrastructure/unreadable-file',
        what: `The infrastructure checks of ${path} were not run.`,
        why: error.message,
        fix: ['Make it shorter, commit and push again.'],
      });
    });
  if (text !== null) return text;
  throw new SignalboxError({
    code: 'infrastructure/no-file',
    what: `The infrastructure checks of ${path} were not run: ${commit.slice(0, 7)} has no such file.`,
    fix: ['Commit the file, or correct its name in signalbox.yaml.', `git ls-files ${path}`],
  });
}
