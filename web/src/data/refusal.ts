/** Why the API did not do something, in its own words, with what helps. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly code: string;
  readonly why: string | null;
  readonly fix: readonly string[];

  constructor(said: {
    status: number;
    code: string;
    what: string;
    why?: string | null;
    fix?: readonly string[];
  }) {
    super(said.what);
    this.status = said.status;
    this.code = said.code;
    this.why = said.why ?? null;
    this.fix = said.fix ?? [];
  }

  static async from(reply: Response): Promise<Refusal> {
    const said = (await reply.json().catch(() => null)) as Partial<Problem> | null;
    return new Refusal({
      status: reply.status,
      code: said?.code ?? 'unknown',
      what: said?.title ?? `The controller answered ${reply.status}.`,
      why: said?.detail ?? null,
      fix: said?.fix ?? [],
    });
  }

  static unreachable(): Refusal {
    return new Refusal({
      status: 0,
      code: 'unreachable',
      what: 'The controller does not answer.',
      why: 'It is being restarted, or the way to it is cut. What runs goes on without it.',
      fix: ['signalbox status'],
    });
  }

  static of(error: unknown): Refusal {
    if (error instanceof Refusal) return error;
    return new Refusal({
      status: 0,
      code: 'dashboard',
      what: `The dashboard failed: ${String(error)}`,
    });
  }
}

interface Problem {
  code: string;
  title: string;
  detail: string | null;
  fix: string[];
}
