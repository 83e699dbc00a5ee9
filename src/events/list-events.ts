import type { Queryable } from '../db/pool.ts';
import type { TimelineKind } from '../kernel/timeline-kind.ts';
import { timelineKindOf } from './timeline-kind-of.ts';
import { pageOfEvents, type EventPage, type ListedEvent } from './timeline-tables.ts';

/** Newest first, as long as they are kept. Reads only. */
export async function listEvents(
  db: Queryable,
  page: EventPage,
): Promise<(ListedEvent & { about: TimelineKind })[]> {
  const found = await pageOfEvents(db, page);
  return found.map((event) => ({ ...event, about: timelineKindOf(event.kind) }));
}

export type { EventPage, ListedEvent } from './timeline-tables.ts';
