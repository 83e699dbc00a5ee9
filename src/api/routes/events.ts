import { latestEvent } from '../../events/latest-event.ts';
import type { Handlers } from '../handlers.ts';
import type { ApiWorld } from './api-world.ts';

export function eventHandlers({ db, subscriptions }: ApiWorld): Pick<Handlers, 'followEvents'> {
  return {
    /** What was before is told only to whoever says what they have seen. */
    async followEvents(filter, { after, signal }) {
      return subscriptions.events(after ?? (await latestEvent(db)), filter, signal);
    },
  };
}
