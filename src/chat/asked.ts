import type { World } from '../environments/world.ts';
import type { App } from '../git/app.ts';
import type { Speaker } from '../people/person.ts';

/** A command of somebody who may give it, for one app. */
export interface Asked {
  world: World;
  network: string;
  /** The message's own id there. */
  message: string;
  app: App;
  speaker: Speaker;
}
