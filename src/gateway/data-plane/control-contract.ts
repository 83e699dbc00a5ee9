import * as z from 'zod/mini';
import type { Fence } from '../../kernel/fence.ts';
import type { CertificatePair } from '../certificate.ts';
import type { VisitTarget } from '../gateway.ts';
import type { Place, Route, RouteChange } from '../route.ts';
import type { GatewaySettings } from './gateway-settings.ts';

// What goes over the control socket and into the files. The `satisfies` at each line keeps these shapes
// equal to the port's.

/** One label or more; what a Host header can ask for once it is lower case and bare of its port. */
const host = z
  .string()
  .check(z.maxLength(253), z.regex(/^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])$/));

/** Whole segments, none of them a step up or to where it is: an instance could read those otherwise. */
const path = z
  .string()
  .check(
    z.maxLength(1024),
    z.regex(/^(?:\/|(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~!$&'()*+,;=:@%-]+)+)$/),
  );

const name = z.string().check(z.minLength(1), z.maxLength(200));
const placeFields = { host, path };

const instance = z.object({
  instance: name,
  host: z.string().check(z.minLength(1), z.maxLength(253)),
  port: z.int().check(z.minimum(1), z.maximum(65_535)),
  state: z.enum(['serving', 'hidden', 'draining']),
});

const version = z.object({
  version: name,
  weight: z.number().check(z.minimum(0), z.maximum(100)),
  draining: z.boolean(),
  instances: z.array(instance),
});

const served = z.object({
  kind: z.literal('versions'),
  versions: z
    .array(version)
    .check(
      z.refine(
        (all) => new Set(all.map((one) => one.version)).size === all.length,
        'a version stands there twice',
      ),
    ),
  sticky: z.enum(['version', 'instance', 'no']),
  health: z.nullable(
    z.object({
      path: z.string().check(z.maxLength(2048), z.regex(/^\/[!-~]*$/)),
      everyMs: z.number().check(z.minimum(50), z.maximum(3_600_000)),
      timeoutMs: z.number().check(z.minimum(1), z.maximum(600_000)),
    }),
  ),
  mirror: z.nullable(
    z.object({
      version: name,
      percent: z.number().check(z.minimum(0), z.maximum(100)),
      unsafeMethods: z.boolean(),
    }),
  ),
});

const page = z.object({
  status: z.int().check(z.minimum(200), z.maximum(599)),
  title: z.string(),
  text: z.string(),
  html: z.nullable(z.string()),
});

const routeFields = {
  ...placeFields,
  environment: z.string(),
  service: z.string(),
  target: z.discriminatedUnion('kind', [
    served,
    z.object({ kind: z.literal('page'), page }),
    z.object({ kind: z.literal('text'), text: z.string() }),
  ]),
};

const place = z.object(placeFields) satisfies z.ZodMiniType<Place>;
const route = z.object(routeFields) satisfies z.ZodMiniType<Route>;

const share = z.object({ version: z.string(), from: z.int(), to: z.int() });

/** As it is saved: with the parts of the users that each version has. */
export const savedRouteShape = z.object({ ...routeFields, shares: z.array(share) });

const pauseLimits = {
  requests: z.int().check(z.minimum(0)),
  bytes: z.int().check(z.minimum(0)),
  limitMs: z.number().check(z.minimum(0)),
};

const changeShape = z.union([
  z.object({ set: route }),
  z.object({ remove: place }),
  z.object({ pause: z.object({ ...placeFields, ...pauseLimits }) }),
  z.object({ release: place }),
]) satisfies z.ZodMiniType<RouteChange>;

export const fenceShape = z.object({
  scope: z.string(),
  epoch: z.int(),
}) satisfies z.ZodMiniType<Fence>;

export const applyShape = z.object({
  changes: z.array(changeShape),
  fence: z.optional(fenceShape),
});

/** The longest a timer can wait; more would fire at once. */
const longestMs = 2 ** 31 - 1;
const duration = z.number().check(z.minimum(0), z.maximum(longestMs));

export const drainShape = z.object({
  instances: z.array(z.string()),
  limitMs: duration,
  sessionIdleMs: z.optional(duration),
  atLimit: z.optional(z.enum(['cut', 'leave'])),
});

export const visitShape = z.object({
  to: z.union([
    z.object({ ...placeFields, version: name }),
    z.object({ ...placeFields, instance: name }),
  ]) satisfies z.ZodMiniType<VisitTarget>,
  forMs: z.number().check(z.minimum(1)),
});

export const ticksShape = z.object({ after: z.nullable(z.int()) });

export const certificatesShape = z.array(
  z.object({ certificate: z.string(), key: z.string() }),
) satisfies z.ZodMiniType<CertificatePair[]>;

export const handOverShape = z.object({
  execPath: z.string(),
  argv: z.array(z.string()),
  flags: z.array(z.string()),
});

/** What a gateway says of itself. */
export interface About {
  pid: number;
  /** As it was asked to listen, for example `127.0.0.1:8080`. */
  listen: string;
  port: number;
  /** Null: no encrypted connections. */
  portTls: number | null;
  settings: GatewaySettings;
  workers: { pid: number; retiring: boolean }[];
}

/** What the process tells whoever started it, a line each, on the descriptor it was given. */
export type StartReport =
  /** An heir has done all it can do before its predecessor steps back. */
  | { kind: 'prepared' }
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
