import type { Waiting } from '../choose/chooser.ts';
import { aborted } from './account.ts';
import { expireWaiting, type Waits } from './answer-itself.ts';
import type { ForwardContext } from './forward-context.ts';

/** A request that waits for a pause to end. */
export class PauseStay {
  readonly #context: ForwardContext;
  readonly #waits: Waits & { place: Waiting };

  constructor(context: ForwardContext, waits: Waits & { place: Waiting }) {
    this.#context = context;
    this.#waits = waits;
  }

  /** False: there is no room for what comes after this. */
  add(bytes: number): boolean {
    return this.#waits.place.more(bytes);
  }

  /** It goes on, and will be noted once more when it is received again. */
  release(): void {
    const { route } = this.#waits.visit;
    if (route !== null) route.activity.open -= 1;
  }

  /** What the client gets instead of an answer. */
  expire(): Buffer {
    return expireWaiting(this.#context, this.#waits);
  }

  /** The client left. */
  leave(): void {
    this.#waits.place.leave();
    aborted(this.#context, this.#waits.visit);
  }
}
