import type { ServedInstance } from '../choose/chooser.ts';
import type { ForwardContext } from './forward-context.ts';
import type { AnswerTaker, InstanceConnection } from './instance-connection.ts';
import { takeConnection } from './instance-pool.ts';
import type { Forwarded } from './asker.ts';

/** Which instance has a request, and by which connection; at the end it must be taken back. */
export class Assignment {
  instance: ServedInstance;
  connection: InstanceConnection;
  readonly #context: ForwardContext;
  readonly #request: Forwarded;
  readonly #taker: AnswerTaker;
  /** Can be sent again when nobody knows whether it was acted on. */
  readonly #isRepeatable: boolean;
  #tried: ServedInstance[] | null = null;

  constructor(
    context: ForwardContext,
    request: Forwarded,
    taker: AnswerTaker,
    isRepeatable: boolean,
  ) {
    this.#context = context;
    this.#request = request;
    this.#taker = taker;
    this.#isRepeatable = isRepeatable;
    this.instance = request.choice.instance;
    this.connection = this.#begin(this.instance, false);
    if (!request.choice.signed) this.instance.counter.began(request.choice.user);
  }

  report(how: 'fine' | 'unreachable' | 'broken'): void {
    this.#context.chooser.report(this.instance, how);
  }

  /** It is nobody's any more. */
  takeBack(): void {
    this.instance.endpoint.open -= 1;
    this.#context.work.end(this.connection.work);
  }

  /** The same instance once more, on a connection that nobody used before. */
  repeat(): void {
    this.#noteRetry();
    this.takeBack();
    this.connection = this.#begin(this.instance, true);
  }

  /** Nothing of the request was sent, whatever its method is. False: nobody else can have it. */
  moveOn(): boolean {
    const { choice } = this.#request;
    this.report('unreachable');
    this.#tried ??= [];
    this.#tried.push(this.instance);
    if (this.#tried.length >= this.#context.limits.attempts) return false;
    const next = this.#context.chooser.another(choice, this.#tried);
    if (next === null) return false;
    this.#noteRetry();
    this.takeBack();
    this.instance = next;
    if (!choice.signed) next.counter.began();
    this.connection = this.#begin(next, false);
    return true;
  }

  #begin(instance: ServedInstance, isFresh: boolean): InstanceConnection {
    const { visit, text } = this.#request;
    const taker = this.#taker;
    const connection = takeConnection(this.#context, instance.endpoint, {
      isRepeatable: this.#isRepeatable,
      isFresh,
    });
    visit.instance = instance;
    instance.endpoint.open += 1;
    const { work } = connection;
    this.#context.work.begin(work);
    if (visit.user !== '') work.lastStickyMs = this.#context.deadlines.dateMs(visit.startedMs);
    connection.begin(taker);
    // Head and first bytes of the body go in one packet.
    if (!taker.isAsked) connection.corkForThisTurn();
    connection.write(text);
    return connection;
  }

  #noteRetry(): void {
    if (!this.#request.choice.signed) this.instance.counter.retried();
  }
}
