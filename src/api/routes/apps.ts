import { buffer } from 'node:stream/consumers';
import { removeApp } from '../../environments/remove-app.ts';
import { summaries } from '../../environments/summary-tables.ts';
import { syncApp } from '../../environments/sync-app.ts';
import { addApp, webhookSecret } from '../../git/add-app.ts';
import { apps, findApp, type App } from '../../git/app.ts';
import { SignalboxError } from '../../kernel/signalbox-error.ts';
import type { Output } from '../contract/all.ts';
import type { Context, Handlers } from '../handlers.ts';
import { verifyWebhook } from '../webhook-signature.ts';
import type { ApiWorld } from './api-world.ts';

type Names = 'listApps' | 'getApp' | 'addApp' | 'removeApp' | 'syncApp' | 'receiveWebhook';

export function appHandlers(world: ApiWorld): Pick<Handlers, Names> {
  return {
    async listApps() {
      const counts = await summaries.counts(world.db);
      const all = await apps.all(world.db);
      return { apps: all.map((app) => shown(world, app, counts.get(app.id) ?? 0)) };
    },

    async getApp({ app: name }) {
      const app = await findApp(world.db, name);
      return shown(world, app, (await summaries.counts(world.db)).get(app.id) ?? 0);
    },

    async addApp({ name, source = null, mainBranch = null }) {
      const added = await addApp(world, { name, source, mainBranch });
      if (source !== null) syncLater(world, added.app);
      const url = `${world.address()}/api/v1/apps/${name}/webhook`;
      const webhook = added.webhookSecret === null ? null : { url, secret: added.webhookSecret };
      return { app: shown(world, added.app, 0), webhook };
    },

    async removeApp({ app: name, confirm }, { actor }) {
      const app = await findApp(world.db, name);
      if (confirm !== name) throw unconfirmed(name);
      await removeApp(world, app, actor.name);
      return {
        text: `${name} goes, with its environments, data, snapshots and repository. It is gone within a minute or two.`,
      };
    },

    async syncApp({ app }) {
      return syncApp(world, await findApp(world.db, app));
    },

    receiveWebhook: ({ app }, context) => receiveWebhook(world, app, context),
  };
}

function shown(world: ApiWorld, app: App, environments: number): Output<'getApp'> {
  const { name, mainBranch, source, syncedAt, syncError, createdAt } = app;
  return {
    name,
    mainBranch,
    environments,
    syncedAt,
    syncError,
    createdAt,
    remote: `${world.address()}/git/${name}.git`,
    source,
  };
}

/** The timer comes again should this be lost; a failure stands in the app's row. */
function syncLater(world: ApiWorld, app: App): void {
  syncApp(world, app).catch((error: unknown) => {
    const words = error instanceof SignalboxError ? error.what : String(error);
    world.log(`sync of ${app.name}: ${words}`);
  });
}

/** Strangers learn nothing here: an app that is not there and a wrong signature look the same. */
async function receiveWebhook(world: ApiWorld, name: string, { upload, headers }: Context) {
  const body = await buffer(upload);
  const app = await apps.byName(world.db, name);
  const secret = app && webhookSecret(world.key, app);
  verifyWebhook(body, { headers, secret: secret ?? world.key });
  if (app?.source && secret) syncLater(world, app);
  return { text: `${name} is being fetched.` };
}

const unconfirmed = (name: string): SignalboxError =>
  new SignalboxError({
    code: 'app/not-confirmed',
    what: `${name} was not removed.`,
    why: 'Removing an app destroys its environments, data, snapshots, repository and history for good.',
    fix: [`signalbox app remove ${name} --confirm ${name}`],
  });
