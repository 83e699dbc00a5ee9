import { sql, type Queryable } from '../db/pool.ts';
import type { NewEvent } from './event.ts';

/** Channel on which PostgreSQL tells every controller that events were committed. */
export const eventsChannel = 'signalbox_events';

/** Recorded when it resolves, seen by onlookers once the surrounding transaction commits. */
export async function publish(on: Queryable, event: NewEvent): Promise<void> {
  // Ids must become visible in their order, or a reader that continues after id n misses n - 1. The lock
  // ends with the transaction. One statement, so that it holds outside of a transaction too.
  await sql`
    with turn as materialized (select pg_advisory_xact_lock(hashtext('signalbox.events'))),
    added as (
      insert into events (kind, app, environment, push, text, data)
      select ${event.kind}, ${event.app ?? null}, ${event.environment ?? null}, ${event.push ?? null},
             ${event.text}, ${JSON.stringify(event.data ?? {})}::jsonb
      from turn returning id)
    select pg_notify(${eventsChannel}, id::text) from added`.execute(on);
}
