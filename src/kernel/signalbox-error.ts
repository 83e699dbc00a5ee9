export interface Trouble {
  /** "<domain>/<what-happened>": a heading in docs/errors.md. */
  code: `${string}/${string}`;
  /** What did not happen, in one sentence. */
  what: string;
  /** The cause, when we know it. */
  why?: string | undefined;
  /** What the reader can do next, best first. */
  fix: readonly [string, ...string[]];
  cause?: unknown;
}

/** A failure we expect, worded for the person who can end it. Anything else is our bug. */
export class SignalboxError extends Error {
  override readonly name = 'SignalboxError';
  readonly code: Trouble['code'];
  readonly what: string;
  readonly why: string | undefined;
  readonly fix: readonly string[];

  constructor({ code, what, why, fix, cause }: Trouble) {
    super([what, why, ...fix.map((step) => `→ ${step}`)].filter(Boolean).join('\n'), { cause });
    this.code = code;
    this.what = what;
    this.why = why;
    this.fix = fix;
  }
}
