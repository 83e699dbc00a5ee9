import { changed, row, rows, sql, type Queryable } from '../db/pool.ts';
import type { ChangeRequest, CodeHost } from './host.ts';
import type { HostMessage } from './host-message.ts';

/** How an app's hosting service is reached, and how that goes. */
export interface HostRow {
  appId: string;
  kind: CodeHost['kind'];
  repository: string;
  /** Of its API; null: the service's own. */
  url: string | null;
  /** Of the GitHub app that is us there; null: we have a token. */
  appNumber: string | null;
  /** Sealed: the token or the app's key. */
  secret: Buffer;
  /** Sealed. */
  webhookSecret: Buffer;
  version: string;
  addedBy: string;
  addedAt: Date;
  askedAt: Date | null;
  heardAt: Date | null;
  trouble: string | null;
  failures: number;
  quietUntil: Date | null;
}

export type NewHost = Pick<
  HostRow,
  | 'appId'
  | 'kind'
  | 'repository'
  | 'url'
  | 'appNumber'
  | 'secret'
  | 'webhookSecret'
  | 'version'
  | 'addedBy'
>;

const columns =
  sql.raw(`h.app_id as "appId", h.kind, h.repository, h.url, h.app_number as "appNumber",
  h.secret, h.webhook_secret as "webhookSecret", h.version, h.added_by as "addedBy", h.added_at as "addedAt",
  h.asked_at as "askedAt", h.heard_at as "heardAt", h.trouble, h.failures, h.quiet_until as "quietUntil"`);

export const hostRows = {
  get: (db: Queryable, appId: string) =>
    row<HostRow>(db, sql`select ${columns} from code_hosts h where h.app_id = ${appId}`),
  /** Of apps that are not on their way out. */
  all: (db: Queryable) =>
    rows<HostRow>(
      db,
      sql`select ${columns} from code_hosts h join apps a on a.id = h.app_id
          where a.removed_at is null order by a.name`,
    ),
  put: (db: Queryable, host: NewHost) =>
    changed(
      db,
      sql`insert into code_hosts (app_id, kind, repository, url, app_number, secret, webhook_secret, version, added_by)
          values (${host.appId}, ${host.kind}, ${host.repository}, ${host.url}, ${host.appNumber}, ${host.secret},
            ${host.webhookSecret}, ${host.version}, ${host.addedBy})
          on conflict (app_id) do update set kind = excluded.kind, repository = excluded.repository,
            url = excluded.url, app_number = excluded.app_number, secret = excluded.secret,
            webhook_secret = excluded.webhook_secret, version = excluded.version, added_by = excluded.added_by,
            trouble = null, failures = 0, quiet_until = null`,
    ),
  remove: (db: Queryable, appId: string) =>
    changed(db, sql`delete from code_hosts where app_id = ${appId}`),
  /** Another repository knows nothing of what this one was told. */
  forget: async (db: Queryable, appId: string): Promise<void> => {
    await changed(
      db,
      sql`update code_hosts set looked_until = now() - interval '2 days', asked_at = null, heard_at = null
          where app_id = ${appId}`,
    );
    await changed(db, sql`delete from host_messages where app_id = ${appId}`);
    await changed(db, sql`delete from host_requests where app_id = ${appId}`);
  },
  heard: (db: Queryable, appId: string, at: Date) =>
    changed(db, sql`update code_hosts set heard_at = ${at} where app_id = ${appId}`),
  asked: (db: Queryable, appId: string, at: Date) =>
    changed(db, sql`update code_hosts set asked_at = ${at} where app_id = ${appId}`),
  /** It answers. */
  fine: (db: Queryable, appId: string) =>
    changed(
      db,
      sql`update code_hosts set trouble = null, failures = 0, quiet_until = null
          where app_id = ${appId} and (failures > 0 or trouble is not null or quiet_until is not null)`,
    ),
  troubled: (db: Queryable, appId: string, { trouble, until }: { trouble: string; until: Date }) =>
    changed(
      db,
      sql`update code_hosts set trouble = ${trouble}, failures = failures + 1, quiet_until = ${until}
          where app_id = ${appId}`,
    ),
};

export interface OpenMessage {
  appId: string;
  key: string;
  payload: HostMessage;
  tries: number;
}

export interface Note {
  key: string;
  payload: HostMessage;
  /** It takes something back: not worth a word where nothing was said. */
  onlyIfKnown: boolean;
}

export const hostMessages = {
  /** What the host has to know from now on; what it knows already is not told again. */
  put: (db: Queryable, appId: string, notes: readonly Note[], now: Date) =>
    changed(
      db,
      sql`insert into host_messages as known (app_id, key, payload, changed_at, due_at)
          select ${appId}, note ->> 'key', note -> 'payload', ${now}::timestamptz, ${now}::timestamptz
          from jsonb_array_elements(${JSON.stringify(notes)}::jsonb) note
          where not (note ->> 'onlyIfKnown')::boolean or exists (
            select from host_messages there where there.app_id = ${appId} and there.key = note ->> 'key')
          on conflict (app_id, key) do update set payload = excluded.payload, changed_at = excluded.changed_at,
            due_at = excluded.due_at, tries = 0, trouble = null, done_at = null
          where known.payload is distinct from excluded.payload`,
    ),
  /** Keys of what is due, first the longest due. */
  due: (db: Queryable, appId: string, { now, limit }: { now: Date; limit: number }) =>
    rows<{ key: string }>(
      db,
      sql`select key from host_messages where app_id = ${appId} and done_at is null and due_at <= ${now}
          order by due_at, key limit ${limit}`,
    ),
  /** As it is now: it may have become another, or be told, since somebody asked what is due. */
  open: (db: Queryable, appId: string, key: string) =>
    row<OpenMessage>(
      db,
      sql`select app_id as "appId", key, payload, tries from host_messages
          where app_id = ${appId} and key = ${key} and done_at is null`,
    ),
  /** The host has it. What became news meanwhile stays to be told. */
  told: (db: Queryable, { appId, key, payload }: OpenMessage, now: Date) =>
    changed(
      db,
      sql`update host_messages set told = ${JSON.stringify(payload)}::jsonb, tries = 0, trouble = null,
            done_at = case when payload = ${JSON.stringify(payload)}::jsonb then ${now}::timestamptz end
          where app_id = ${appId} and key = ${key}`,
    ),
  /** due: null: nobody tries again. */
  failed: (
    db: Queryable,
    { appId, key, payload }: OpenMessage,
    { trouble, due, now }: { trouble: string; due: Date | null; now: Date },
  ) =>
    changed(
      db,
      sql`update host_messages set tries = tries + 1, trouble = ${trouble}, due_at = coalesce(${due}::timestamptz, due_at),
            done_at = case when ${due}::timestamptz is null then ${now}::timestamptz end
          where app_id = ${appId} and key = ${key} and payload = ${JSON.stringify(payload)}::jsonb`,
    ),
  counts: async (
    db: Queryable,
    appId: string,
  ): Promise<{ waiting: number; trouble: string | null }> =>
    (await row(
      db,
      sql`select count(*) filter (where done_at is null)::integer as waiting,
            (array_agg(trouble order by changed_at desc) filter (where trouble is not null))[1] as trouble
          from host_messages where app_id = ${appId}`,
    )) ?? { waiting: 0, trouble: null },
  forget: (db: Queryable, changedBefore: Date) =>
    changed(db, sql`delete from host_messages where changed_at < ${changedBefore}`),
};

export interface KnownRequest extends ChangeRequest {
  appId: string;
  closedAt: Date | null;
  previewAskedAt: Date | null;
}

const requestColumns = sql.raw(`r.app_id as "appId", r.number, r.title, r.branch, r.commit,
  r.from_fork as "fromFork", r.url, r.closed_at as "closedAt", r.preview_asked_at as "previewAskedAt"`);

export const hostRequests = {
  open: (db: Queryable, appId: string) =>
    rows<KnownRequest>(
      db,
      sql`select ${requestColumns} from host_requests r
          where r.app_id = ${appId} and r.closed_at is null order by r.number`,
    ),
  /** The newest open one of a branch of ours; null: none. */
  ofBranch: (db: Queryable, appId: string, branch: string) =>
    row<KnownRequest>(
      db,
      sql`select ${requestColumns} from host_requests r where r.app_id = ${appId} and r.branch = ${branch}
            and not r.from_fork and r.closed_at is null order by r.number desc limit 1`,
    ),
  /** The last of a branch to be closed after that; null: none, or one is open. */
  closedSince: (db: Queryable, appId: string, { branch, since }: { branch: string; since: Date }) =>
    row<KnownRequest>(
      db,
      sql`select ${requestColumns} from host_requests r where r.app_id = ${appId} and r.branch = ${branch}
            and not r.from_fork and r.closed_at > ${since}
            and not exists (select from host_requests o where o.app_id = r.app_id and o.branch = r.branch
              and not o.from_fork and o.closed_at is null)
          order by r.closed_at desc limit 1`,
    ),
  /** Those that are open there; one that was closed is opened again. */
  see: (db: Queryable, appId: string, open: readonly ChangeRequest[], now: Date) =>
    changed(
      db,
      sql`insert into host_requests as known (app_id, number, title, branch, commit, from_fork, url, seen_at)
          select ${appId}, number, title, branch, commit, "fromFork", url, ${now}::timestamptz
          from jsonb_to_recordset(${JSON.stringify(open)}::jsonb)
            as r(number integer, title text, branch text, commit text, "fromFork" boolean, url text)
          on conflict (app_id, number) do update set title = excluded.title, branch = excluded.branch,
            commit = excluded.commit, from_fork = excluded.from_fork, url = excluded.url, missing_at = null,
            closed_at = null,
            seen_at = case when known.closed_at is null then known.seen_at else excluded.seen_at end,
            preview_asked_at = case when known.closed_at is null then known.preview_asked_at end`,
    ),
  /** Those that stand in no list: closed when they did not stand in one before `missingBefore` either. */
  miss: async (
    db: Queryable,
    appId: string,
    { open, now, missingBefore }: { open: readonly number[]; now: Date; missingBefore: Date },
  ): Promise<void> => {
    await changed(
      db,
      sql`update host_requests set closed_at = ${now} where app_id = ${appId} and closed_at is null
            and missing_at <= ${missingBefore} and not number = any(${[...open]}::integer[])`,
    );
    await changed(
      db,
      sql`update host_requests set missing_at = ${now} where app_id = ${appId} and closed_at is null
            and missing_at is null and not number = any(${[...open]}::integer[])`,
    );
  },
  previewAsked: (db: Queryable, { appId, number }: KnownRequest, now: Date) =>
    changed(
      db,
      sql`update host_requests set preview_asked_at = ${now} where app_id = ${appId} and number = ${number}`,
    ),
};
