import type { LiveEvent } from '../../data/live.ts';

/** Whether an event may have changed an environment. That it lives, and how a push ended, is said of its app alone. */
export const concerns = (
  event: Pick<LiveEvent, 'app' | 'environment' | 'kind'>,
  { app, id }: { app: string; id: string | undefined },
): boolean =>
  event.app === app && (event.environment === id || /^(environment|push)-/.test(event.kind));
