import type { Entrance } from './reach.ts';

/** What whoever asks over the network has to know. */
export interface Asking {
  entrance: Entrance | undefined;
  /** PEM: authorities to trust besides those of the machine. */
  authorities: readonly string[];
  /** Aborted when the time of this try is over. */
  signal: AbortSignal;
}
