import { changed, sql, type Queryable } from '../db/pool.ts';

/** What one line of traffic adds to its environment. */
export interface LatelyCount {
  environment: string;
  at: Date;
  requests: number;
  bad: number;
}

/** Sums by environment and minute of what is in `traffic`; whoever adds there adds here, in one transaction. */
export const lately = {
  /** Not repeatable; whoever adds holds the lock of the cursor, so that two never wait for each other. */
  add: async (tx: Queryable, counts: readonly LatelyCount[]): Promise<void> => {
    // What belongs to no route is nobody's.
    const added = counts.filter(({ environment }) => environment !== '');
    if (added.length === 0) return;
    await sql`
      insert into traffic_lately (minute, environment, requests, bad)
      select date_trunc('minute', at, 'UTC'), environment, sum(requests), sum(bad)
      from unnest(${added.map(({ at }) => at)}::timestamptz[], ${added.map(({ environment }) => environment)}::text[],
        ${added.map(({ requests }) => requests)}::bigint[], ${added.map(({ bad }) => bad)}::bigint[])
        as counted (at, environment, requests, bad)
      group by 1, 2
      on conflict (minute, environment) do update
        set requests = traffic_lately.requests + excluded.requests, bad = traffic_lately.bad + excluded.bad`.execute(
      tx,
    );
  },

  forgetBefore: (db: Queryable, before: Date) =>
    changed(db, sql`delete from traffic_lately where minute < ${before}`),
};
