import { buffer } from 'node:stream/consumers';
import { checkHost, findHost, openRequestCount } from '../../environments/check-host.ts';
import { noteHostNews } from '../../environments/host-news.ts';
import { apps, findApp, type App } from '../../git/app.ts';
import type { HostNews } from '../../git/host.ts';
import { putHost, removeHost, webhookSecretOf, type HostAccess } from '../../git/host-settings.ts';
import { hostMessages, hostRows, type HostRow } from '../../git/host-tables.ts';
import { SignalboxError } from '../../kernel/signalbox-error.ts';
import type { Input, Output } from '../contract/all.ts';
import type { Context, Handlers } from '../handlers.ts';
import type { ApiWorld } from './api-world.ts';

type Names = 'putHost' | 'getHost' | 'removeHost' | 'checkHost' | 'receiveHostWebhook';

export function hostHandlers(world: ApiWorld): Pick<Handlers, Names> {
  return {
    async putHost(input, { actor }) {
      const app = await findApp(world.db, input.app);
      const { kind, repository, url = null } = input;
      const settings = { kind, repository, url, access: accessOf(input) };
      await putHost(world, { app, settings, by: actor.name });
      const row = await findHost(world, app);
      return { host: await shown(world, app, row), webhook: webhookOf(world, app, row) };
    },

    async getHost({ app: name }) {
      const app = await findApp(world.db, name);
      return shown(world, app, await findHost(world, app));
    },

    async removeHost({ app: name }) {
      const app = await findApp(world.db, name);
      const { kind } = await findHost(world, app);
      await removeHost(world, app);
      return {
        text: `${name} is no more connected to ${kind}. What it shows of Signalbox stays there.`,
      };
    },

    async checkHost({ app: name }) {
      const app = await findApp(world.db, name);
      const row = await findHost(world, app);
      return { findings: await checkHost(world, app), webhook: webhookOf(world, app, row) };
    },

    receiveHostWebhook: ({ app }, context) => receive(world, app, context),
  };
}

function accessOf({ token, appId, key }: Input<'putHost'>): HostAccess {
  if (token !== undefined && appId === undefined && key === undefined)
    return { kind: 'token', token };
  if (token === undefined && appId !== undefined && key !== undefined)
    return { kind: 'app', appId, privateKey: key };
  throw new SignalboxError({
    code: 'host/unusable-settings',
    what: 'The code host was not added.',
    why: 'Either a token opens it, or the id of a GitHub app together with its key.',
    fix: ['--token-file FILE', '--app-id NUMBER --key-file FILE'],
  });
}

async function shown(world: ApiWorld, app: App, row: HostRow): Promise<Output<'getHost'>> {
  const { kind, repository, url, addedBy, addedAt, askedAt, heardAt, trouble } = row;
  const counted = await hostMessages.counts(world.db, app.id);
  return {
    app: app.name,
    kind,
    repository,
    url,
    access: row.appNumber === null ? 'token' : 'app',
    addedBy,
    addedAt,
    askedAt,
    heardAt,
    trouble,
    openRequests: await openRequestCount(world, app),
    waiting: counted.waiting,
    refused: counted.trouble,
  };
}

const webhookOf = (world: ApiWorld, app: App, row: HostRow): Output<'checkHost'>['webhook'] => ({
  url: `${world.address()}/api/v1/apps/${app.name}/host-webhook`,
  secret: webhookSecretOf(world.key, row),
  heardAt: row.heardAt,
});

/** Strangers learn nothing here: no such app, no host and a wrong signature look the same. */
async function receive(world: ApiWorld, name: string, { upload, headers }: Context) {
  const body = await buffer(upload);
  const app = await apps.byName(world.db, name);
  const row = app && (await hostRows.get(world.db, app.id));
  if (!row) throw wrongSignature();
  const news = await readNews(world, row, { headers, body });
  await hostRows.heard(world.db, app.id, world.clock.now());
  noteHostNews(world, app, news);
  return { text: `${name} is being looked at.` };
}

async function readNews(
  world: ApiWorld,
  row: HostRow,
  call: Pick<Context, 'headers'> & { body: Buffer },
): Promise<HostNews> {
  const host = await world.hosts?.of(row.appId);
  if (!host) throw wrongSignature();
  try {
    return host.news({ ...call, secret: Buffer.from(webhookSecretOf(world.key, row)) });
  } catch (error) {
    const isForged = error instanceof SignalboxError && error.code === 'api/wrong-signature';
    throw isForged ? wrongSignature() : error;
  }
}

const wrongSignature = (): SignalboxError =>
  new SignalboxError({
    code: 'api/wrong-signature',
    what: 'This webhook call is not signed with the secret of the app.',
    fix: ['Enter the secret that this shows in the settings of the host: signalbox host check APP'],
  });
