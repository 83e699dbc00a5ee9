import type { Options } from '../options.ts';
import type { Scene } from '../scene.ts';

/** What only ours is asked. */
export interface OwnCase {
  name: string;
  run(order: OwnOrder): Promise<OwnResult>;
}

export interface OwnOrder {
  scene: Scene;
  options: Options;
}

export interface OwnResult {
  /** For people. */
  text: string;
  /** For the file. */
  figures: unknown;
}
