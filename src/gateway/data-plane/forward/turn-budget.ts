import { shortPieceBytes } from './piece.ts';

/** What one message may move in one turn of the event loop: several reads, and well under a millisecond. */
const bytesPerTurn = 262_144;

let turn = 0;
let isTurning = false;

/**
 * Node reads a socket for as long as it brings something before it looks at the next one, so a fast download
 * would make all others wait. Who has spent its budget lets them go first.
 */
export class TurnBudget {
  #turn = -1;
  #left = 0;

  /** False: enough for this turn; go on in a `setImmediate`. */
  spend(bytes: number): boolean {
    if (bytes <= shortPieceBytes) return true;
    if (this.#turn !== turn) {
      this.#turn = turn;
      this.#left = bytesPerTurn;
      if (!isTurning) setImmediate(nextTurn);
      isTurning = true;
    }
    this.#left -= bytes;
    return this.#left > 0;
  }
}

function nextTurn(): void {
  turn += 1;
  isTurning = false;
}
