import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import {
  all,
  type AnyEndpoint,
  type CallName,
  type Input,
  type Output,
  type StreamName,
} from '../api/contract/all.ts';
import { problem as problemSchema } from '../api/contract/problem.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { Connection } from './connection.ts';
import { readEvents } from './read-events.ts';

export interface Client extends Connection {
  call<Name extends CallName>(
    name: Name,
    input: Input<Name>,
    options?: { upload?: Readable | undefined },
  ): Promise<Output<Name>>;
  /** Items until the stream is complete. Where they have ids it goes on after a cut, with none lost or twice. */
  stream<Name extends StreamName>(
    name: Name,
    input: Input<Name>,
    signal?: AbortSignal,
  ): AsyncIterable<Output<Name>>;
}

const reconnectForMs = 60_000;
const reconnectEveryMs = 500;

/** Talks to a controller in the words of the contract. Refusals come as SignalboxError, as the server worded them. */
export function client({ url, token }: Connection): Client {
  const authorization = `Bearer ${token}`;
  return {
    url,
    token,
    async call(name, input, { upload } = {}) {
      const endpoint = all[name] as AnyEndpoint;
      const body = upload ?? encodedBody(endpoint, input);
      const response = await reach(url, addressOf(url, endpoint, input), {
        method: endpoint.method,
        headers: { authorization, ...mediaType(endpoint, body) },
        ...(body === null ? {} : { body: body as string, duplex: 'half' }),
      });
      const json: unknown = await response.json().catch(() => {
        throw strange(url, response.status);
      });
      return decoded(endpoint, json, url) as never;
    },
    async *stream(name, input, signal) {
      const endpoint = all[name] as AnyEndpoint;
      let last: string | null = null;
      let count = 0;
      for (let giveUpAt = Infinity; ;) {
        try {
          const response = await reach(url, addressOf(url, endpoint, input), {
            headers: {
              authorization,
              accept: 'text/event-stream',
              ...(last ? { 'last-event-id': last } : {}),
            },
            signal: signal ?? null,
          });
          for await (const event of readEvents(response)) {
            if (event.kind === 'end') return;
            if (event.kind === 'problem') throw refusal(event.data);
            giveUpAt = Infinity;
            last = event.id ?? last;
            count++;
            yield decoded(endpoint, event.data, url) as never;
          }
        } catch (error) {
          if (signal?.aborted) return;
          if (!(error instanceof SignalboxError) || error.code !== 'cli/unreachable') throw error;
          if (giveUpAt === Infinity && count === 0) throw error;
        }
        if (signal?.aborted) return;
        // Without ids nobody can tell what was missed.
        if (count > 0 && last === null) throw cutOff(url);
        giveUpAt = Math.min(giveUpAt, Date.now() + reconnectForMs);
        if (Date.now() > giveUpAt) throw cutOff(url);
        await pause(reconnectEveryMs);
      }
    },
  };
}

/** Path and query as the endpoint wants them. */
export function addressOf(url: string, endpoint: AnyEndpoint, input: unknown): string {
  const params = encoded(endpoint.params, input) as Record<string, string>;
  const query = encoded(endpoint.query, input) as Record<string, string>;
  const path = endpoint.path.replaceAll(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(params[name] ?? ''),
  );
  const search = new URLSearchParams(query).toString();
  return `${url}${path}${search && '?'}${search}`;
}

function fieldsOf(schema: z.ZodObject, input: unknown): Record<string, never> {
  const given = Object.entries(input as object).filter(
    ([name, value]) => name in schema.shape && value !== undefined,
  );
  return Object.fromEntries(given) as Record<string, never>;
}

function encodedBody(endpoint: AnyEndpoint, input: unknown): string | null {
  if (!endpoint.body) return null;
  return JSON.stringify(encoded(endpoint.body, input));
}

/** What a person typed may be no commit, no name, no number: that is told as the controller would tell it. */
function encoded(schema: z.ZodObject, input: unknown): unknown {
  const made = z.safeEncode(schema, fieldsOf(schema, input));
  if (made.success) return made.data;
  throw new SignalboxError({
    code: 'api/invalid',
    what: 'Something in this command is not as it must be.',
    why: made.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; '),
    fix: ['Add --help to the command for what it wants.'],
  });
}

function mediaType(endpoint: AnyEndpoint, body: unknown): Record<string, string> {
  if (body === null) return {};
  return {
    'content-type': endpoint.uploadBytes === null ? 'application/json' : 'application/octet-stream',
  };
}

/** The answer, when it is a success. */
async function reach(url: string, address: string, init: RequestInit): Promise<Response> {
  const response = await fetch(address, init).catch((error: unknown) => {
    throw unreachable(url, error);
  });
  if (response.ok) return response;
  const body: unknown = await response.json().catch(() => null);
  throw refusal(body) ?? strange(url, response.status);
}

/** A problem, as it was worded by the server; null when it is none. */
export function refusal(body: unknown): SignalboxError | null {
  const told = problemSchema.safeParse(body).data;
  if (!told) return null;
  const { title, detail, fix, code } = told;
  return new SignalboxError({
    code: code as SignalboxError['code'],
    what: title,
    why: detail,
    fix: fix as [string],
  });
}

function decoded(endpoint: AnyEndpoint, json: unknown, url: string): unknown {
  const answer = z.safeDecode(endpoint.reply, json);
  if (answer.success) return answer.data;
  throw new SignalboxError({
    code: 'cli/other-version',
    what: `The controller at ${url} answered something this signalbox does not understand.`,
    why: `It is probably of another version. ${z.prettifyError(answer.error)}`,
    fix: ['Compare signalbox version with the version in signalbox status.'],
  });
}

export function unreachable(url: string, cause: unknown): SignalboxError {
  const reason = (cause as { cause?: { code?: string } }).cause?.code;
  return new SignalboxError({
    code: 'cli/unreachable',
    what: `No controller answers at ${url}.`,
    why: reason,
    fix: [
      'Start it: signalbox up',
      'Or say where it is: --url URL, SIGNALBOX_URL, signalbox login URL',
    ],
    cause,
  });
}

function cutOff(url: string): SignalboxError {
  return new SignalboxError({
    code: 'cli/cut-off',
    what: `The connection to ${url} was cut.`,
    why: 'The work itself goes on without us.',
    fix: ['Run the same command again.'],
  });
}

function strange(url: string, status: number): SignalboxError {
  return new SignalboxError({
    code: 'cli/strange-answer',
    what: `What answers at ${url} is not Signalbox.`,
    why: `It answered ${status} without saying why.`,
    fix: ["Check the address: it is the controller's, not the gateway's."],
  });
}
