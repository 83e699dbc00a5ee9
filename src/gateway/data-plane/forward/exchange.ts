import type { ServedInstance } from '../choose/chooser.ts';
import type { AnswerHead } from '../http1/answer-head.ts';
import type { Page } from '../../route.ts';
import { aborted, answered, failed } from './account.ts';
import type { AnswerBody } from './answer-body.ts';
import { answerText, interimText, switchingText } from './answer-text.ts';
import type { ForwardContext } from './forward-context.ts';
import type { Asker, Forwarded } from './asker.ts';
import { Assignment } from './assignment.ts';
import type { AnswerTaker, Breakage } from './instance-connection.ts';
import { acceptOf, ownAnswer } from './own-answer.ts';
import { shortPieceBytes } from './piece.ts';
import { lateAnswer, noAnswer } from './refusal-pages.ts';
import { type ShadowSink, writeShadow } from './shadow-copy.ts';
import { TurnBudget } from './turn-budget.ts';
import type { Visit } from './visit.ts';

/** RFC 9110 section 9.2.2. */
const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

/** One request on its way to an instance, and its answer on the way back. */
export class Exchange implements AnswerTaker {
  readonly method: string;
  readonly wantsUpgrade: boolean;
  readonly wantsPayload: boolean;
  isAsked: boolean;
  readonly #context: ForwardContext;
  readonly #client: Asker;
  readonly #request: Forwarded;
  readonly #visit: Visit;
  readonly #isRepeatable: boolean;
  readonly #assignment: Assignment;
  #budget: TurnBudget | null = null;
  #shadow: ShadowSink | null = null;
  #closesClient = false;
  #hasBegun = false;
  /** The answer was all in one piece. */
  #cameAtOnce = true;
  #isOver = false;

  constructor(context: ForwardContext, request: Forwarded) {
    const { client, choice, visit, hasBody, upgrades } = request;
    this.#context = context;
    this.#client = client;
    this.#request = request;
    this.#visit = visit;
    this.method = visit.method;
    this.wantsPayload = client.isOld;
    this.wantsUpgrade = upgrades;
    this.isAsked = !hasBody;
    this.#isRepeatable = !hasBody && !upgrades && idempotent.has(visit.method);
    visit.user = choice.user;
    visit.isSigned = choice.signed;
    if (choice.shadow !== null) this.#beginShadow(choice.shadow);
    this.#assignment = new Assignment(context, request, this, this.#isRepeatable);
  }

  /** The name of who has it. */
  get instance(): string {
    return this.#assignment.instance.endpoint.instance;
  }

  /** Bytes of the body may come: there is a connection to send them on. */
  get isReady(): boolean {
    return this.#assignment.connection.isConnected;
  }

  /** Whether anything of an answer has been sent. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** A piece of the request's body. False: no more before `bodyWanted`. */
  sendBody(bytes: Buffer, from: number, to: number): boolean {
    this.#visit.bytesIn += to - from;
    if (this.#shadow !== null) writeShadow(this.#shadow, bytes, from, to);
    return this.#sendOn(bytes, from, to);
  }

  bodyEnded(): void {
    this.isAsked = true;
    this.#shadow?.end();
  }

  /** Bytes behind an upgrade. False: no more before `bodyWanted`. */
  sendRaw(bytes: Buffer, from: number, to: number): boolean {
    this.#visit.bytesIn += to - from;
    this.#noteActivity();
    return this.#sendOn(bytes, from, to);
  }

  endRaw(): void {
    this.#assignment.connection.end();
  }

  /** The client can take more of the answer. */
  clientDrained(): void {
    if (!this.#isOver && !this.#client.output.isFull) this.#assignment.connection.resume();
  }

  /** It takes long: a host that has died must not hold it for ever. */
  watchInstance(): void {
    this.#assignment.connection.watchPeer();
  }

  /** The client is gone, or what it sent cannot be forwarded. Repeatable. */
  abandon(): void {
    if (this.#isOver) return;
    if (this.#visit.status === 101) return this.tunnelEnded();
    this.#finish();
    this.#assignment.connection.close();
    aborted(this.#context, this.#visit);
  }

  /** The instance let the client wait for too long. */
  tooLate(): void {
    this.#assignment.connection.close();
    this.#assignment.report('broken');
    this.#fail(lateAnswer(this.#visit.host));
  }

  connected(): void {
    if (!this.isAsked) this.#client.bodyWanted();
  }

  drained(): void {
    this.#client.bodyWanted();
  }

  interim(head: AnswerHead): void {
    if (!this.#client.isOld) this.#client.output.send(interimText(head));
  }

  answer(head: AnswerHead, body: AnswerBody, bytes: Buffer, from: number, to: number): void {
    const visit = this.#visit;
    this.#begin(head.status);
    // The rest of a body that nobody waits for may or may not follow: the next request could begin anywhere.
    this.#closesClient =
      this.#client.closes ||
      !this.isAsked ||
      this.wantsUpgrade ||
      body.framing === 'until close' ||
      body.isDecoded;
    const text = answerText(head, {
      requestId: visit.requestId,
      setCookie: this.#request.choice.setCookie,
      closes: this.#closesClient,
      isOld: this.#client.isOld,
      isDecoded: body.isDecoded,
    });
    this.#sendWith(text, bytes, from, to);
  }

  piece(bytes: Buffer, from: number, to: number): void {
    if (this.#isOver || to === from) return;
    this.#cameAtOnce = false;
    this.#visit.bytesOut += to - from;
    this.#noteActivity();
    this.#client.output.sendPiece(bytes, from, to);
    this.#client.answerGoesOn();
    const mayGoOn = this.#spend(to - from);
    if (mayGoOn && !this.#client.output.isFull) return;
    this.#assignment.connection.pause();
    if (!mayGoOn) setImmediate(() => this.clientDrained());
  }

  whole(): void {
    if (this.#isOver) return;
    this.#finish();
    const { firstByteMs } = this.#visit;
    answered(this.#context, this.#visit, this.#cameAtOnce ? firstByteMs : performance.now());
    this.#client.answerEnded(this.#closesClient);
  }

  switched(head: AnswerHead): void {
    this.#begin(101);
    const { setCookie } = this.#request.choice;
    const text = switchingText(head, { requestId: this.#visit.requestId, setCookie });
    this.#visit.bytesOut += text.length;
    this.#client.output.send(text);
    this.#client.switched();
  }

  saidAll(): void {
    this.#client.saidAll();
  }

  /** Both sides of an upgraded connection have said everything. */
  tunnelEnded(): void {
    if (this.#isOver) return;
    this.#finish();
    this.#assignment.connection.close();
    answered(this.#context, this.#visit, performance.now());
  }

  broken(how: Breakage): void {
    if (this.#isOver) return;
    if (this.#visit.status === 101) return this.#cutTunnel();
    if (this.#hasBegun) return this.#fail(null);
    if (how === 'unreachable') {
      if (!this.#assignment.moveOn()) this.#fail(noAnswer(this.#visit.host));
      return;
    }
    const { uses, hasSpoken } = this.#assignment.connection;
    if (how === 'closed' && uses > 0 && !hasSpoken) {
      this.#assignment.connection.work.keepsOpen = 'no';
      if (this.#isRepeatable) return this.#assignment.repeat();
    }
    this.#assignment.report('broken');
    this.#fail(noAnswer(this.#visit.host));
  }

  #sendOn(bytes: Buffer, from: number, to: number): boolean {
    if (!this.#assignment.connection.writePiece(bytes, from, to)) return false;
    if (this.#spend(to - from)) return true;
    setImmediate(() => this.#isOver || this.#client.bodyWanted());
    return false;
  }

  #spend(bytes: number): boolean {
    this.#budget ??= new TurnBudget();
    return this.#budget.spend(bytes);
  }

  #cutTunnel(): void {
    this.tunnelEnded();
    this.#client.cutOff();
  }

  #beginShadow(to: ServedInstance): void {
    this.#shadow = this.#context.shadow?.begin(to, this.#request.text) ?? null;
    if (this.isAsked) this.#shadow?.end();
  }

  #begin(status: number): void {
    const visit = this.#visit;
    visit.firstByteMs = performance.now();
    visit.status = status;
    this.#hasBegun = true;
    this.#assignment.report('fine');
    this.#client.answerGoesOn();
  }

  #sendWith(text: string, bytes: Buffer, from: number, to: number): void {
    const { output } = this.#client;
    const size = to - from;
    this.#visit.bytesOut += text.length + size;
    if (size === 0) output.send(text);
    else if (size <= shortPieceBytes) output.send(text + bytes.toString('latin1', from, to));
    else {
      output.cork();
      output.send(text);
      output.sendPiece(bytes, from, to);
      output.uncork();
    }
    if (output.isFull) this.#assignment.connection.pause();
  }

  /** `instead`: what the client gets; null when an answer had begun and can only be cut off. */
  #fail(instead: Page | null): void {
    this.#finish();
    const client = this.#client;
    if (instead === null) {
      failed(this.#context, this.#visit);
      return client.cutOff();
    }
    const closes = client.closes || !this.isAsked || this.wantsUpgrade;
    const answer = ownAnswer({
      page: instead,
      accept: acceptOf(this.#request.text),
      isHead: this.method === 'HEAD',
      closes,
      isOld: client.isOld,
      requestId: this.#visit.requestId,
    });
    this.#visit.status = instead.status;
    this.#visit.bytesOut += answer.length;
    failed(this.#context, this.#visit);
    client.output.send(answer);
    client.answerEnded(closes);
  }

  #finish(): void {
    this.#isOver = true;
    if (!this.isAsked) this.#shadow?.abandon();
    this.#assignment.takeBack();
  }

  /** Who looks at a stream is there, too. */
  #noteActivity(): void {
    if (!this.#visit.keepsAwake) return;
    const { deadlines } = this.#context;
    const { activity } = this.#request.choice.route;
    activity.lastRequestAtMs = Math.max(
      activity.lastRequestAtMs,
      deadlines.dateMs(deadlines.nowMs),
    );
  }
}
