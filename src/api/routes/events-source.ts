import type { Subscriptions } from '../../events/subscribe.ts';

/** Where streams take events from. */
export interface Events {
  subscriptions: Subscriptions;
}
