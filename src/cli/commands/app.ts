import { Command } from 'commander';
import { isAbsolute, resolve } from 'node:path';
import type { App } from '../../api/contract/apps.ts';
import { confirmName } from '../ask.ts';
import type { Cli } from '../cli.ts';
import { whichApp } from '../which-app.ts';
import { age, ago, facts } from '../words.ts';

export function appCommand(cli: Cli): Command {
  const command = new Command('app');
  command
    .command('add <name>')
    .description('add an app; prints the git remote to push to')
    .option('--from <url-or-path>', 'follow this repository instead of being pushed to')
    .option('--main <branch>', 'the branch that goes to staging and production', 'main')
    .action((name: string, options: { from?: string; main: string }) => add(cli, name, options));
  command
    .command('list')
    .description('list the apps')
    .action(() => list(cli));
  command
    .command('show [app]')
    .description('show one app')
    .action((app?: string) => show(cli, app));
  command
    .command('sync [app]')
    .description('fetch the followed repository now')
    .action((app?: string) => sync(cli, app));
  command
    .command('remove <app>')
    .description('remove an app with all its environments, data and snapshots')
    .option('--confirm <app>', "the app's name once more, where there is nobody to ask")
    .action((app: string, options: { confirm?: string }) => remove(cli, app, options));
  return command;
}

async function add(
  cli: Cli,
  name: string,
  { from, main }: { from?: string; main: string },
): Promise<void> {
  const client = await cli.client();
  const source = from === undefined ? undefined : sourceOf(cli, from);
  const added = await client.call('addApp', { name, source, mainBranch: main });
  cli.print.result(added, ({ app, webhook }) =>
    webhook
      ? [
          `${app.name} follows ${app.source}.`,
          'For pushes to be seen at once, have the repository call this webhook:',
          facts({ '  URL': webhook.url, '  secret': webhook.secret }),
        ].join('\n')
      : [
          `${app.name} is there. Push to it:`,
          `  git remote add signalbox ${app.remote}`,
          `  git push signalbox ${app.mainBranch}`,
          'git asks for a password: your token, with any user name. So that it need not ask:',
          `  git config credential.${new URL(app.remote).origin}.helper '!signalbox git-credential'`,
        ].join('\n'),
  );
}

/** A path means the same in another process only when it is absolute. */
function sourceOf(cli: Cli, from: string): string {
  const isPath = /^(\.|\/|~)/.test(from) || isAbsolute(from);
  return isPath ? resolve(cli.directory, from) : from;
}

async function list(cli: Cli): Promise<void> {
  const { apps } = await (await cli.client()).call('listApps', {});
  cli.print.result({ apps }, () =>
    apps.length === 0
      ? 'There is no app yet.\n→ Add one: signalbox app add NAME'
      : cli.print.rows(
          [
            { title: 'APP', least: 10 },
            { title: 'MAIN' },
            { title: 'ENVIRONMENTS' },
            { title: 'AGE' },
            { title: 'SOURCE' },
          ],
          apps.map((app) => [
            app.name,
            app.mainBranch,
            String(app.environments),
            age(app.createdAt),
            app.source ?? app.remote,
          ]),
        ),
  );
}

async function show(cli: Cli, name?: string): Promise<void> {
  const app = await (await cli.client()).call('getApp', { app: name ?? (await whichApp(cli)) });
  cli.print.result(app, appFacts);
}

function appFacts(app: App): string {
  return facts({
    app: app.name,
    main: app.mainBranch,
    'push to': app.source ? null : app.remote,
    follows: app.source,
    synced: app.source ? ago(app.syncedAt) : null,
    trouble: app.syncError,
    environments: String(app.environments),
    added: ago(app.createdAt),
  });
}

async function sync(cli: Cli, name?: string): Promise<void> {
  const app = name ?? (await whichApp(cli));
  const result = await (await cli.client()).call('syncApp', { app });
  cli.print.result(result, ({ text, changes }) =>
    [text, ...changes.map(({ branch, change }) => `  ${branch}: ${change}`)].join('\n'),
  );
}

async function remove(cli: Cli, app: string, options: { confirm?: string }): Promise<void> {
  const client = await cli.client();
  const warning = `This destroys ${app}: its environments, data, snapshots, repository and history.`;
  const confirm = await confirmName(cli, { warning, name: app, given: options.confirm });
  cli.print.result(await client.call('removeApp', { app, confirm }), ({ text }) => text);
}
