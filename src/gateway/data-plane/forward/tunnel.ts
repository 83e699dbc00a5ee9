import type { Asker } from './asker.ts';
import type { Exchange } from './exchange.ts';
import type { HeldBytes } from './held-bytes.ts';

/** An upgraded connection: bytes go both ways, and each side may end before the other. */
export class Tunnel {
  readonly #exchange: Exchange;
  readonly #client: Asker;
  #clientHasEnded = false;
  #instanceHasEnded = false;

  constructor(exchange: Exchange, client: Asker) {
    this.#exchange = exchange;
    this.#client = client;
  }

  /** One side has said everything. */
  get isHalfOpen(): boolean {
    return this.#clientHasEnded || this.#instanceHasEnded;
  }

  /** What the client sent before the instance had agreed. False: no more for now. */
  sendHeld(held: HeldBytes): boolean {
    const canGoOn = held.length === 0 || this.send(held.bytes, held.from, held.to);
    held.clear();
    return canGoOn;
  }

  /** False: no more before the instance wants it. */
  send(bytes: Buffer, from: number, to: number): boolean {
    return this.#exchange.sendRaw(bytes, from, to);
  }

  clientEnded(): void {
    if (this.#clientHasEnded) return;
    this.#clientHasEnded = true;
    this.#exchange.endRaw();
    this.#conclude();
  }

  instanceEnded(): void {
    this.#instanceHasEnded = true;
    this.#client.output.end();
    this.#conclude();
  }

  #conclude(): void {
    if (this.#clientHasEnded && this.#instanceHasEnded) this.#exchange.tunnelEnded();
  }
}
