import { artifactKey } from '../build/artifact.ts';
import { isBuiltOrBuilding } from '../build/build-once.ts';
import type { Config } from '../config/config.ts';
import { matchesBranch } from '../config/matches-branch.ts';
import { inTransaction } from '../db/pool.ts';
import { publish } from '../events/publish.ts';
import { apps, type App } from '../git/app.ts';
import { pushes, readConfig, type Push } from '../git/push.ts';
import { environmentName, type BranchKind } from './environment.ts';
import { bookNode, hasNode } from './nodes.ts';
import { branchState, wishes } from './push-tables.ts';
import { tell } from './report-push.ts';
import { environments } from './tables.ts';
import { hostNotes, whyNoRequest } from './request-preview.ts';
import { secretValues } from './secret.ts';
import { cacheEntry } from './work-orders.ts';
import type { World } from './world.ts';

/** What a push is going to do, fixed when its workflow begins. */
export type Plan = {
  push: string;
  appId: string;
  app: string;
  branch: string;
  commit: string;
  tree: string;
  /** The artifact's key. */
  artifact: string;
  /** The build may use what the branch has cached itself; its artifact is then for this branch alone. */
  ownCache: boolean;
  main: boolean;
  mainBranch: string;
  config: Config;
  /** The environments it is for, in order. */
  kinds: BranchKind[];
  /** Why it is for none, in words. */
  whyNone: string | null;
  reset: { snapshot: string | null } | null;
  /** Somebody asked for it; nobody pushed. */
  byHand: boolean;
  /** Its preview lives on the branch's node. */
  onNode?: boolean | undefined;
};

/** What a train asks for with a commit of its own: it goes the way of the main branch. No environment is called so. */
export const trainTarget = 'train';

/** Reads everything a push's workflow needs; null when the push has ended already. Repeatable. */
export async function planPush(world: World, id: string): Promise<Plan | null> {
  const push = await pushes.get(world.db, id);
  if (!push || push.endedAt) return null;
  const app = await apps.byId(world.db, push.appId);
  if (!app) return null;
  await pushes.running(world.db, id);
  const { config, notes } = await readConfig(world.repositories, { app, commit: push.commit });
  const tree = await world.repositories.tree(app.name, push.commit);
  const { branch, commit } = push;
  const { name, mainBranch } = app;
  const wanted = await wantedKinds(world, { push, app, config });
  const read = { app: name, branch, mainBranch, commit, tree, config };
  const plan: Plan = {
    push: id,
    appId: app.id,
    ...read,
    ...(await chooseArtifact(world, read)),
    ...wanted,
  };
  await refuseMissingSecrets(world, plan);
  await noteAhead(world, plan);
  await tell(world, plan, {
    kind: 'push-begun',
    text: `${app.name} ${branch} at ${commit.slice(0, 7)}`,
    ...(await whereItGoes(world, plan)),
  });
  const more = [...(await submoduleNotes(world, plan)), ...(await hostNotes(world, app, config))];
  for (const note of [...notes, ...more])
    await publish(world.db, {
      kind: 'config-note',
      app: app.name,
      push: id,
      text: `Note: ${note}`,
    });
  return plan;
}

/** The environment it changes, if that is there already; a commit of the main branch goes through several. */
async function whereItGoes(
  { db }: World,
  { app, branch, kinds, main, byHand }: Plan,
): Promise<{ environment?: string }> {
  const [kind, ...more] = kinds;
  if (kind === undefined || more.length > 0 || (main && !byHand)) return {};
  const known = await environments.byName(db, app, environmentName(kind, branch));
  const stays = known && known.state !== 'destroying' && known.state !== 'destroyed';
  return stays ? { environment: known.id } : {};
}

/** Their files lie in other repositories, which may ask for a token that we do not have. */
async function submoduleNotes({ repositories }: World, { app, commit }: Plan): Promise<string[]> {
  const at = { commit, path: '.gitmodules', limitBytes: 64 * 1024 };
  const text = await repositories.readFile(app, at).catch(() => null);
  const paths = [...(text ?? '').matchAll(/^\s*path\s*=\s*(.+)$/gm)].map(([, path]) =>
    path?.trim(),
  );
  if (paths.length === 0) return [];
  return [
    `submodules are not fetched; ${paths.join(', ')} will be empty. Fetch them in build.run, or keep their files in the repository.`,
  ];
}

/** The one that all branches with these files share, unless this branch would have to build it and has a cache of its own. */
async function chooseArtifact(
  world: World,
  read: Pick<Plan, 'app' | 'branch' | 'mainBranch' | 'commit' | 'tree' | 'config'>,
): Promise<Pick<Plan, 'artifact' | 'ownCache'>> {
  const of = { app: read.app, tree: read.tree, build: read.config.build };
  const shared = artifactKey({ ...of, cacheOf: null });
  const entry = await cacheEntry(world, read);
  const hasOwn = entry !== null && (await world.build.cache.hasOwn(entry));
  if (!hasOwn || (await isBuiltOrBuilding(world.build, shared)))
    return { artifact: shared, ownCache: false };
  return { artifact: artifactKey({ ...of, cacheOf: read.branch }), ownCache: true };
}

type Wanted = Pick<Plan, 'kinds' | 'whyNone' | 'reset' | 'byHand' | 'main' | 'onNode'>;

async function wantedKinds(
  world: World,
  { push, app, config }: { push: Push; app: App; config: Config },
): Promise<Wanted> {
  const asked = await wishes.asked(world.db, push.id);
  const reset = asked?.reset ? { snapshot: asked.snapshot } : null;
  const target = asked?.target;
  if (target === trainTarget)
    return { kinds: stageKinds(config), whyNone: null, reset: null, byHand: false, main: true };
  const byHand = Boolean(target);
  const main = push.branch === app.mainBranch;
  if (target)
    return {
      kinds: [target.startsWith('preview/') ? 'preview' : (target as BranchKind)],
      whyNone: null,
      reset,
      byHand,
      main,
    };
  if (main) return { kinds: stageKinds(config), whyNone: null, reset, byHand, main };
  const { preview } = config.environments;
  if (preview.nodes !== null && (await hasNode(world, { app, branch: push.branch })))
    return kindsOnNode(world, { push, app, count: preview.nodes });
  if (matchesBranch(preview.except, push.branch)) {
    return {
      kinds: [],
      whyNone: `no preview: environments.preview.except names ${push.branch}`,
      reset,
      byHand,
      main,
    };
  }
  if (preview.for === 'requests') {
    const whyNone = await whyNoRequest(world, app, push.branch);
    if (whyNone !== null) return { kinds: [], whyNone, reset, byHand, main };
  } else if (preview.for !== 'branches') {
    const command = preview.nodes === null ? 'env create' : 'build';
    const whyNone = `no preview: environments.preview.for is ${preview.for}; ask for one: signalbox ${command} ${push.branch}`;
    return { kinds: [], whyNone, reset, byHand, main };
  }
  if (preview.nodes !== null) return kindsOnNode(world, { push, app, count: preview.nodes });
  return { kinds: ['preview'], whyNone: null, reset, byHand, main };
}

/** Where no node may be taken, the push is checked and built, and told how to ask again. */
async function kindsOnNode(
  world: World,
  { push: { branch }, app, count }: { push: Push; app: App; count: number },
): Promise<Wanted> {
  const node = await inTransaction(world.db, (tx) => bookNode(world, tx, { app, branch, count }));
  const pushed = { reset: null, byHand: false, main: false };
  if (node !== null) return { ...pushed, kinds: ['preview'], whyNone: null, onNode: true };
  const whyNone = `no node: on all ${count} somebody works right now, or they are kept; ask again: signalbox build ${branch}`;
  return { ...pushed, kinds: [], whyNone };
}

/** Whose values its stages have: all but production have those of staging. */
function stageKinds({ pipeline: { stages } }: Config): BranchKind[] {
  if (stages.length === 0) return ['staging', 'production'];
  const kinds = stages.map(({ name }) => (name === 'production' ? 'production' : 'staging'));
  return [...new Set(kinds)];
}

/** Said before anything is built: nobody should wait for a build to learn that a value is missing. */
async function refuseMissingSecrets(world: World, plan: Plan): Promise<void> {
  const { appId, app, branch, config } = plan;
  for (const kind of plan.kinds) {
    const environment = { appId, app, kind, name: environmentName(kind, branch) };
    await secretValues(world.db, world.key, environment, config.secrets);
  }
}

/** A branch that never had a commit of its own cannot be called merged. */
async function noteAhead(
  world: World,
  { appId, app, branch, commit, main, mainBranch }: Plan,
): Promise<void> {
  if (main) return;
  const head = await world.repositories.head(app, mainBranch);
  if (head && (await world.repositories.isAncestor(app, commit, head))) return;
  await branchState.ahead(world.db, appId, branch);
}
