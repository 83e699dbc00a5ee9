import { refuseGarbage } from './answer-itself.ts';
import type { ByteStream, Peer, StreamListener } from './byte-stream.ts';
import { ClientOutput } from './client-output.ts';
import type { Timed } from './deadlines.ts';
import type { Exchange } from './exchange.ts';
import type { ForwardContext } from './forward-context.ts';
import { consequence, patienceMs, type Phase } from './patience.ts';
import type { PauseStay } from './pause-stay.ts';
import { type IntakeOwner, RequestIntake } from './request-intake.ts';
import { Tunnel } from './tunnel.ts';

export interface Accepted {
  stream: ByteStream;
  peer: Peer;
  onClosed(connection: ClientConnection): void;
}

/** A client's connection: its requests one after the other, each with its answer. */
export class ClientConnection implements StreamListener, IntakeOwner, Timed {
  dueMs = Infinity;
  place = -1;
  phase: Phase = 'head';
  hasHeadBegun = false;
  isHeldBack = false;
  isOld = false;
  readonly output: ClientOutput;
  readonly peer: Peer;
  readonly stream: ByteStream;
  readonly #context: ForwardContext;
  readonly #intake: RequestIntake;
  readonly #onClosed: Accepted['onClosed'];
  exchange: Exchange | null = null;
  stay: PauseStay | null = null;
  #tunnel: Tunnel | null = null;
  isLast = false;
  hasEnded = false;
  isWatched = false;
  #lingerLeft = 0;

  constructor(context: ForwardContext, { stream, peer, onClosed }: Accepted) {
    this.#context = context;
    this.stream = stream;
    this.peer = peer;
    this.#onClosed = onClosed;
    this.output = new ClientOutput(stream, () => this.renew());
    this.#intake = new RequestIntake(context, this);
    this.renew();
    context.deadlines.watch(this);
  }

  get closes(): boolean {
    return (
      this.isLast || this.#context.isRetiring || (this.mayBeGone && this.#intake.queue.isEmpty)
    );
  }

  get isAnswered(): boolean {
    return this.exchange?.hasBegun === true;
  }

  get isRetiring(): boolean {
    return this.#context.isRetiring;
  }

  get isFull(): boolean {
    return this.output.isFull;
  }

  /** An HTTP/2 stream is over for the client as soon as it has asked. */
  get mayBeGone(): boolean {
    return this.hasEnded && this.peer.protocol !== 'h2';
  }

  get isHalfOpen(): boolean {
    return this.#tunnel?.isHalfOpen === true;
  }

  /** The instance that has the present request. */
  get instance(): string | null {
    return this.exchange?.instance ?? null;
  }

  received(bytes: Buffer, from: number, to: number): void {
    switch (this.phase) {
      case 'head':
        return this.#intake.read(bytes, from, to);
      case 'body':
        if (this.#intake.queue.isEmpty) return this.#intake.readBody(bytes, from, to);
        break;
      case 'tunnel':
        this.isHeldBack = this.#tunnel?.send(bytes, from, to) === false;
        this.renew();
        return this.#intake.regulate();
      case 'lingering':
        this.#lingerLeft -= to - from;
        if (this.#lingerLeft < 0) this.destroy();
        return;
      case 'waiting':
        if (this.stay?.add(to - from) === false) this.isHeldBack = true;
        break;
      case 'closed':
        return;
      default:
    }
    this.#intake.hold(bytes, from, to);
  }

  ended(): void {
    this.hasEnded = true;
    if (this.phase === 'head') return this.#intake.queue.isReady ? undefined : this.linger();
    if (this.phase === 'body') return this.cut();
    if (this.phase === 'lingering') return;
    this.#tunnel?.clientEnded();
    this.renew();
  }

  drained(): void {
    this.output.isFull = false;
    this.renew();
    this.exchange?.clientDrained();
    this.#intake.serve();
  }

  closed(): void {
    this.phase = 'closed';
    this.#context.deadlines.forget(this);
    this.#leave();
    this.#intake.queue.clear();
    this.#onClosed(this);
  }

  bodyWanted(): void {
    this.isHeldBack = false;
    const { bytes, from, to } = this.#intake.queue.held;
    if (this.phase === 'body' && to > from) this.#intake.readBody(bytes, from, to);
    this.#intake.regulate();
  }

  answerGoesOn(): void {
    if (this.phase !== 'body') this.renew();
  }

  answerEnded(closes: boolean): void {
    this.exchange = null;
    this.isWatched = false;
    if (closes || this.phase !== 'answer') {
      // Who announced that this is the last request has nothing more to say once it is whole.
      return this.linger(this.isLast && this.phase === 'answer' && this.#intake.queue.isEmpty);
    }
    this.phase = 'head';
    this.renew();
    this.#intake.next();
  }

  switched(): void {
    if (this.exchange === null) return;
    this.phase = 'tunnel';
    this.#tunnel = new Tunnel(this.exchange, this);
    this.isHeldBack = !this.#tunnel.sendHeld(this.#intake.queue.held);
    if (this.hasEnded) this.#tunnel.clientEnded();
    this.#watch();
    this.#intake.regulate();
  }

  saidAll(): void {
    this.#tunnel?.instanceEnded();
    this.renew();
  }

  cutOff(): void {
    this.exchange = null;
    this.phase = 'closed';
    this.output.reset();
  }

  /** Ends what goes on, both sides of it. */
  cut(): void {
    this.#leave();
    this.cutOff();
  }

  /** The door has begun to retire. */
  retire(): void {
    if (this.phase === 'head' && !this.hasHeadBegun) this.renew();
  }

  destroy(): void {
    this.output.destroy();
  }

  overdue(): void {
    // Slow is not the same as gone.
    if (this.output.hasProgressed()) return this.renew();
    if (this.phase === 'lingering') return this.destroy();
    switch (consequence(this)) {
      case 'watch':
        return this.#watch();
      case 'farewell':
        return this.linger();
      case 'request timeout':
        return this.spoil(408);
      case 'gateway timeout':
        return this.exchange?.tooLate();
      case 'cut':
        return this.cut();
    }
  }

  renew(): void {
    this.dueMs = this.#context.deadlines.nowMs + patienceMs(this, this.#context.limits);
  }

  /** The request cannot be read on. */
  spoil(status: number): void {
    const { isAnswered } = this;
    this.#leave();
    if (isAnswered) return this.cutOff();
    this.output.send(refuseGarbage(this.#context, this.peer, status));
    this.linger();
  }

  /** Ends our side, and listens on so that a reset does not overtake the answer (RFC 9112 section 9.6). */
  linger(saidAll = false): void {
    this.phase = 'lingering';
    this.#lingerLeft = this.#context.limits.lingerBytes;
    this.isHeldBack = false;
    this.#intake.queue.clear();
    this.renew();
    if (saidAll) this.output.endForGood();
    else this.output.end();
    this.#intake.regulate();
  }

  #watch(): void {
    this.isWatched = true;
    this.stream.watchPeer?.();
    this.exchange?.watchInstance();
    this.renew();
  }

  #leave(): void {
    this.exchange?.abandon();
    this.exchange = null;
    this.stay?.leave();
    this.stay = null;
  }
}
