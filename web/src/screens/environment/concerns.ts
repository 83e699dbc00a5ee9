import type { LiveEvent } from '../../data/live.ts';

/** Whether an event may have changed an environment: also one that is made anew under its name, by a push to come. */
export const concerns = (
  event: Pick<LiveEvent, 'app' | 'environment' | 'kind'>,
  { app, id }: { app: string; id: string | undefined },
): boolean =>
  event.app === app && (event.environment === id || /^(environment|push)-/.test(event.kind));
