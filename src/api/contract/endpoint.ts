import { z } from 'zod';
import type { Role } from '../../kernel/role.ts';

export { roles, type Role, type HeldRole as TokenRole } from '../../kernel/role.ts';

type Fields = z.ZodRawShape;
// An object type without keys is exactly what is meant: merging it adds nothing.
// oxlint-disable-next-line typescript/no-generated-empty-object-type
type NoFields = Record<never, never>;
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

interface Definition<Params extends Fields, Query extends Fields, Body extends Fields> {
  method: Method;
  /** In full, as OpenAPI and Fastify both read it once `:name` is told apart. */
  path: `/${string}`;
  role: Role;
  /** One sentence without a full stop. */
  summary: string;
  params?: Params;
  query?: Query;
  body?: Body;
  /** The request's body is a file, at most this long; it is handed on as a stream. */
  uploadBytes?: number;
  /** Body fields the audit may keep. A field not named here may be a secret and is not recorded. */
  record?: readonly (keyof Body & string)[];
}

type Merged<Params extends Fields, Query extends Fields, Body extends Fields> = z.output<
  z.ZodObject<Params & Query & Body>
>;

/**
 * One thing the API can be asked. Input is params, query and body in one object, Output what it answers
 * with: both in the program's own words (Date, number), whatever they are on the wire.
 */
export interface Endpoint<Kind extends 'call' | 'stream' | 'terminal', Input, Output> {
  kind: Kind;
  method: Method;
  path: `/${string}`;
  role: Role;
  summary: string;
  params: z.ZodObject;
  query: z.ZodObject;
  body: z.ZodObject | null;
  uploadBytes: number | null;
  record: readonly string[];
  /** What it answers with; of a stream: each item. */
  reply: z.ZodType<Output>;
  /** An item of a stream as one line for people. */
  line: (item: Output) => string;
  /** Carries the type only. */
  readonly input?: Input;
}

/** Asked once, answered once, in JSON. */
export function endpoint<
  Output,
  Params extends Fields = NoFields,
  Query extends Fields = NoFields,
  Body extends Fields = NoFields,
>(
  definition: Definition<Params, Query, Body> & { reply: z.ZodType<Output> },
): Endpoint<'call', Merged<Params, Query, Body>, Output> {
  return { ...schemas(definition), kind: 'call', reply: definition.reply, line: String };
}

/** Answered bit by bit: server-sent events, or plain lines for whoever accepts text/plain. */
export function stream<Output, Params extends Fields = NoFields, Query extends Fields = NoFields>(
  definition: Omit<Definition<Params, Query, NoFields>, 'method'> & {
    reply: z.ZodType<Output>;
    line: (item: Output) => string;
  },
): Endpoint<'stream', Merged<Params, Query, NoFields>, Output> {
  const { reply, line } = definition;
  return { ...schemas({ ...definition, method: 'GET' }), kind: 'stream', reply, line };
}

/**
 * A WebSocket. Binary frames are the terminal's bytes in both directions; text frames are JSON: the client
 * sends `{"columns","rows"}` or `{"end":true}`, the server ends with `{"exitCode"}`.
 */
export function terminal<Params extends Fields = NoFields, Query extends Fields = NoFields>(
  definition: Omit<Definition<Params, Query, NoFields>, 'method'>,
): Endpoint<'terminal', Merged<Params, Query, NoFields>, null> {
  const shared = schemas({ ...definition, method: 'GET' });
  return { ...shared, kind: 'terminal', reply: z.null(), line: String };
}

function schemas<Params extends Fields, Query extends Fields, Body extends Fields>(
  definition: Definition<Params, Query, Body>,
) {
  const { method, path, role, summary, params, query, body, uploadBytes, record } = definition;
  return {
    method,
    path,
    role,
    summary,
    params: z.strictObject(params ?? {}) as z.ZodObject,
    query: z.strictObject(query ?? {}) as z.ZodObject,
    body: body ? (z.strictObject(body) as z.ZodObject) : null,
    uploadBytes: uploadBytes ?? null,
    record: record ?? [],
  };
}
