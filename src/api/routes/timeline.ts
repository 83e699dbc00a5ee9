import type { Handlers } from '../handlers.ts';
import { listTimeline } from '../list-timeline.ts';
import type { ApiWorld } from './api-world.ts';

const usualLimit = 100;
const mostListed = 500;

export function timelineHandlers({ db }: ApiWorld): Pick<Handlers, 'listTimeline'> {
  return {
    listTimeline: ({ limit = usualLimit, ...wish }, { actor }) =>
      listTimeline(db, {
        ...wish,
        limit: Math.max(1, Math.min(limit, mostListed)),
        withAudit: actor.role === 'admin',
      }),
  };
}
