/**
 * Proof of holding a lock at the time a command was given. A runtime or gateway remembers the highest
 * epoch it has seen of a scope and refuses lower ones, so a controller that was paused while another
 * took over can change nothing when it wakes.
 */
export interface Fence {
  /** What the lock guards: an environment's id. */
  scope: string;
  /** Grows by one each time the lock is granted. */
  epoch: number;
}
