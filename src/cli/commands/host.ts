import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import type { Host } from '../../api/contract/hosts.ts';
import { SignalboxError } from '../../kernel/signalbox-error.ts';
import { readInput } from '../ask.ts';
import type { Cli } from '../cli.ts';
import { whichApp } from '../which-app.ts';
import { ago, facts } from '../words.ts';

interface Options {
  repository: string;
  url?: string;
  tokenFile?: string;
  appId?: string;
  keyFile?: string;
}

export function hostCommand(cli: Cli): Command {
  const command = new Command('host');
  command
    .command('add <app> <kind>')
    .description(
      'say where its repository lives: github, gitlab or forgejo; again: with another token',
    )
    .requiredOption('--repository <owner/name>', 'as in the address of its page')
    .option('--url <api-url>', "where its API is, unless it is the service's own")
    .option('--token-file <file>', 'what opens it; - reads it from stdin')
    .option('--app-id <number>', 'a GitHub app in place of a token')
    .option('--key-file <file>', "the app's private key")
    .action((app: string, kind: string, options: Options) => add(cli, { app, kind, options }));
  command
    .command('show [app]')
    .description('show where its repository lives, and whether it is reached')
    .action((app?: string) => show(cli, app));
  command
    .command('check [app]')
    .description('ask the host for all that is needed of it; shows what to enter there')
    .action((app?: string) => check(cli, app));
  command
    .command('remove <app>')
    .description('tell and ask the host no more')
    .action((app: string) => remove(cli, app));
  return command;
}

async function add(
  cli: Cli,
  { app, kind, options }: { app: string; kind: string; options: Options },
): Promise<void> {
  const { repository, url, tokenFile, appId, keyFile } = options;
  const added = await (
    await cli.client()
  ).call('putHost', {
    app,
    kind: kindOf(kind),
    repository,
    url,
    token: tokenFile === undefined ? undefined : await readSecretFile(tokenFile),
    appId,
    key: keyFile === undefined ? undefined : await readSecretFile(keyFile),
  });
  cli.print.result(added, ({ host, webhook }) =>
    [
      `${host.app} lives on ${host.kind} as ${host.repository}.`,
      'For news from there to be seen at once, have it call this webhook for all events, as JSON:',
      facts({ '  URL': webhook.url, '  secret': webhook.secret }),
      `→ signalbox host check ${host.app}`,
    ].join('\n'),
  );
}

function kindOf(text: string): Host['kind'] {
  if (text === 'github' || text === 'gitlab' || text === 'forgejo') return text;
  throw new SignalboxError({
    code: 'host/unusable-settings',
    what: 'The code host was not added.',
    why: `${JSON.stringify(text)} is none that Signalbox knows.`,
    fix: ['Write github, gitlab or forgejo; Gitea is forgejo too.'],
  });
}

async function readSecretFile(file: string): Promise<string> {
  if (file === '-') return readInput();
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new SignalboxError({
      code: 'cli/no-file',
      what: `${file} cannot be read.`,
      why: error instanceof Error ? error.message : undefined,
      fix: ['Check the path.'],
    });
  }
}

async function show(cli: Cli, name?: string): Promise<void> {
  const app = name ?? (await whichApp(cli));
  const host = await (await cli.client()).call('getHost', { app });
  cli.print.result(host, (host) =>
    facts({
      app: host.app,
      host: host.kind,
      repository: host.repository,
      url: host.url,
      'opened by': host.access === 'token' ? 'a token' : 'the key of a GitHub app',
      added: `${ago(host.addedAt)} by ${host.addedBy}`,
      asked: ago(host.askedAt),
      webhook: host.heardAt === null ? 'never called' : `called ${ago(host.heardAt)}`,
      'open requests': String(host.openRequests),
      'to be told': host.waiting === 0 ? null : String(host.waiting),
      trouble: host.trouble,
      refused: host.refused,
    }),
  );
}

async function check(cli: Cli, name?: string): Promise<void> {
  const app = name ?? (await whichApp(cli));
  const checked = await (await cli.client()).call('checkHost', { app });
  cli.print.result(checked, ({ findings, webhook }) =>
    [
      ...findings.flatMap(({ severity, text, fix }) => [
        `${severity === 'fine' ? '✔' : severity === 'note' ? '·' : '✖'} ${text}`,
        ...fix.map((step) => `  → ${step}`),
      ]),
      'The webhook to enter there:',
      facts({ '  URL': webhook.url, '  secret': webhook.secret }),
    ].join('\n'),
  );
  if (checked.findings.some(({ severity }) => severity === 'trouble')) cli.exitCode = 1;
}

async function remove(cli: Cli, app: string): Promise<void> {
  cli.print.result(await (await cli.client()).call('removeHost', { app }), ({ text }) => text);
}
