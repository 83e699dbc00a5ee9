import { changed, row, rows, sql, type Queryable } from '../db/pool.ts';
import type { Event } from '../events/event.ts';

export type DriverName = 'irc' | 'slack';

export interface NetworkRow {
  name: string;
  driver: DriverName;
  settings: Record<string, unknown>;
  /** Sealed. */
  secrets: Buffer;
  /** Another one whenever its settings change. */
  version: string;
  addedBy: string;
  addedAt: Date;
  controller: string | null;
  state: 'here' | 'away';
  trouble: string | null;
  hereUntil: Date | null;
}

const networkColumns =
  sql.raw(`n.name, n.driver, n.settings, n.secrets, n.version, n.added_by as "addedBy",
  n.added_at as "addedAt", n.controller, n.state, n.trouble, n.here_until as "hereUntil"`);

/** A controller that has not said for so long that it speaks does not speak. */
const silentAfter = sql.raw(`interval '15 seconds'`);

export const chatNetworks = {
  all: (db: Queryable) =>
    rows<NetworkRow>(db, sql`select ${networkColumns} from chat_networks n order by n.name`),
  get: (db: Queryable, name: string) =>
    row<NetworkRow>(db, sql`select ${networkColumns} from chat_networks n where n.name = ${name}`),
  /** Another driver than before is another network; false: one of this name has another driver. */
  put: async (
    db: Queryable,
    of: Pick<
      NetworkRow,
      'name' | 'driver' | 'settings' | 'secrets' | 'version' | 'addedBy' | 'addedAt'
    >,
  ): Promise<boolean> =>
    (await changed(
      db,
      sql`insert into chat_networks as n (name, driver, settings, secrets, version, added_by, added_at)
          values (${of.name}, ${of.driver}, ${JSON.stringify(of.settings)}::jsonb, ${of.secrets}, ${of.version},
            ${of.addedBy}, ${of.addedAt})
          on conflict (name) do update set settings = excluded.settings, secrets = excluded.secrets,
            version = excluded.version, added_by = excluded.added_by, added_at = excluded.added_at
          where n.driver = excluded.driver`,
    )) > 0,
  remove: async (db: Queryable, name: string): Promise<boolean> =>
    (await changed(db, sql`delete from chat_networks where name = ${name}`)) > 0,
  /** Whether this controller speaks there from now on: it does already, or whoever did is gone or silent. */
  take: async (db: Queryable, name: string, controller: string): Promise<boolean> =>
    (await changed(
      db,
      sql`update chat_networks set controller = ${controller}, seen_at = clock_timestamp()
          where name = ${name} and (controller is null or controller = ${controller}
            or coalesce(seen_at, '-infinity') < clock_timestamp() - ${silentAfter}
            or not exists (select from controllers c where c.id = chat_networks.controller))`,
    )) > 0,
  /** Another controller may speak there at once. Repeatable. */
  leave: (db: Queryable, name: string, controller: string) =>
    changed(
      db,
      sql`update chat_networks set controller = null, state = 'away', trouble = 'its controller has stopped'
          where name = ${name} and controller = ${controller}`,
    ),
  /** Nothing is written by a controller that does not speak there any more. */
  turn: (
    db: Queryable,
    name: string,
    now: { controller: string; state: 'here' | 'away'; trouble: string | null },
  ) =>
    changed(
      db,
      sql`update chat_networks set state = ${now.state}, trouble = ${now.trouble}
          where name = ${name} and controller = ${now.controller}`,
    ),
  hear: (db: Queryable, name: string, until: Date) =>
    changed(db, sql`update chat_networks set here_until = ${until} where name = ${name}`),
  mark: async (db: Queryable, name: string): Promise<string | null> =>
    (
      await row<{ mark: string | null }>(
        db,
        sql`select heard_until as mark from chat_networks where name = ${name}`,
      )
    )?.mark ?? null,
  setMark: (db: Queryable, name: string, mark: string) =>
    changed(db, sql`update chat_networks set heard_until = ${mark} where name = ${name}`),
};

export interface RoomRow {
  network: string;
  room: string;
  appId: string;
  app: string;
  saidUntil: number;
}

export const chatRooms = {
  all: (db: Queryable) =>
    rows<RoomRow>(
      db,
      sql`select r.network, r.room, r.app_id as "appId", a.name as app, r.said_until as "saidUntil"
          from chat_rooms r join apps a on a.id = r.app_id order by r.network, r.room, a.name`,
    ),
  of: (db: Queryable, network: string) =>
    rows<RoomRow>(
      db,
      sql`select r.network, r.room, r.app_id as "appId", a.name as app, r.said_until as "saidUntil"
          from chat_rooms r join apps a on a.id = r.app_id where r.network = ${network} order by r.room, a.name`,
    ),
  /** It is told of what happens from now on. Repeatable. */
  add: (db: Queryable, of: Pick<RoomRow, 'network' | 'room' | 'appId'>) =>
    changed(
      db,
      sql`insert into chat_rooms (network, room, app_id, said_until)
          select ${of.network}, ${of.room}, ${of.appId}, coalesce(max(id), 0) from events
          on conflict do nothing`,
    ),
  /** `appId: null`: with all its apps. */
  remove: (db: Queryable, of: { network: string; room: string; appId: string | null }) =>
    changed(
      db,
      sql`delete from chat_rooms where network = ${of.network} and room = ${of.room}
            and (${of.appId}::text is null or app_id = ${of.appId})`,
    ),
  saidUntil: (db: Queryable, { network, room, appId }: RoomRow, event: number) =>
    changed(
      db,
      sql`update chat_rooms set said_until = ${event}
          where network = ${network} and room = ${room} and app_id = ${appId} and said_until < ${event}`,
    ),
  /** What happened to its app since, oldest first, at most 200. */
  news: (db: Queryable, { app, saidUntil }: RoomRow, until: number) =>
    rows<Event>(
      db,
      sql`select id, at, kind, app, environment, push, text, data from events
          where id > ${saidUntil} and id <= ${until} and app = ${app} order by id limit 200`,
    ),
};

export interface CommandRow {
  id: number;
  network: string;
  message: string;
  room: string | null;
  account: string | null;
  nick: string;
  text: string;
  begunAt: Date | null;
  answer: string[] | null;
}

const commandColumns = sql.raw(
  `id, network, message, room, account, nick, text, begun_at as "begunAt", answer`,
);

export const chatCommands = {
  /** false: it was heard before. */
  hear: async (
    tx: Queryable,
    of: Omit<CommandRow, 'id' | 'begunAt' | 'answer'> & { at: Date },
  ): Promise<boolean> =>
    (await changed(
      tx,
      sql`insert into chat_commands (network, message, room, account, nick, text, heard_at)
          values (${of.network}, ${of.message}, ${of.room}, ${of.account}, ${of.nick}, ${of.text}, ${of.at})
          on conflict (network, message) do nothing`,
    )) > 0,
  /** The oldest one without an answer; null, too, for a controller that does not speak there any more. */
  /** The oldest that is still to be obeyed, or whose answer is still to be said. */
  next: (db: Queryable, network: string, of: { controller: string; isObeyed: boolean }) =>
    row<CommandRow>(
      db,
      sql`select ${commandColumns} from chat_commands
          where network = ${network} and answered_at is null and (answer is not null) = ${of.isObeyed} and exists (
              select from chat_networks n where n.name = ${network} and n.controller = ${of.controller})
          order by id limit 1`,
    ),
  begin: (db: Queryable, id: number, of: { word: string; by: string; at: Date }) =>
    changed(
      db,
      sql`update chat_commands set begun_at = ${of.at}, word = ${of.word}, by = ${of.by},
            begun_event = (select coalesce(max(id), 0) from events)
          where id = ${id}`,
    ),
  obeyed: (db: Queryable, id: number, answer: readonly string[]) =>
    changed(
      db,
      sql`update chat_commands set answer = ${JSON.stringify(answer)}::jsonb,
            done_event = (select coalesce(max(id), 0) from events)
          where id = ${id}`,
    ),
  answered: (db: Queryable, id: number, at: Date) =>
    changed(db, sql`update chat_commands set answered_at = ${at} where id = ${id}`),
  /** Whether such a command of this person brought the event about, and is answered in this very room. */
  explains: async (
    db: Queryable,
    of: { network: string; room: string; words: readonly string[]; by: string; event: number },
  ): Promise<boolean> =>
    (await row(
      db,
      sql`select from chat_commands
          where network = ${of.network} and room = ${of.room} and by = ${of.by} and word = any(${[...of.words]})
            and begun_event < ${of.event} and (done_event is null or done_event >= ${of.event}) limit 1`,
    )) !== null,
  /** What an account was called when it said something last. */
  nickOf: async (db: Queryable, network: string, account: string): Promise<string | null> =>
    (
      await row<{ nick: string }>(
        db,
        sql`select nick from chat_commands
            where network = ${network} and account = ${account} order by id desc limit 1`,
      )
    )?.nick ?? null,
  forget: (db: Queryable, before: Date) =>
    changed(db, sql`delete from chat_commands where answered_at < ${before}`),
};

export interface CardRow {
  key: string;
  message: string | null;
  shown: string;
  decided: boolean;
  appId: string;
  train: number;
}

export const chatCards = {
  of: (db: Queryable, network: string, room: string) =>
    rows<CardRow>(
      db,
      sql`select key, message, shown, decided, app_id as "appId", train from chat_cards
          where network = ${network} and room = ${room} order by app_id, train`,
    ),
  put: (db: Queryable, of: CardRow & { network: string; room: string }) =>
    changed(
      db,
      sql`insert into chat_cards (network, room, key, message, shown, decided, app_id, train)
          values (${of.network}, ${of.room}, ${of.key}, ${of.message}, ${of.shown}, ${of.decided}, ${of.appId},
            ${of.train})
          on conflict (network, room, key) do update set message = excluded.message, shown = excluded.shown,
            decided = excluded.decided`,
    ),
};

export interface WishedLine {
  id: number;
  room: string;
  text: string;
  by: string;
}

export const chatLines = {
  add: (db: Queryable, of: Omit<WishedLine, 'id'> & { network: string; at: Date }) =>
    changed(
      db,
      sql`insert into chat_lines (network, room, text, by, at)
          values (${of.network}, ${of.room}, ${of.text}, ${of.by}, ${of.at})`,
    ),
  of: (db: Queryable, network: string) =>
    rows<WishedLine>(
      db,
      sql`select id, room, text, by from chat_lines where network = ${network} order by id limit 50`,
    ),
  remove: (db: Queryable, id: number) => changed(db, sql`delete from chat_lines where id = ${id}`),
};

/** As the API's audit has it: a change is written down before it is made. */
export const chatAudit = {
  begin: async (
    db: Queryable,
    of: { actor: string; action: string; subject: string; details: object },
  ): Promise<number> =>
    (
      await row<{ id: number }>(
        db,
        sql`insert into audit (actor, action, subject, details)
            values (${of.actor}, ${of.action}, ${of.subject},
              ${JSON.stringify({ ...of.details, outcome: 'begun' })}::jsonb)
            returning id`,
      )
    )?.id ?? 0,
  end: (db: Queryable, id: number, outcome: string) =>
    changed(
      db,
      sql`update audit set details = details || jsonb_build_object('outcome', ${outcome}::text) where id = ${id}`,
    ),
};
