import { requestHead } from '../http1/request-head.ts';
import type { Asker } from './asker.ts';
import type { ByteStream, Peer } from './byte-stream.ts';
import type { Exchange } from './exchange.ts';
import type { ForwardContext } from './forward-context.ts';
import { forwardingLines } from './forwarding-lines.ts';
import type { ClientState, Phase } from './patience.ts';
import { PauseStay } from './pause-stay.ts';
import { closesWith, type Guest, receiveRequest } from './receive-request.ts';
import { RequestBody } from './request-body.ts';
import { RequestQueue } from './request-queue.ts';

/** The connection that requests are read from. */
export interface IntakeOwner extends Asker, ClientState {
  phase: Phase;
  hasHeadBegun: boolean;
  isHeldBack: boolean;
  isOld: boolean;
  /** The present request is the last one. */
  isLast: boolean;
  exchange: Exchange | null;
  stay: PauseStay | null;
  readonly peer: Peer;
  readonly stream: ByteStream;
  /** The state has changed: its deadline begins anew. */
  renew(): void;
  /** The request cannot be read on; `status` says why. */
  spoil(status: number): void;
  linger(): void;
}

/** So many requests that came at once are served in one turn before others get theirs. */
const perTurn = 16;

// Heads are read one at a time, so one serves them all.
const head = requestHead();

/** Reads a client's requests, one after the other, and hands them on. */
export class RequestIntake {
  readonly queue: RequestQueue;
  readonly #context: ForwardContext;
  readonly #owner: IntakeOwner;
  readonly #guest: Guest;
  readonly #body = new RequestBody();
  #isServing = false;
  #isPaused = false;

  constructor(context: ForwardContext, owner: IntakeOwner) {
    this.#context = context;
    this.#owner = owner;
    this.#guest = {
      client: owner,
      peer: owner.peer,
      forwarding: forwardingLines(owner.peer),
      arrivedMs: 0,
      headBytes: 0,
      bytes: 0,
      isNew: true,
      resume: (how) => this.#resume(how),
    };
    this.queue = new RequestQueue(context.limits.head);
  }

  /** In phase 'head'. */
  read(bytes: Buffer, from: number, to: number): void {
    if (this.queue.isEmpty && !this.#owner.isFull) this.#readHead(bytes, from, to);
    else this.queue.add(bytes, from, to);
    this.serve();
  }

  /** What may not be read yet. */
  hold(bytes: Buffer, from: number, to: number): void {
    this.queue.add(bytes, from, to);
    this.regulate();
  }

  /** A piece of the body, or what the queue holds of it. */
  readBody(bytes: Buffer, from: number, to: number): void {
    const owner = this.#owner;
    const { exchange } = owner;
    if (exchange === null) return;
    const body = this.#body;
    const end = from + body.scan(bytes, from, to);
    if (body.isBad) return owner.spoil(body.refusal);
    owner.isHeldBack = end > from && !exchange.sendBody(bytes, from, end) && !body.isWhole;
    this.queue.keep(bytes, end, to);
    if (body.isWhole) {
      owner.phase = 'answer';
      exchange.bodyEnded();
    }
    owner.renew();
    this.regulate();
  }

  /** The present request has its answer. */
  next(): void {
    this.#guest.arrivedMs = 0;
    this.serve();
  }

  /** Takes the requests that came ahead of their turn. Who sends many at once waits for others now and then. */
  serve(): void {
    if (this.#isServing) return;
    this.#isServing = true;
    const { held } = this.queue;
    for (let left = perTurn; this.#canServe(); left -= 1) {
      if (left === 0) {
        setImmediate(() => this.serve());
        break;
      }
      this.#readHead(held.bytes, held.from, held.to);
    }
    this.#isServing = false;
    const owner = this.#owner;
    if (owner.hasEnded && owner.phase === 'head' && !this.queue.isReady) owner.linger();
    this.regulate();
  }

  /** Reads from the client as long as somebody can take it. */
  regulate(): void {
    const owner = this.#owner;
    const isAhead = this.queue.held.length > this.#context.limits.aheadBytes;
    const pauses = owner.isHeldBack || (isAhead && owner.phase !== 'body');
    if (pauses === this.#isPaused) return;
    this.#isPaused = pauses;
    if (pauses) owner.stream.pause();
    else owner.stream.resume();
  }

  #canServe(): boolean {
    return this.#owner.phase === 'head' && this.queue.isReady && !this.#owner.isFull;
  }

  #readHead(bytes: Buffer, from: number, to: number): void {
    const owner = this.#owner;
    const end = this.queue.readHead(bytes, from, to, head);
    if (end > 0) return this.#receive(bytes, from, end, to);
    if (end < 0) return owner.spoil(head.refusal);
    // The time it may take counts from its first byte.
    const isNew = !owner.hasHeadBegun;
    owner.hasHeadBegun = true;
    if (isNew) owner.renew();
  }

  #receive(bytes: Buffer, from: number, end: number, to: number): void {
    const owner = this.#owner;
    const guest = this.#guest;
    // A request that had to wait is received twice, and came when it came first.
    guest.isNew = guest.arrivedMs === 0;
    if (guest.isNew) guest.arrivedMs = performance.now();
    guest.headBytes = end - from;
    guest.bytes = to - from;
    owner.hasHeadBegun = false;
    owner.isLast = head.close;
    owner.isOld = head.minorVersion === 0;
    owner.phase = head.hasBody ? 'body' : 'answer';
    if (head.hasBody) this.#body.begin(head, this.#context.limits.bodyBytes);
    const reception = receiveRequest(this.#context, head, guest);
    switch (reception.kind) {
      case 'forwarded':
        owner.exchange = reception.exchange;
        return this.#goOn(bytes, end, to);
      case 'answered':
        this.queue.keep(bytes, end, to);
        owner.output.send(reception.bytes);
        return owner.answerEnded(closesWith(head, owner));
      case 'waits':
        this.queue.keep(bytes, from, to);
        owner.stay = new PauseStay(this.#context, reception);
        owner.phase = 'waiting';
        return owner.renew();
    }
  }

  /** Behind a head that was sent on. A body that must wait for its connection waits here. */
  #goOn(bytes: Buffer, from: number, to: number): void {
    const owner = this.#owner;
    owner.renew();
    if (owner.phase === 'body' && owner.exchange?.isReady === true) {
      return this.readBody(bytes, from, to);
    }
    owner.isHeldBack = owner.phase === 'body';
    this.queue.keep(bytes, from, to);
    this.regulate();
  }

  #resume(how: 'released' | 'expired'): void {
    const owner = this.#owner;
    const { stay } = owner;
    if (stay === null) return;
    owner.stay = null;
    owner.isHeldBack = false;
    if (how === 'expired') {
      owner.output.send(stay.expire());
      return owner.linger();
    }
    stay.release();
    owner.phase = 'head';
    this.serve();
  }
}
