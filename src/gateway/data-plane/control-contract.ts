import * as z from 'zod/mini';
import type { Fence } from '../../kernel/fence.ts';
import type { Route, RouteChange } from '../route.ts';

// What goes over the control socket and into routes.json. The `satisfies` at each line keeps these
// shapes equal to the port's.

/** One label or more; what a Host header can ask for once it is lower case and bare of its port. */
const host = z
  .string()
  .check(z.maxLength(253), z.regex(/^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])$/));

const upstream = z.object({
  instance: z.string().check(z.minLength(1), z.maxLength(200)),
  host: z.string().check(z.minLength(1), z.maxLength(253)),
  port: z.int().check(z.minimum(1), z.maximum(65_535)),
});

const page = z.object({
  status: z.int().check(z.minimum(200), z.maximum(599)),
  title: z.string(),
  text: z.string(),
});

export const routeShape = z.object({
  host,
  environment: z.string(),
  version: z.string(),
  target: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('upstreams'), upstreams: z.array(upstream) }),
    z.object({ kind: z.literal('page'), page }),
  ]),
}) satisfies z.ZodMiniType<Route>;

const changeShape = z.union([
  z.object({ set: routeShape }),
  z.object({ remove: z.object({ host }) }),
]) satisfies z.ZodMiniType<RouteChange>;

const fenceShape = z.object({ scope: z.string(), epoch: z.int() }) satisfies z.ZodMiniType<Fence>;

export const applyShape = z.object({
  changes: z.array(changeShape),
  fence: z.optional(fenceShape),
});

/** The longest a timer can wait; more would fire at once. */
const longestMs = 2 ** 31 - 1;

export const drainShape = z.object({
  instances: z.array(z.string()),
  limitMs: z.number().check(z.minimum(0), z.maximum(longestMs)),
});

/** What a gateway says of itself. */
export interface About {
  pid: number;
  /** As it was asked to listen, for example `127.0.0.1:8080`. */
  listen: string;
  port: number;
}

/** What the process tells whoever started it, once, on the descriptor it was given. */
export type StartReport =
  | { kind: 'listening' }
  | { kind: 'another-lives' }
  | { kind: 'trouble'; trouble: TroubleOnTheWire };

/** A SignalboxError on the wire. */
export interface TroubleOnTheWire {
  code: `${string}/${string}`;
  what: string;
  why?: string | undefined;
  fix: readonly [string, ...string[]];
}

export const controlSocket = 'control.sock';
