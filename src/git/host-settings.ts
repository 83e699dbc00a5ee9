import { randomBytes } from 'node:crypto';
import { inTransaction, type Database } from '../db/pool.ts';
import { newId } from '../kernel/id.ts';
import { seal, unseal } from '../kernel/sealed.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { CodeHost } from './host.ts';
import { hostRows, type HostRow } from './host-tables.ts';
import type { App } from './tables.ts';

/** All a driver needs. */
export interface HostSettings {
  kind: CodeHost['kind'];
  /** OWNER/NAME; on GitLab with its groups. */
  repository: string;
  /** Of its API, http(s); null: the service's own. */
  url: string | null;
  access: HostAccess;
}

export type HostAccess =
  | { kind: 'token'; token: string }
  /** A GitHub app: its id, and its private key as PEM. */
  | { kind: 'app'; appId: string; privateKey: string };

/** The hosting services of all apps. */
export interface CodeHosts {
  /** The one of an app; null: it has none. */
  of(appId: string): Promise<CodeHost | null>;
}

interface Yard {
  db: Database;
  /** Seals what opens the host. */
  key: Buffer;
}

/**
 * The app has this host when it resolves, and no other. Doing it again is how a token is changed: the webhook's
 * secret stays, and with another repository all that was told is told anew. Refuses with `host/unusable-settings`.
 */
export async function putHost(
  { db, key }: Yard,
  { app, settings, by }: { app: App; settings: HostSettings; by: string },
): Promise<{ webhookSecret: string }> {
  refuseUnusable(settings);
  const { kind, repository, url, access } = settings;
  const secret = access.kind === 'token' ? access.token : access.privateKey;
  return inTransaction(db, async (tx) => {
    const known = await hostRows.get(tx, app.id);
    const isSame = known?.kind === kind && known.repository === repository && known.url === url;
    if (known && !isSame) await hostRows.forget(tx, app.id);
    const webhookSecret = known ? webhookSecretOf(key, known) : randomBytes(32).toString('hex');
    await hostRows.put(tx, {
      appId: app.id,
      kind,
      repository,
      url,
      appNumber: access.kind === 'app' ? access.appId : null,
      secret: seal(key, secretPurpose(app.id), secret),
      webhookSecret: seal(key, webhookPurpose(app.id), webhookSecret),
      version: newId(),
      addedBy: by,
    });
    return { webhookSecret };
  });
}

/** The app has no host when it resolves; what was told there stays there. false: it had none. Repeatable. */
export async function removeHost({ db }: Pick<Yard, 'db'>, app: App): Promise<boolean> {
  return inTransaction(db, async (tx) => {
    await hostRows.forget(tx, app.id);
    return (await hostRows.remove(tx, app.id)) > 0;
  });
}

/** With what opens it; for drivers only. */
export function openSettings(key: Buffer, row: HostRow): HostSettings {
  const { kind, repository, url, appNumber } = row;
  const secret = unseal(key, secretPurpose(row.appId), row.secret);
  const access: HostAccess =
    appNumber === null
      ? { kind: 'token', token: secret }
      : { kind: 'app', appId: appNumber, privateKey: secret };
  return { kind, repository, url, access };
}

/** What the host signs its webhook calls with, or sends along. */
export const webhookSecretOf = (
  key: Buffer,
  row: Pick<HostRow, 'appId' | 'webhookSecret'>,
): string => unseal(key, webhookPurpose(row.appId), row.webhookSecret);

const secretPurpose = (appId: string): string => `code host ${appId}`;
const webhookPurpose = (appId: string): string => `host webhook ${appId}`;

const part = '[A-Za-z0-9_.-]*[A-Za-z0-9_-]';
const ownerAndName = new RegExp(`^${part}/${part}$`);
const withGroups = new RegExp(`^${part}(/${part}){1,20}$`);

function refuseUnusable({ kind, repository, url, access }: HostSettings): void {
  if (!(kind === 'gitlab' ? withGroups : ownerAndName).test(repository) || repository.length > 300)
    throw unusable(
      `${JSON.stringify(repository.slice(0, 100))} is no repository's name there`,
      kind === 'gitlab'
        ? 'Write it with its groups: --repository GROUP/NAME'
        : 'Write it as in the address of its page: --repository OWNER/NAME',
    );
  if (url === null && kind === 'forgejo')
    throw unusable(
      'every Forgejo has its own address, and none was given',
      'Say where its API is: --url https://FORGEJO/api/v1',
    );
  if (url !== null) refuseUnusableUrl(url);
  refuseUnusableAccess(kind, access);
}

function refuseUnusableUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = url && /^https?:$/.test(url.protocol) && !url.search && !url.hash;
  if (!isPlain || url.username !== '' || url.password !== '')
    throw unusable(
      'its URL is no plain http(s) address',
      'Give the address of its API alone; what opens it goes into --token-file FILE',
    );
}

function refuseUnusableAccess(kind: HostSettings['kind'], access: HostAccess): void {
  if (access.kind === 'token') {
    if (/^[\x21-\x7e]{1,1000}$/.test(access.token)) return;
    throw unusable(
      'its token is empty, too long, or not one line of plain characters',
      'Write the token alone into the file.',
    );
  }
  if (kind !== 'github')
    throw unusable('only GitHub has apps of this kind', 'Use a token: --token-file FILE');
  if (!/^\d{1,15}$/.test(access.appId))
    throw unusable("the app's id is no number", "The id stands on the app's page: --app-id NUMBER");
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(access.privateKey))
    throw unusable(
      'the key is no private key in PEM',
      "Download one from the app's page, and give that file: --key-file FILE",
    );
}

const unusable = (why: string, fix: string): SignalboxError =>
  new SignalboxError({
    code: 'host/unusable-settings',
    what: 'The code host was not added.',
    why: `${why.charAt(0).toUpperCase()}${why.slice(1)}.`,
    fix: [fix],
  });

/** What an admin types for this app's first host, or when it has none. */
export const noHost = (app: string): SignalboxError =>
  new SignalboxError({
    code: 'host/none',
    what: `${app} has no code host.`,
    fix: [`signalbox host add ${app} github --repository OWNER/NAME --token-file FILE`],
  });

export { hostRows, type HostRow } from './host-tables.ts';
