/** What the server said instead of taking a line. */
export interface Refusal {
  numeric: string;
  words: string;
}

/** IRC confirms nothing. But a server answers in order, so a PING behind some lines says what became of them. */
export interface Receipts {
  /** The token of a PING that has to follow lines to this target, and what its answer will say; null: taken. */
  expect(target: string): { token: string; answer: Promise<Refusal | null> };
  /** An error numeric about a target. */
  refused(target: string, refusal: Refusal): void;
  ponged(token: string): void;
  /** Its lines were never written. */
  forget(token: string): void;
  close(why: Error): void;
}

interface Expected {
  token: string;
  target: string;
  refusal: Refusal | null;
  resolve(refusal: Refusal | null): void;
  reject(why: Error): void;
}

export function receipts(): Receipts {
  let expected: Expected[] = [];
  let count = 0;
  return {
    expect(target) {
      count += 1;
      const token = `signalbox-${count}`;
      const { promise, resolve, reject } = Promise.withResolvers<Refusal | null>();
      // Who waits for the lines to be written may never come to wait for this.
      promise.catch(() => undefined);
      expected.push({ token, target, refusal: null, resolve, reject });
      return { token, answer: promise };
    },
    refused(target, refusal) {
      const first = expected.find((one) => one.target === target);
      if (first) first.refusal ??= refusal;
    },
    ponged(token) {
      const index = expected.findIndex((one) => one.token === token);
      const answered = expected[index];
      if (!answered) return;
      expected.splice(index, 1);
      answered.resolve(answered.refusal);
    },
    forget(token) {
      expected = expected.filter((one) => one.token !== token);
    },
    close(why) {
      for (const { reject } of expected) reject(why);
      expected = [];
    },
  };
}

/** Lines to a room or nick that did not arrive (RFC 2812 5.2, and what servers have added). */
export const refusingNumerics: ReadonlySet<string> = new Set(
  '401 402 403 404 407 411 412 413 415 442 473 474 477 482 486 489 531 716'.split(' '),
);
