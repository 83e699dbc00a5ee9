import type { EnvironmentDetails, EnvironmentSummary } from '../api/contract/environments.ts';
import type { Cli } from './cli.ts';
import { whichApp, whichEnvironment } from './which-app.ts';
import { age, ago, ahead, bytes, facts, roughly, short, stateStyle } from './words.ts';

/** The table people look at all day. */
export async function listEnvironments(cli: Cli, { all }: { all?: boolean }): Promise<void> {
  const client = await cli.client();
  const app = all ? undefined : await oneApp(cli);
  const { environments } = await client.call('listEnvironments', { app });
  cli.print.result({ environments }, () =>
    environments.length === 0
      ? 'There is no environment yet.\n→ Push a branch: git push signalbox BRANCH'
      : environmentTable(cli, environments, { withApp: app === undefined }),
  );
}

/** Without a hint which app is meant, all are shown: looking is harmless. */
async function oneApp(cli: Cli): Promise<string | undefined> {
  return whichApp(cli).catch((error: unknown) => {
    const { code } = error as { code?: string };
    if (code === 'cli/which-app' || code === 'cli/no-apps') return undefined;
    throw error;
  });
}

function environmentTable(
  cli: Cli,
  environments: readonly EnvironmentSummary[],
  { withApp }: { withApp: boolean },
): string {
  // Where nothing fails there is no column to read.
  const withErrors = environments.some(({ lately }) => lately.bad > 0);
  return cli.print.rows(
    [
      { title: 'BRANCH', least: 12 },
      { title: 'STATE', style: stateStyle },
      { title: 'AGE' },
      { title: 'IDLE' },
      { title: 'COMMIT' },
      ...(withErrors ? [{ title: 'ERRORS (15m)', style: errorStyle }] : []),
      { title: 'URL' },
    ],
    environments.map((row) => [
      (withApp ? `${row.app}/` : '') + (row.kind === 'preview' ? row.branch : row.name),
      row.place === null ? row.state : `${row.state} (${row.place})`,
      age(row.createdAt),
      row.leaseUntil ? 'kept' : roughly(row.idleMs),
      short(row.commit),
      ...(withErrors ? [errorsOf(row)] : []),
      row.url,
    ]),
  );
}

const errorsOf = ({ lately: { requests, bad } }: EnvironmentSummary): string =>
  bad === 0 ? '-' : `${bad} of ${requests}`;
const errorStyle = (text: string) => (text === '-' ? null : ('red' as const));

export async function showEnvironment(cli: Cli, env?: string): Promise<void> {
  const environment = await whichEnvironment(cli, env);
  const details = await (await cli.client()).call('getEnvironment', { environment });
  cli.print.result(details, (details) => told(cli, details));
}

function told(cli: Cli, env: EnvironmentDetails): string {
  return [environmentFacts(env), instanceTable(cli, env), ...storeLines(env)]
    .filter(Boolean)
    .join('\n\n');
}

function environmentFacts(env: EnvironmentDetails): string {
  const { lease } = env;
  return facts({
    environment: `${env.app}/${env.name}`,
    URL: env.url,
    state: env.place === null ? env.state : `${env.state}, place ${env.place}`,
    why: env.reason ?? env.destroyReason,
    branch: env.branch,
    commit: short(env.commit),
    pushed: ago(env.pushedAt),
    requested: ago(env.requestedAt),
    errors: env.lately.bad === 0 ? null : `${errorsOf(env)} requests in the last 15 minutes`,
    data: env.data,
    memory: env.memoryBytes === null ? null : bytes(env.memoryBytes),
    kept: lease && `until ${lease.until.toISOString()} by ${lease.owner}: ${lease.reason}`,
    swept: env.destroyAt && `${ahead(env.destroyAt)} if nobody comes`,
  });
}

function instanceTable(cli: Cli, env: EnvironmentDetails): string {
  const rows = env.services.flatMap(({ name, instances }) =>
    instances.map((instance) => [
      name,
      instance.state,
      instance.address ?? '-',
      String(instance.restarts),
      instance.startedAt ? age(instance.startedAt) : '-',
      bytes(instance.memoryBytes),
    ]),
  );
  if (rows.length === 0) return '';
  return cli.print.rows(
    [
      { title: 'SERVICE' },
      { title: 'STATE', style: stateStyle },
      { title: 'ADDRESS' },
      { title: 'RESTARTS' },
      { title: 'AGE' },
      { title: 'MEMORY' },
    ],
    rows,
  );
}

function storeLines(env: EnvironmentDetails): string[] {
  return env.stores.map(({ name, kind, seed, seededAt, sharedWith }) =>
    sharedWith
      ? `${name} (${kind}): shared with ${sharedWith}`
      : `${name} (${kind}): ${seed} ${ago(seededAt)}.`,
  );
}
