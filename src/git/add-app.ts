import { randomBytes } from 'node:crypto';
import { inTransaction, type Database } from '../db/pool.ts';
import { publish } from '../events/publish.ts';
import { seal, unseal } from '../kernel/sealed.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { unusableBranchName } from './branch.ts';
import { runGit, type Repositories } from './repositories.ts';
import { shownSource } from './source.ts';
import { mainBranchAt } from './sync.ts';
import { apps, type App } from './tables.ts';

interface Yard {
  db: Database;
  repositories: Repositories;
  /** Seals the webhook's secret. */
  key: Buffer;
}

interface NewApp {
  name: string;
  /** The repository to follow; null: it is pushed to. */
  source: string | null;
  /** null: what the source says, else main. */
  mainBranch: string | null;
}

const purpose = (app: string): string => `webhook ${app}`;
const addressPurpose = (app: string): string => `source ${app}`;

/**
 * The app exists with its repository when it resolves. The webhook's secret is given back this once; an app
 * that is pushed to has none. Refuses a taken name (`app/taken`), a source that cannot be read, and a main
 * branch that the source does not have.
 */
export async function addApp(
  yard: Yard,
  wanted: NewApp,
): Promise<{ app: App; webhookSecret: string | null }> {
  const { name, source } = wanted;
  const mainBranch = await mainBranchFor(wanted);
  const webhookSecret = source === null ? null : randomBytes(32).toString('hex');
  await yard.repositories.ensure(name);
  const app = await add(yard.db, {
    name,
    mainBranch,
    source: source === null ? null : shownSource(source),
    sourceAddress: source === null ? null : seal(yard.key, addressPurpose(name), source),
    webhookSecret: webhookSecret === null ? null : seal(yard.key, purpose(name), webhookSecret),
  });
  if (!app) throw await taken(yard.db, name);
  // What a plain clone checks out.
  await runGit([
    '--git-dir',
    yard.repositories.path(name),
    'symbolic-ref',
    'HEAD',
    `refs/heads/${mainBranch}`,
  ]);
  return { app, webhookSecret };
}

/** null: its name is taken. */
const add = (db: Database, wanted: Parameters<typeof apps.add>[1]): Promise<App | null> =>
  inTransaction(db, async (tx) => {
    const app = await apps.add(tx, wanted);
    if (app)
      await publish(tx, { kind: 'app-added', app: app.name, text: `${app.name} is a new app` });
    return app;
  });

/** What webhook calls of this app are signed with; null: it has no webhook. */
export function webhookSecret(key: Buffer, app: App): string | null {
  return app.webhookSecret === null ? null : unseal(key, purpose(app.name), app.webhookSecret);
}

/** The address of the repository an app follows, with the credentials it may carry; null: it is pushed to. */
export function followedAddress(key: Buffer, { name, sourceAddress }: App): string | null {
  return sourceAddress === null ? null : unseal(key, addressPurpose(name), sourceAddress);
}

async function mainBranchFor({ source, mainBranch, name }: NewApp): Promise<string> {
  if (mainBranch !== null && unusableBranchName(mainBranch) !== null) throw badMain(mainBranch);
  if (source === null) return mainBranch ?? 'main';
  const there = await mainBranchAt(source);
  const main = mainBranch ?? there.head ?? 'main';
  // A repository without any branch may get its first one later.
  if (there.branches.size > 0 && !there.branches.has(main))
    throw noSuchMain({ name, source, main, ...there });
  return main;
}

const badMain = (branch: string): SignalboxError =>
  new SignalboxError({
    code: 'branch/unusable',
    what: `${JSON.stringify(branch.slice(0, 200))} cannot be the main branch.`,
    why: `Of this branch, ${unusableBranchName(branch)}.`,
    fix: ['Give another name: --main main'],
  });

function noSuchMain(of: {
  name: string;
  source: string;
  main: string;
  head: string | null;
}): SignalboxError {
  const { name, source, main, head } = of;
  return new SignalboxError({
    code: 'git/no-main-branch',
    what: `${shownSource(source)} has no branch called ${main}.`,
    ...(head ? { why: `Its own main branch is ${head}.` } : {}),
    fix: [`signalbox app add ${name} --from ${shownSource(source)} --main ${head ?? 'BRANCH'}`],
  });
}

async function taken(db: Database, name: string): Promise<SignalboxError> {
  const known = await apps.byName(db, name);
  return new SignalboxError({
    code: 'app/taken',
    what: `There is an app called ${name} already.`,
    ...(known ? {} : { why: 'It is being removed and not quite gone.' }),
    fix: known
      ? [`signalbox app show ${name}`, 'Or choose another name.']
      : ['Try again in a minute.'],
  });
}
