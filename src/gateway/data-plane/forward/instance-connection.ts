import { connect, type Socket } from 'node:net';
import type { Endpoint, IdleConnection } from '../choose/chooser.ts';
import { type AnswerHead, answerHead, parseAnswerHead } from '../http1/answer-head.ts';
import { AnswerBody } from './answer-body.ts';
import type { ForwardContext } from './forward-context.ts';
import { HeldBytes } from './held-bytes.ts';
import type { InstanceWork } from './open-work.ts';
import { writePiece } from './piece.ts';
import { readBuffer } from './read-buffer.ts';
import type { Timed } from './deadlines.ts';

/** Why no whole answer came. */
export type Breakage =
  /** There never was a connection. */
  | 'unreachable'
  /** It ended or was reset in the middle. */
  | 'closed'
  /** What came is no HTTP. */
  | 'garbage';

/** Who gets the answer. Calls come in this order: connected, interim…, then answer and piece…, and at last whole or broken. */
export interface AnswerTaker {
  readonly method: string;
  readonly wantsUpgrade: boolean;
  /** HTTP/1.0 and the like: `piece` gets the payload of chunks. */
  readonly wantsPayload: boolean;
  /** The request has been sent to its end. */
  readonly isAsked: boolean;
  connected(): void;
  /** A 1xx head. */
  interim(head: AnswerHead): void;
  /** The head, and the piece of its body that came along. */
  answer(head: AnswerHead, body: AnswerBody, bytes: Buffer, from: number, to: number): void;
  piece(bytes: Buffer, from: number, to: number): void;
  whole(): void;
  /** A 101 head: from here on bytes go both ways, those from the instance to `piece`. */
  switched(head: AnswerHead): void;
  /** The instance has said everything on an upgraded connection. */
  saidAll(): void;
  broken(how: Breakage): void;
  /** The instance can take more of the request. */
  drained(): void;
}

/** Unused connections that end sooner than this end early. */
const earlyMs = 2_000;

// Heads are read one at a time, so one serves them all.
const head = answerHead();

/** One connection to an instance, used by one request after the other. */
export class InstanceConnection implements IdleConnection, Timed {
  dueMs: number;
  place = -1;
  readonly endpoint: Endpoint;
  readonly work: InstanceWork;
  /** Requests that were sent here before the present one. */
  uses = 0;
  isConnected = false;
  isClosed = false;
  /** Bytes of the present answer have come. */
  hasSpoken = false;
  idleSinceMs = 0;
  readonly #context: ForwardContext;
  readonly #socket: Socket;
  readonly #body = new AnswerBody();
  readonly #held = new HeldBytes();
  #taker: AnswerTaker | null = null;
  #phase: 'idle' | 'head' | 'body' | 'tunnel' = 'idle';
  #interims = 0;
  #isPaused = false;
  #isReusable = true;

  constructor(context: ForwardContext, endpoint: Endpoint) {
    this.#context = context;
    this.endpoint = endpoint;
    this.work = context.work.of(endpoint.instance);
    this.work.connections += 1;
    this.dueMs = context.deadlines.nowMs + context.limits.connectMs;
    context.deadlines.watch(this);
    this.#socket = connect({
      host: endpoint.host,
      port: endpoint.port,
      noDelay: true,
      allowHalfOpen: true,
      onread: {
        buffer: readBuffer,
        callback: (size) => {
          this.#received(readBuffer, 0, size);
          return true;
        },
      },
    });
    this.#listen(this.#socket);
  }

  /** The next answer is for this taker. */
  begin(taker: AnswerTaker): void {
    this.#taker = taker;
    this.#phase = 'head';
    this.#interims = 0;
    this.hasSpoken = false;
    if (this.isConnected) this.dueMs = Infinity;
  }

  /** False: `drained` will be called. */
  write(bytes: string | Buffer): boolean {
    return typeof bytes === 'string'
      ? this.#socket.write(bytes, 'latin1')
      : this.#socket.write(bytes);
  }

  /** A copy of these bytes. False: `drained` will be called. */
  writePiece(bytes: Buffer, from: number, to: number): boolean {
    return writePiece(this.#socket, bytes, from, to);
  }

  /** What is written until this turn of the event loop ends goes in as few packets as possible. */
  corkForThisTurn(): void {
    this.#socket.cork();
    process.nextTick(() => this.#socket.uncork());
  }

  pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#socket.resume();
  }

  /** The client of an upgraded connection has said everything. */
  end(): void {
    this.#socket.end();
  }

  /** Whatever goes on here, nobody is interested any more. Repeatable. */
  close(): void {
    this.#taker = null;
    this.#phase = 'idle';
    this.#isReusable = false;
    this.isClosed = true;
    this.#socket.destroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** A dead host's connections end some time, too. */
  watchPeer(): void {
    this.#socket.setKeepAlive(true, 60_000);
  }

  overdue(): void {
    this.dueMs = Infinity;
    if (!this.isConnected) return void this.#socket.destroy();
    if (this.work.keepsOpen === 'unknown') this.work.keepsOpen = 'yes';
    this.close();
  }

  #listen(socket: Socket): void {
    socket.on('connect', () => {
      this.isConnected = true;
      this.dueMs = Infinity;
      this.#taker?.connected();
    });
    socket.on('drain', () => this.#taker?.drained());
    socket.on('end', () => this.#ended());
    // What matters of an error is that the connection closes.
    socket.on('error', () => {});
    socket.on('close', () => this.#closed());
  }

  #received(bytes: Buffer, from: number, to: number): void {
    switch (this.#phase) {
      case 'head':
        this.hasSpoken = true;
        if (this.#held.length === 0) return this.#readHead(bytes, from, to);
        this.#held.add(bytes, from, to);
        return this.#readHead(this.#held.bytes, this.#held.from, this.#held.to);
      case 'body':
        return this.#readBody(bytes, from, to);
      case 'tunnel':
        return this.#taker?.piece(bytes, from, to);
      default:
        // Nobody asked: what comes now could only be taken for the next user's answer.
        return this.close();
    }
  }

  #readHead(bytes: Buffer, from: number, to: number): void {
    let at = from;
    while (this.#phase === 'head') {
      const end = parseAnswerHead(bytes, at, to, head, this.#context.limits.head);
      if (end < 0) return this.#break('garbage');
      if (end === 0) return this.#holdRest(bytes, at, to);
      at = end;
      if (head.status >= 200) return this.#readAnswer(bytes, at, to);
      if (head.status === 101) return this.#switch(bytes, at, to);
      this.#interims += 1;
      if (this.#interims > this.#context.limits.interimAnswers) return this.#break('garbage');
      this.#taker?.interim(head);
    }
  }

  #holdRest(bytes: Buffer, from: number, to: number): void {
    if (bytes === this.#held.bytes) this.#held.skipTo(from);
    else this.#held.add(bytes, from, to);
  }

  #readAnswer(bytes: Buffer, from: number, to: number): void {
    const taker = this.#taker!;
    const body = this.#body;
    body.begin(head, taker);
    this.#isReusable &&= head.keepAlive && body.framing !== 'until close';
    this.#phase = 'body';
    const end = body.isDecoded ? from : from + body.scan(bytes, from, to);
    if (body.isBad) return this.#break('garbage');
    taker.answer(head, body, bytes, from, end);
    if (body.isDecoded) this.#readBody(bytes, from, to);
    else if (body.isWhole) this.#conclude(end < to);
    this.#held.clear();
  }

  #readBody(bytes: Buffer, from: number, to: number): void {
    const body = this.#body;
    const end = from + body.scan(bytes, from, to);
    if (body.isBad) return this.#break('garbage');
    if (!body.isDecoded) this.#taker?.piece(bytes, from, end);
    if (body.isWhole) this.#conclude(end < to);
  }

  /** The answer is whole. What is left over would be taken for the next one's, so then there is no next. */
  #conclude(hasRest: boolean): void {
    const taker = this.#taker;
    if (taker === null) return;
    this.#taker = null;
    this.#phase = 'idle';
    this.uses += 1;
    if (this.#isReusable && taker.isAsked && !hasRest) this.#rest();
    else this.close();
    taker.whole();
  }

  #rest(): void {
    const { endpoint } = this;
    const { limits, deadlines } = this.#context;
    if (endpoint.isGone || endpoint.idle.length >= limits.idlePerInstance) return this.close();
    this.idleSinceMs = deadlines.nowMs;
    this.dueMs = deadlines.nowMs + limits.instanceIdleMs;
    this.resume();
    endpoint.idle.push(this);
  }

  #switch(bytes: Buffer, from: number, to: number): void {
    const taker = this.#taker!;
    if (!taker.wantsUpgrade || head.upgrade === '') return this.#break('garbage');
    this.#isReusable = false;
    this.#phase = 'tunnel';
    taker.switched(head);
    if (to > from) taker.piece(bytes, from, to);
    this.#held.clear();
  }

  /** An instance that closes unused connections early may do so while the next request is on its way. */
  #noteEarlyEnd(): void {
    const unusedMs = this.#context.deadlines.nowMs - this.idleSinceMs;
    if (this.uses > 0 && unusedMs < earlyMs) this.work.keepsOpen = 'no';
  }

  #ended(): void {
    const body = this.#body;
    if (this.#phase === 'idle') this.#noteEarlyEnd();
    if (this.#phase === 'tunnel') return this.#taker?.saidAll();
    if (this.#phase === 'body' && body.framing === 'until close') return this.#conclude(true);
    this.#break('closed');
  }

  #closed(): void {
    if (!this.isClosed && this.#phase === 'idle') this.#noteEarlyEnd();
    this.isClosed = true;
    this.work.connections -= 1;
    this.#context.deadlines.forget(this);
    const { idle } = this.endpoint;
    const at = idle.indexOf(this);
    if (at >= 0) idle.splice(at, 1);
    this.#break(this.isConnected ? 'closed' : 'unreachable');
  }

  #break(how: Breakage): void {
    const taker = this.#taker;
    this.close();
    taker?.broken(how);
  }
}
