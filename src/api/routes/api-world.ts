import type { World } from '../../environments/world.ts';
import type { Events } from './events-source.ts';

/** What the handlers behind the API need. */
export interface ApiWorld extends World, Events {
  version: string;
  /** What all controllers share on disk; uploads wait in its `tmp`. */
  files: string;
  /** Where clients reach this controller, without a slash at the end; known once it listens. */
  address(): string;
}
