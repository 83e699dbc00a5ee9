import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { Cli } from './cli.ts';
import { whichEnvironment } from './which-app.ts';

export async function showVariables(cli: Cli, env: string): Promise<void> {
  const environment = await whichEnvironment(cli, env);
  const { variables } = await (await cli.client()).call('getEnvironment', { environment });
  cli.print.result({ variables }, () =>
    cli.print.rows(
      [{ title: 'NAME' }, { title: 'FROM' }, { title: 'VALUE', least: 20 }],
      variables.map(({ name, from, value }) => [name, from, value ?? '••••••']),
    ),
  );
}

export async function setVariables(
  cli: Cli,
  env: string,
  { set = [], unset = [] }: { set?: string[]; unset?: string[] },
): Promise<void> {
  const environment = await whichEnvironment(cli, env);
  const changes = {
    environment,
    ...(set.length > 0 ? { set: Object.fromEntries(set.map(pair)) } : {}),
    ...(unset.length > 0 ? { unset } : {}),
  };
  const result = await (await cli.client()).call('setVariables', changes);
  cli.print.result(result, ({ text }) => text);
}

function pair(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new SignalboxError({
    code: 'cli/not-a-variable',
    what: `"${text}" sets nothing.`,
    fix: ['Write NAME=VALUE, for example BILLING_URL=http://localhost:9000.'],
  });
}
