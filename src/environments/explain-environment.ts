import { matchesBranch } from '../config/matches-branch.ts';
import type { Config } from '../config/config.ts';
import { apps, type App } from '../git/app.ts';
import { branches } from '../git/branch.ts';
import { pushes, readConfig, type Push } from '../git/push.ts';
import { formatDuration } from '../kernel/duration.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { Environment } from './environment.ts';
import { examineEnvironment } from './examine-environment.ts';
import { parseAddress, type Address } from './find-environment.ts';
import { about, type Finding } from './finding.ts';
import { environments } from './tables.ts';
import { fateOf } from './sweep.ts';
import type { World } from './world.ts';

type Say = ReturnType<typeof about>;

/**
 * The trail of decisions that led to an environment or to none: app, branch, push, rule, place in the queue,
 * deploys, instances, route, stores, and what the sweeper means to do. Also for one that never was.
 */
export async function explainEnvironment(world: World, text: string): Promise<Finding[]> {
  const address = await addressOf(world, text);
  if (address === null) {
    return [
      about(text).trouble(
        'environment-unknown',
        `No environment has the id ${text}.`,
        'signalbox env list',
      ),
    ];
  }
  const say = about(`${address.app}/${address.name}`);
  const app = await apps.byName(world.db, address.app);
  if (!app) return [await appUnknown(world, say, address.app)];
  const branch = address.name.startsWith('preview/')
    ? address.name.slice('preview/'.length)
    : app.mainBranch;
  const environment = await environments.byName(world.db, app.name, address.name);
  const alive = environment !== null && environment.state !== 'destroyed';
  return [
    ...(await branchFindings(world, say, { app, branch })),
    ...(await pushFindings(world, say, { app, branch })),
    ...(await ruleFindings(world, say, { app, branch, alive })),
    ...absence(say, environment),
    ...(alive ? await examineEnvironment(world, environment, await world.gateway.routes()) : []),
    ...(alive ? await fateFindings(world, say, environment) : []),
  ];
}

async function addressOf(world: World, text: string): Promise<Address | null> {
  const address = parseAddress(text);
  if (address) return address;
  const environment = await environments.get(world.db, text);
  return environment && { app: environment.app, name: environment.name };
}

async function appUnknown(world: World, say: Say, name: string): Promise<Finding> {
  const leaving = (await apps.leaving(world.db)).some((app) => app.name === name);
  if (leaving) return say.note('app-leaving', `${name} was removed and is not quite gone.`);
  return say.trouble(
    'app-unknown',
    `There is no app called ${name}.`,
    `signalbox app add ${name}`,
    'signalbox app list',
  );
}

interface At {
  app: App;
  branch: string;
}

async function branchFindings(world: World, say: Say, { app, branch }: At): Promise<Finding[]> {
  const head = await world.repositories.head(app.name, branch).catch(() => null);
  const known = await branches.get(world.db, app.id, branch);
  const trouble = app.syncError
    ? [say.trouble('cannot-fetch', `${app.name} could not be fetched: ${app.syncError}`)]
    : [];
  if (head) {
    const when = known ? `, since ${known.movedAt.toISOString()}` : '';
    return [...trouble, say.fine('branch', `Branch ${branch} is at ${head.slice(0, 7)}${when}.`)];
  }
  if (known?.goneAt) {
    return [
      ...trouble,
      say.note(
        'branch-gone',
        `Branch ${branch} ${known.goneWhy ?? 'was deleted'} at ${known.goneAt.toISOString()}.`,
      ),
    ];
  }
  const fix =
    app.source === null
      ? `git push signalbox ${branch}`
      : `Push it to the followed repository, then: signalbox app sync ${app.name}`;
  return [
    ...trouble,
    say.trouble(
      'branch-unknown',
      `The repository of ${app.name} has no branch called ${branch}.`,
      fix,
    ),
  ];
}

async function pushFindings(world: World, say: Say, { app, branch }: At): Promise<Finding[]> {
  const push = await pushes.newest(world.db, app.id, branch);
  if (!push) return [say.note('never-pushed', `No push to ${branch} was ever seen.`)];
  const text = `${push.commit.slice(0, 7)} was pushed by ${push.by} at ${push.at.toISOString()} and is ${inWords(push)}.`;
  if (push.state === 'failed' || push.state === 'refused') {
    return [
      say.trouble(
        'push-failed',
        text,
        ...(push.fix.length > 0 ? push.fix : ['Mend it and push again.']),
      ),
    ];
  }
  return [
    push.endedAt === null
      ? say.note('push-open', text, `signalbox follow ${branch}`)
      : say.fine('push', text),
  ];
}

function inWords({ state, reason }: Push): string {
  const words = { waiting: 'waiting', running: 'being worked on' } as Record<string, string>;
  return [words[state] ?? state, reason].filter(Boolean).join(': ').replace(/\.$/, '');
}

async function ruleFindings(
  world: World,
  say: Say,
  { app, branch, alive }: At & { alive: boolean },
): Promise<Finding[]> {
  const head = await world.repositories.head(app.name, branch).catch(() => null);
  if (head === null || branch === app.mainBranch) return [];
  const config = await configAt(world, app, head);
  if (config instanceof SignalboxError) {
    return [
      say.trouble(
        'config-unusable',
        [config.what, config.why].filter(Boolean).join(' '),
        ...config.fix,
      ),
    ];
  }
  const rule = whyNoPreview(config, branch);
  if (rule === null) return [];
  return [
    say.note(
      'no-preview-by-rule',
      rule,
      ...(alive ? [] : [`Ask for one: signalbox ${askWith(config)} ${branch}`]),
    ),
  ];
}

const askWith = ({ environments: { preview } }: Config): string =>
  preview.nodes === null ? 'env create' : 'build';

async function configAt(world: World, app: App, commit: string): Promise<Config | SignalboxError> {
  try {
    return (await readConfig(world.repositories, { app, commit })).config;
  } catch (error) {
    if (error instanceof SignalboxError) return error;
    throw error;
  }
}

function whyNoPreview({ environments: { preview } }: Config, branch: string): string | null {
  if (matchesBranch(preview.except, branch)) {
    return `signalbox.yaml leaves ${branch} out: environments.preview.except is ${preview.except.join(', ')}.`;
  }
  return preview.for === 'branches'
    ? null
    : `signalbox.yaml gives previews only on ${preview.for}: environments.preview.for.`;
}

function absence(say: Say, environment: Environment | null): Finding[] {
  if (environment === null) return [say.note('never-made', 'There never was such an environment.')];
  if (environment.state !== 'destroyed') return [];
  const { destroyedAt, destroyReason } = environment;
  const when = destroyedAt ? ` at ${destroyedAt.toISOString()}` : '';
  return [say.note('destroyed', `It was destroyed${when}: ${destroyReason ?? 'nobody said why'}.`)];
}

async function fateFindings(world: World, say: Say, environment: Environment): Promise<Finding[]> {
  const fate = await fateOf(world, environment);
  const keepIt = `signalbox env keep ${environment.branch} --until 7d --reason "…"`;
  if (fate.kind === 'destroy')
    return [say.note('sweeper', `The sweeper takes it at its next round: ${fate.reason}.`, keepIt)];
  if (fate.destroyAt === null) return [];
  const leftMs = Math.max(60_000, fate.destroyAt.getTime() - world.clock.now().getTime());
  const text = `If nobody uses it, the sweeper takes it in ${formatDuration(Math.round(leftMs / 60_000) * 60_000)}.`;
  return [fate.kind === 'warn' ? say.note('sweeper', text, keepIt) : say.fine('sweeper', text)];
}
