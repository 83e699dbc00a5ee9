import { execa } from 'execa';
import { apiHandlers } from '../../src/api/routes/all.ts';
import { inTransaction } from '../../src/db/pool.ts';
import { deliverToHosts } from '../../src/environments/deliver-to-host.ts';
import { noteForHosts } from '../../src/environments/report-to-host.ts';
import type { World } from '../../src/environments/world.ts';
import { apps, type App } from '../../src/git/app.ts';
import { putHost } from '../../src/git/host-settings.ts';
import { hostRows } from '../../src/git/host-tables.ts';
import { pushes, recordMove } from '../../src/git/push.ts';
import { inMemoryHost, type InMemoryHost } from '../fakes/in-memory-host.ts';
import { apiRig, asking, git, shopWithBranches } from './api-rig.ts';

/** The app `shop` on a code host in memory, over a real database and a real repository; what would run is noted. */
export async function hostRig() {
  const rig = await apiRig();
  const { head } = await shopWithBranches(rig);
  const { db, key } = rig.world;
  const shop = await appOf(rig.world, 'shop');
  const fakes = new Map<string, InMemoryHost>();
  const fake = inMemoryHost();
  fakes.set(shop.id, fake);
  const hosts: World['hosts'] = {
    of: async (id) => ((await hostRows.get(db, id)) ? (fakes.get(id)?.host ?? null) : null),
  };
  const world = { ...rig.world, hosts };
  const connect = (app: App) =>
    putHost({ db, key }, { app, by: 'ada', settings: settingsOf(app.name) });
  await connect(shop);
  let now = Date.now();
  return {
    ...rig,
    ...fake,
    world,
    db,
    shop,
    head,
    handlers: apiHandlers(world),
    connect,
    /** What the controllers' duty does. */
    async tell(): Promise<void> {
      await noteForHosts(world);
      await deliverToHosts(world);
    },
    ahead(ms: number): void {
      now += ms;
      rig.setNow(new Date(now));
    },
    /** Another app, with a host of its own. */
    async another(name: string): Promise<InMemoryHost & { app: App }> {
      await rig.handlers.addApp({ name }, asking());
      const app = await appOf(rig.world, name);
      const other = inMemoryHost();
      fakes.set(app.id, other);
      await connect(app);
      return { ...other, app };
    },
    /** A commit on top of another, on a branch of the repository here; recorded as a push that nobody follows. */
    async push(branch: string, on = head, files: Record<string, string> = {}): Promise<Pushed> {
      const commit = await commitOn(rig.world.repositories.path('shop'), on, files);
      const bare = rig.world.repositories.path('shop');
      const before = await rig.world.repositories.head('shop', branch);
      await git(bare, 'update-ref', `refs/heads/${branch}`, commit);
      return { commit, id: await record(shop, { branch, before, commit }) };
    },
    end: async (push: Pushed, end: Omit<Parameters<typeof pushes.end>[2], 'text'>): Promise<void> =>
      pushes.end(db, { id: push.id, app: 'shop' }, { text: 'It ended.', ...end }),
    reasonOf: async ({ id }: Pushed): Promise<string | null> =>
      (await pushes.get(db, id))?.reason ?? null,
  };

  function record(app: App, move: { branch: string; before: string | null; commit: string }) {
    return inTransaction(db, async (tx) => {
      const push = await recordMove(tx, { app, rewritten: false, by: 'ada', ...move });
      return push?.id ?? '';
    });
  }
}

export type HostRig = Awaited<ReturnType<typeof hostRig>>;

export interface Pushed {
  id: string;
  commit: string;
}

const settingsOf = (name: string) =>
  ({
    kind: 'forgejo',
    repository: `acme/${name}`,
    url: 'http://host.test',
    access: { kind: 'token', token: 'canary-token-1' },
  }) as const;

async function appOf(world: World, name: string): Promise<App> {
  const app = await apps.byName(world.db, name);
  if (!app) throw new Error(`no app ${name}`);
  return app;
}

/** With these files besides what is there. */
async function commitOn(bare: string, on: string, files: Record<string, string>): Promise<string> {
  const listed = (await git(bare, 'ls-tree', on)).split('\n').filter(Boolean);
  const kept = listed.filter(
    (line) => !Object.keys(files).some((name) => line.endsWith(`\t${name}`)),
  );
  const added: string[] = [];
  for (const [name, text] of Object.entries(files))
    added.push(`100644 blob ${await blobOf(bare, text)}\t${name}`);
  const tree = await gitWith(bare, [...kept, ...added].join('\n') + '\n', 'mktree');
  return git(bare, 'commit-tree', tree, '-p', on, '-m', `a change ${counter++}`);
}

let counter = 1;

const blobOf = (bare: string, text: string): Promise<string> =>
  gitWith(bare, text, 'hash-object', '-w', '--stdin');

async function gitWith(bare: string, input: string, ...args: string[]): Promise<string> {
  return (await execa('git', ['--git-dir', bare, ...args], { input })).stdout.trim();
}
