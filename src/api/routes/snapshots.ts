import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { planImport, takeByHand } from '../../environments/snapshot-by-hand.ts';
import { dropSnapshot, importSnapshot } from '../../environments/take-snapshot.ts';
import { apps, findApp } from '../../git/app.ts';
import { newId } from '../../kernel/id.ts';
import { SignalboxError } from '../../kernel/signalbox-error.ts';
import { snapshots, type Snapshot } from '../../stores/snapshot.ts';
import type { Snapshot as Shown } from '../contract/snapshots.ts';
import type { Context, Handlers } from '../handlers.ts';
import type { ApiWorld } from './api-world.ts';

type Names = 'listSnapshots' | 'getSnapshot' | 'takeSnapshot' | 'importSnapshot' | 'dropSnapshot';

export function snapshotHandlers(world: ApiWorld): Pick<Handlers, Names> {
  return {
    async listSnapshots({ app: name }) {
      const all = name === undefined ? await apps.all(world.db) : [await findApp(world.db, name)];
      const found = await Promise.all(
        all.map(async (app) =>
          (await snapshots.of(world.db, app.id)).map((one) => shown(one, app.name)),
        ),
      );
      return {
        snapshots: found
          .flat()
          .sort((one, other) => other.takenAt.getTime() - one.takenAt.getTime()),
      };
    },

    async getSnapshot({ snapshot: id }) {
      const { snapshot, app } = await find(world, id);
      return shown(snapshot, app);
    },

    async takeSnapshot({ app: name, from, store = null }) {
      const app = await findApp(world.db, name);
      const begun = await takeByHand(world, { app: app.name, from, store });
      return { snapshots: begun.map((one) => shown(one, name)) };
    },

    async importSnapshot({ app: name, store = null, commit = null }, context) {
      const app = await findApp(world.db, name);
      // Before the first byte is sent: nobody likes to be refused after an hour's upload.
      const order = await planImport(world, { app, store, commit });
      const id = await throughFile(world, context, (file) =>
        importSnapshot(world, { ...order, file }),
      );
      return shown((await find(world, id)).snapshot, name);
    },

    async dropSnapshot({ snapshot: id }) {
      const { snapshot, app } = await find(world, id);
      if (snapshot.state === 'taking') throw beingTaken(id);
      await dropSnapshot(world, app, id);
      return { text: `Snapshot ${id} is dropped.` };
    },
  };
}

/** The upload as a file that only the controller reads, gone in the end whatever happens. */
async function throughFile<T>(
  world: ApiWorld,
  { upload, signal }: Pick<Context, 'upload' | 'signal'>,
  use: (file: string) => Promise<T>,
): Promise<T> {
  const directory = join(world.files, 'tmp');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, `import-${newId()}.sql`);
  try {
    await pipeline(upload, createWriteStream(file, { mode: 0o600 }), { signal });
    return await use(file);
  } finally {
    await rm(file, { force: true });
  }
}

async function find(world: ApiWorld, id: string): Promise<{ snapshot: Snapshot; app: string }> {
  const snapshot = await snapshots.get(world.db, id);
  const app = snapshot && (await apps.byId(world.db, snapshot.appId));
  if (!snapshot || !app) throw unknown(id);
  return { snapshot, app: app.name };
}

function shown(snapshot: Snapshot, app: string): Shown {
  const { id, store, source, commit, migrations, bytes, state, reason, how, takenAt } = snapshot;
  const migration = migrations.at(-1) ?? null;
  return { id, app, store, source, commit, migration, bytes, state, reason, how, takenAt };
}

const unknown = (id: string): SignalboxError =>
  new SignalboxError({
    code: 'snapshot/unknown',
    what: `There is no snapshot ${id}.`,
    fix: ['signalbox snapshot list'],
  });

const beingTaken = (id: string): SignalboxError =>
  new SignalboxError({
    code: 'snapshot/busy',
    what: `Snapshot ${id} was not dropped: it is being taken.`,
    fix: ['Wait until it is ready, then drop it.'],
  });
