import { parseDuration } from '../kernel/duration.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { confirm, confirmName } from './ask.ts';
import type { Cli } from './cli.ts';
import { followWork } from './follow-work.ts';
import { whichApp, whichEnvironment } from './which-app.ts';

interface Waiting {
  wait: boolean;
}

export async function createEnvironment(
  cli: Cli,
  branch: string,
  { wait }: Waiting,
): Promise<void> {
  const app = await whichApp(cli);
  const made = await (await cli.client()).call('createEnvironment', { app, branch });
  if (wait) await followWork(cli, 'followEnvironment', { environment: made.id });
  else cli.print.result(made, ({ app, name, state }) => `${app}/${name} is ${state}.`);
}

export async function destroyEnvironment(
  cli: Cli,
  env: string,
  options: { yes?: boolean; confirm?: string } & Waiting,
): Promise<void> {
  const environment = await whichEnvironment(cli, env);
  const name = environment.slice(environment.indexOf('/') + 1);
  const warning = `This destroys ${environment} with its data.`;
  const isPreview = name.startsWith('preview/');
  if (isPreview) await confirm(cli, { question: warning, yes: options.yes });
  else await confirmName(cli, { warning, name, given: options.confirm });
  const input = { environment, ...(isPreview ? {} : { confirm: name }) };
  const gone = await (await cli.client()).call('destroyEnvironment', input);
  if (options.wait) await followWork(cli, 'followEnvironment', { environment: gone.id });
  else cli.print.result(gone, ({ app, name, state }) => `${app}/${name} is ${state}.`);
}

export async function keep(
  cli: Cli,
  env: string,
  { until, reason }: { until: string; reason: string },
): Promise<void> {
  const environment = await whichEnvironment(cli, env);
  const input = { environment, until: timeOf(until, new Date()), reason };
  const lease = await (await cli.client()).call('keepEnvironment', input);
  cli.print.result(
    lease,
    ({ until, owner }) => `${environment} is kept until ${until.toISOString()} for ${owner}.`,
  );
}

/** A day means its end, because whoever says "until Friday" means Friday too. */
export function timeOf(text: string, now: Date): Date {
  const durationMs = parseDuration(text);
  if (durationMs !== null) return new Date(now.getTime() + durationMs);
  const date = new Date(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T23:59:59` : text);
  if (!Number.isNaN(date.getTime())) return date;
  throw new SignalboxError({
    code: 'cli/not-a-time',
    what: `"${text}" is not a time.`,
    fix: ['Write a date (2026-12-24), a time (2026-12-24T18:00:00Z) or a duration (3d).'],
  });
}

export async function unkeep(cli: Cli, env: string): Promise<void> {
  const environment = await whichEnvironment(cli, env);
  const result = await (await cli.client()).call('unkeepEnvironment', { environment });
  cli.print.result(result, ({ text }) => text);
}

export async function resetData(
  cli: Cli,
  env: string,
  { snapshot, yes, wait }: { snapshot?: string; yes?: boolean } & Waiting,
): Promise<void> {
  const environment = await whichEnvironment(cli, env);
  await confirm(cli, { question: `This throws the data of ${environment} away.`, yes });
  const reset = await (await cli.client()).call('resetData', { environment, snapshot });
  if (wait) await followWork(cli, 'followEnvironment', { environment: reset.id });
  else cli.print.result(reset, () => `The data of ${environment} is being reset.`);
}

export async function restart(cli: Cli, env: string, service: string): Promise<void> {
  const environment = await whichEnvironment(cli, env);
  const result = await (await cli.client()).call('restartService', { environment, service });
  cli.print.result(result, ({ text }) => text);
}
