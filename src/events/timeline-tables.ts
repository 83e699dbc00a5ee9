import { rows, sql, type Queryable } from '../db/pool.ts';
import { eventKindsOf, knownEventKinds } from './timeline-kind-of.ts';
import type { TimelineKind } from '../kernel/timeline-kind.ts';
import type { Event } from './event.ts';

/** An event for people who look back. */
export interface ListedEvent extends Omit<Event, 'push' | 'data'> {
  environmentName: string | null;
  by: string | null;
}

export interface EventPage {
  /** Events with a smaller id. */
  before: number;
  app: { id: string; name: string } | null;
  /** Ids; null: of all, and what is about none. */
  environments: readonly string[] | null;
  /** null: all. */
  kinds: readonly TimelineKind[] | null;
  /** What the sentence contains, in whatever case. */
  text: string | null;
  limit: number;
}

/** A log's end says what a log says, and nothing happened with it. */
const isTold = sql`kind <> 'log-tail'`;

/**
 * Newest first. Ids become visible in their order (see publish.ts): a page below an id neither misses nor repeats what
 * was there.
 */
export const pageOfEvents = (db: Queryable, of: EventPage): Promise<ListedEvent[]> =>
  rows<ListedEvent>(
    db,
    sql`select e.id, e.at, e.kind, coalesce(e.app, a.name) as app, e.environment, v.name as "environmentName",
          case when jsonb_typeof(e.data -> 'by') = 'string' then e.data ->> 'by' end as by, e.text
        from (${wanted(of)}) e
          left join environments v on v.id = e.environment
          left join apps a on a.id = v.app_id
        order by e.id desc limit ${of.limit}`,
  );

type Condition = ReturnType<typeof isOfKinds>;

/** What older controllers published about an environment may not say whose it is; each half finds its own by an index. */
function wanted(of: EventPage): Condition {
  const { app, environments } = of;
  if (environments !== null)
    return newest(of, sql`environment = any(${[...environments]}::text[])`);
  if (app === null) return newest(of, sql`true`);
  const theirs = sql`environment in (select id from environments where app_id = ${app.id})`;
  const named = newest(of, sql`app = ${app.name}`);
  return sql`(${named}) union all (${newest(of, sql`app is null and ${theirs}`)})`;
}

const newest = ({ before, kinds, text, limit }: EventPage, whose: Condition): Condition => sql`
  select * from events
  where ${whose} and id < ${before} and ${isTold} and ${kinds === null ? sql`true` : isOfKinds(kinds)}
    and ${text === null ? sql`true` : containing(text)}
  order by id desc limit ${limit}`;

/** Letters of plain English are compared as such: that is many times quicker. */
function containing(text: string) {
  const isPlain = /^[ -~]+$/.test(text);
  return isPlain
    ? sql`strpos(lower(text collate "C"), lower(${text}::text collate "C")) > 0`
    : sql`strpos(lower(text), lower(${text}::text)) > 0`;
}

function isOfKinds(wantedKinds: readonly TimelineKind[]) {
  const { kinds, others } = eventKindsOf(wantedKinds);
  const isListed = sql`kind = any(${kinds}::text[])`;
  return others ? sql`(${isListed} or kind <> all(${knownEventKinds()}::text[]))` : isListed;
}
