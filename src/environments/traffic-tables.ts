import { changed, row, rows, sql, type Queryable } from '../db/pool.ts';
import { bucketsEnd } from './bucket-bytes.ts';

/** How far the gateway's ticks were read. */
export interface TrafficCursor {
  gateway: string | null;
  number: number | null;
  lost: number;
  lostAt: Date | null;
}

export interface TrafficLine {
  environment: string;
  service: string;
  version: string;
  instance: string;
  host: string;
  path: string;
}

/** The counts of one line, from `at` on for so many seconds. */
export interface TrafficRow {
  line: number;
  seconds: number;
  at: Date;
  requests: number;
  success: number;
  redirect: number;
  clientError: number;
  serverError: number;
  refused: number;
  aborted: number;
  failed: number;
  retried: number;
  bad: number;
  badUsers: number;
  newcomers: number;
  bytesIn: number;
  bytesOut: number;
  firstByte: Buffer;
  total: Buffer;
}

/** Sums of a line over one step of a chart. */
export type TrafficStep = Omit<TrafficRow, 'seconds' | 'firstByte' | 'total'> & {
  /** Of all rows, see bucket-bytes.ts. */
  firstBytes: Buffer;
  totals: Buffer;
};

/** In this order everywhere below. */
const counted = [
  ['requests', 'requests'],
  ['success', 'success'],
  ['redirect', 'redirect'],
  ['client_error', 'clientError'],
  ['server_error', 'serverError'],
  ['refused', 'refused'],
  ['aborted', 'aborted'],
  ['failed', 'failed'],
  ['retried', 'retried'],
  ['bad', 'bad'],
  ['bad_users', 'badUsers'],
  ['newcomers', 'newcomers'],
  ['bytes_in', 'bytesIn'],
  ['bytes_out', 'bytesOut'],
] as const;

const insertColumns = sql.raw(
  `line, seconds, at, ${counted.map(([column]) => column).join(', ')}, first_byte, total`,
);
const readColumns = sql.raw(
  `line, seconds, at, ${counted.map(([column, name]) => `${column} as "${name}"`).join(', ')},
   first_byte as "firstByte", total`,
);
const sumColumns = sql.raw(
  counted.map(([column, name]) => `sum(${column})::bigint as "${name}"`).join(', '),
);
const parameterTypes = ['int', 'smallint', 'timestamptz']
  .concat(counted.map(([column]) => (column.startsWith('bytes') ? 'bigint' : 'int')))
  .concat('bytea', 'bytea');

const cursorColumns = sql.raw('gateway, number, lost, lost_at as "lostAt"');
const start: TrafficCursor = { gateway: null, number: null, lost: 0, lostAt: null };

export const traffic = {
  cursor: async (db: Queryable): Promise<TrafficCursor> =>
    (await row<TrafficCursor>(db, sql`select ${cursorColumns} from traffic_cursor`)) ?? start,

  /** Until the transaction ends nobody else records. */
  lockCursor: async (tx: Queryable): Promise<TrafficCursor> =>
    (await row<TrafficCursor>(tx, sql`select ${cursorColumns} from traffic_cursor for update`)) ??
    start,

  moveCursor: async (
    tx: Queryable,
    to: { gateway: string; number: number | null; lost: number },
  ): Promise<void> => {
    await sql`update traffic_cursor set gateway = ${to.gateway}, number = ${to.number},
      lost = lost + ${to.lost}, lost_at = case when ${to.lost > 0} then now() else lost_at end`.execute(
      tx,
    );
    await sql`insert into traffic_read (gateway, number) values (${to.gateway}, ${to.number})
      on conflict (gateway) do update set number = excluded.number`.execute(tx);
  },

  /** The last number that was read of a gateway. */
  lastRead: async (db: Queryable, gateway: string): Promise<number | null> =>
    (
      await row<{ number: number | null }>(
        db,
        sql`select number from traffic_read where gateway = ${gateway}`,
      )
    )?.number ?? null,

  /** The id of each line, in their order; made where there is none. */
  lineIds: async (tx: Queryable, lines: readonly TrafficLine[]): Promise<number[]> => {
    const column = (name: keyof TrafficLine): string[] => lines.map((line) => line[name]);
    const given = sql`unnest(${column('environment')}::text[], ${column('service')}::text[],
      ${column('version')}::text[], ${column('instance')}::text[], ${column('host')}::text[],
      ${column('path')}::text[])`;
    await sql`insert into traffic_lines (environment, service, version, instance, host, path)
      select * from ${given} on conflict do nothing`.execute(tx);
    const found = await rows<{ id: number }>(
      tx,
      sql`select l.id from ${given} with ordinality as g (environment, service, version, instance, host, path, place)
          join traffic_lines l using (environment, service, version, instance, host, path) order by place`,
    );
    return found.map(({ id }) => id);
  },

  add: async (tx: Queryable, added: readonly TrafficRow[]): Promise<void> => {
    if (added.length === 0) return;
    const names = ['line', 'seconds', 'at', ...counted.map(([, name]) => name)] as const;
    const columns = [...names, 'firstByte', 'total'] as const;
    const arrays = columns.map(
      (name, index) =>
        sql`${added.map((each) => each[name])}::${sql.raw(parameterTypes[index] ?? '')}[]`,
    );
    await sql`insert into traffic (${insertColumns}) select * from unnest(${sql.join(arrays)})`.execute(
      tx,
    );
  },

  /** Whole minutes that still are in seconds, oldest first. */
  minutesInSeconds: (db: Queryable, before: Date, limit: number) =>
    rows<{ at: Date }>(
      db,
      sql`select distinct date_trunc('minute', at, 'UTC') as at from traffic
          where seconds = 1 and at < ${before} order by at limit ${limit}`,
    ),

  /** Removes them and gives them back. */
  takeMinute: (tx: Queryable, at: Date) =>
    rows<TrafficRow>(
      tx,
      sql`delete from traffic where seconds = 1 and at >= ${at} and at < ${at}::timestamptz + interval '1 minute'
          returning ${readColumns}`,
    ),

  forgetBefore: (db: Queryable, before: Date) =>
    changed(db, sql`delete from traffic where seconds = 60 and at < ${before}`),

  forgetEmptyLines: (db: Queryable) =>
    changed(
      db,
      sql`delete from traffic_lines l where not exists (select from traffic where line = l.id)`,
    ),

  linesOf: (db: Queryable, environmentId: string) =>
    rows<TrafficLine & { id: number; commit: string | null }>(
      db,
      sql`select l.id, l.environment, l.service, l.version, l.instance, l.host, l.path, d.commit
          from traffic_lines l left join deploys d on d.id = l.version
          where l.environment = ${environmentId} order by l.service, d.number desc nulls last, l.version, l.instance`,
    ),

  /** Line by line, oldest first: what one environment's services of this name were asked in whole seconds (or minutes). */
  between: (
    db: Queryable,
    of: { environment: string; service: string; from: Date; before: Date },
  ) =>
    rows<{
      at: Date;
      version: string;
      instance: string;
      answered: number;
      bad: number;
      badUsers: number;
      newcomers: number;
      firstByte: Buffer;
    }>(
      db,
      sql`select t.at, l.version, l.instance,
            t.success + t.redirect + t.client_error + t.server_error as answered, t.bad, t.bad_users as "badUsers", t.newcomers,
            t.first_byte as "firstByte"
          from traffic t join traffic_lines l on l.id = t.line
          where l.environment = ${of.environment} and l.service = ${of.service} and l.version <> ''
            and t.at >= ${of.from} and t.at < ${of.before}
          order by t.at, l.version, l.instance`,
    ),

  /** When each instance of a version was first asked anything, of what is kept. */
  firstAsked: (db: Queryable, of: { environment: string; service: string; version: string }) =>
    rows<{ instance: string; at: Date }>(
      db,
      sql`select l.instance, min(t.at) as at from traffic t join traffic_lines l on l.id = t.line
          where l.environment = ${of.environment} and l.service = ${of.service} and l.version = ${of.version}
            and t.requests > 0
          group by l.instance`,
    ),

  steps: (db: Queryable, of: { lines: number[]; from: Date; to: Date; stepSeconds: number }) =>
    rows<TrafficStep>(
      db,
      sql`select line, date_bin(make_interval(secs => ${of.stepSeconds}), at, timestamptz 'epoch') as at,
            ${sumColumns}, string_agg(first_byte, ${bucketsEnd}::bytea) as "firstBytes",
            string_agg(total, ${bucketsEnd}::bytea) as totals
          from traffic where line = any(${of.lines}) and at >= ${of.from} and at < ${of.to}
          group by 1, 2 order by 2, 1`,
    ),
};
