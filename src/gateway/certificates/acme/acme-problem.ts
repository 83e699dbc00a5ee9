import * as z from 'zod';

/** What a CA answers when it does not do what it was asked (RFC 8555, 6.7; RFC 9457). */
export class AcmeProblem extends Error {
  override readonly name = 'AcmeProblem';
  /** The last part of the type's URN: `rateLimited`. */
  readonly kind: string;
  readonly status: number;
  /** How long the CA wants to be left alone; null: it does not say. */
  readonly retryAfterMs: number | null;

  constructor(of: { kind: string; status: number; detail: string; retryAfterMs?: number | null }) {
    super(of.detail);
    this.kind = of.kind;
    this.status = of.status;
    this.retryAfterMs = of.retryAfterMs ?? null;
  }
}

/** The CA did not answer, or not as RFC 8555 has it: whatever was asked for may or may not have been done. */
export class AcmeSilence extends Error {
  override readonly name = 'AcmeSilence';
}

/** As it stands in answers, challenges and orders. */
export const problemShape = z.object({
  type: z.string().optional(),
  detail: z.string().optional(),
  subproblems: z
    .array(
      z.object({
        detail: z.string().optional(),
        identifier: z.object({ value: z.string() }).optional(),
      }),
    )
    .optional(),
});
export type ProblemDocument = z.output<typeof problemShape>;

export function acmeProblem(
  { type = '', detail, subproblems = [] }: ProblemDocument,
  { status = 0, retryAfterMs = null }: { status?: number; retryAfterMs?: number | null } = {},
): AcmeProblem {
  const kind = /^urn:ietf:params:acme:error:(\w+)$/.exec(type)?.[1] ?? 'unknown';
  const parts = subproblems.map(
    (each) => `${each.identifier?.value ?? 'a name'}: ${each.detail ?? 'no reason given'}`,
  );
  const words = [detail ?? `it gives no reason (${kind}, ${status})`, ...parts].join('; ');
  return new AcmeProblem({ kind, status, detail: words.slice(0, 1000), retryAfterMs });
}
