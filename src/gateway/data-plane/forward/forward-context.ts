import type { Chooser } from '../choose/chooser.ts';
import type { AccessLog } from '../count/access-log.ts';
import type { Deadlines } from './deadlines.ts';
import type { ForwardLimits } from './limits.ts';
import type { WorkBook } from './open-work.ts';
import type { ShadowStarter } from './shadow-copy.ts';

/** What everything in one worker's front door shares. */
export interface ForwardContext {
  readonly chooser: Chooser;
  readonly limits: Readonly<ForwardLimits>;
  readonly deadlines: Deadlines;
  readonly work: WorkBook;
  readonly log: AccessLog | null;
  readonly shadow: ShadowStarter | null;
  /** Answers end their connections from now on. */
  isRetiring: boolean;
}
