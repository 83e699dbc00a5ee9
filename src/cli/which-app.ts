import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { Cli } from './cli.ts';

const run = promisify(execFile);
const addressed = /^[a-z][a-z0-9-]{0,29}\/(staging|production|preview\/.+|stage\/.+)$/;

/** The app that is meant: --app, the app this directory's git remote belongs to, or the only one there is. */
export async function whichApp(cli: Cli): Promise<string> {
  const { app } = cli.globals();
  if (app) return app;
  const remotes = await git(cli, ['config', '--get-regexp', String.raw`^remote\..*\.url$`]);
  const pushedTo = /\/git\/([a-z][a-z0-9-]*)\.git\/?$/m.exec(remotes)?.[1];
  if (pushedTo) return pushedTo;
  const { apps } = await (await cli.client()).call('listApps', {});
  const followed = apps.find(({ source }) => source && remotes.includes(source));
  const only = apps.length === 1 ? apps[0] : undefined;
  const found = followed ?? only;
  if (found) return found.name;
  throw apps.length === 0 ? noApps() : whichOne(apps.map(({ name }) => name));
}

/**
 * APP/NAME of what a person calls an environment: `staging`, `production`, a branch, or APP/…; nothing
 * means the branch that is checked out here.
 */
export async function whichEnvironment(cli: Cli, text?: string): Promise<string> {
  if (text !== undefined && !cli.globals().app && addressed.test(text)) return text;
  const name = text === undefined ? await currentBranch(cli) : text;
  return `${await whichApp(cli)}/${environmentName(name)}`;
}

/** `staging`, `production`, `preview/…` and `stage/…` stand for themselves, anything else is a branch. */
export function environmentName(text: string): string {
  return /^(staging|production|(preview|stage)\/.+)$/.test(text) ? text : `preview/${text}`;
}

export async function currentBranch(cli: Cli): Promise<string> {
  const branch = (await git(cli, ['symbolic-ref', '--short', 'HEAD'])).trim();
  if (branch) return branch;
  throw new SignalboxError({
    code: 'cli/which-environment',
    what: 'It is not clear which environment is meant.',
    why: 'None was named, and no branch is checked out in this directory.',
    fix: ['Name one: staging, production, or a branch.', 'See which there are: signalbox env list'],
  });
}

async function git(cli: Cli, args: string[]): Promise<string> {
  try {
    return (await run('git', args, { cwd: cli.directory, timeout: 5000 })).stdout;
  } catch {
    return '';
  }
}

function noApps(): SignalboxError {
  return new SignalboxError({
    code: 'cli/no-apps',
    what: 'There is no app yet.',
    fix: ['Add one: signalbox app add NAME'],
  });
}

function whichOne(names: string[]): SignalboxError {
  return new SignalboxError({
    code: 'cli/which-app',
    what: 'It is not clear which app is meant.',
    why: `There are ${names.length}: ${names.slice(0, 10).join(', ')}. This directory pushes to none of them.`,
    fix: [`Say which: --app ${names[0]}`, 'Or go to the directory of its repository.'],
  });
}
