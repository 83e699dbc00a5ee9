import type { Output } from '../api/contract/all.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { Cli } from './cli.ts';
import { whichEnvironment } from './which-app.ts';

export interface Reading {
  env?: string | undefined;
  follow?: boolean | undefined;
  tail?: number | undefined;
}

const defaultTail = 200;

export async function serviceLog(
  cli: Cli,
  { env, service, follow, tail = defaultTail }: Reading & { service?: string | undefined },
): Promise<void> {
  const environment = await whichEnvironment(cli, env);
  const client = await cli.client();
  const read = (tail: number) => client.stream('readLogs', { environment, service, follow, tail });
  const show = ({ service, line }: Output<'readLogs'>): string =>
    `${cli.print.style('cyan', service)} ${cli.print.style('dim', '|')} ${line}`;
  // Logs have no ids to go on after: whoever follows sees from now on, and is told of the gap.
  for (let from = tail; ; from = 0) {
    try {
      return await printLines(cli, read(from), show);
    } catch (error) {
      if (!follow || (error as { code?: string }).code !== 'cli/cut-off') throw error;
      cli.print.note('The connection was cut; some lines may be missing here.');
    }
  }
}

export async function buildLog(cli: Cli, { env, follow, tail }: Reading): Promise<void> {
  const { build } = await newestPush(cli, env);
  if (!build) throw nothingYet('No build of it has begun.');
  const client = await cli.client();
  await printLines(cli, client.stream('readBuildLog', { build: build.key, follow, tail }), plain);
}

export async function checkLog(
  cli: Cli,
  check: string,
  { env, follow, tail }: Reading,
): Promise<void> {
  const { app, commit } = await newestPush(cli, env);
  const client = await cli.client();
  const log = client.stream('readCheckLog', { app, commit, check, follow, tail });
  await printLines(cli, log, plain);
}

export async function jobLog(cli: Cli, run: string, { follow, tail }: Reading): Promise<void> {
  const client = await cli.client();
  await printLines(cli, client.stream('readJobLog', { run, follow, tail }), plain);
}

function plain({ line }: { line: string }): string {
  return line;
}

async function printLines<T>(
  cli: Cli,
  items: AsyncIterable<T>,
  show: (item: T) => string,
): Promise<void> {
  const { json } = cli.globals();
  for await (const item of items) cli.print.line(json ? JSON.stringify(item) : show(item));
}

/** The newest push of the environment's branch; one need not be there yet for its build to have failed. */
async function newestPush(cli: Cli, env?: string): Promise<Output<'getPush'>> {
  const [app, branch] = await branchOf(cli, await whichEnvironment(cli, env));
  const client = await cli.client();
  const { pushes } = await client.call('listPushes', { app, branch, limit: 1 });
  const push = pushes[0];
  if (!push) throw nothingYet(`Nothing has been pushed to ${branch}.`);
  return client.call('getPush', { push: push.id });
}

async function branchOf(cli: Cli, environment: string): Promise<[string, string]> {
  const [app = '', kind = '', ...branch] = environment.split('/');
  if (kind === 'preview') return [app, branch.join('/')];
  const { mainBranch } = await (await cli.client()).call('getApp', { app });
  return [app, mainBranch];
}

function nothingYet(why: string): SignalboxError {
  return new SignalboxError({
    code: 'cli/no-log',
    what: 'There is no such log.',
    why,
    fix: ['See what was pushed and how it went: signalbox follow BRANCH'],
  });
}
