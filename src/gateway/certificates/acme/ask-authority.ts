import type { KeyObject } from 'node:crypto';
import type { z } from 'zod';
import { acmeProblem, AcmeProblem, AcmeSilence, problemShape } from './acme-problem.ts';
import { signedMessage } from './signed-message.ts';

export interface Reply {
  body: string;
  /** Of what was made. */
  location: string | null;
  retryAfterMs: number | null;
}

export interface Asked {
  key: KeyObject;
  account: string | null;
  url: string;
  payload: object | null;
}

export interface Authority {
  /** Refuses with an AcmeProblem, or an AcmeSilence where nothing of use came back. */
  get(url: string): Promise<Reply>;
  /** Signed, with a nonce that was not used before; a nonce that the CA has forgotten is replaced. */
  post(asked: Asked, newNonceUrl: string): Promise<Reply>;
}

const timeoutMs = 30_000;
const mostBytes = 1024 * 1024;
/** A CA with several servers may forget a nonce; more often than this is another trouble. */
const nonceAttempts = 5;

/** HTTP as RFC 8555, 6 has it: every request signed, every answer with a nonce for the next one. */
export function askAuthority(): Authority {
  const nonces: string[] = [];
  const send = async (url: string, init: RequestInit): Promise<Reply> => {
    const answer = await fetched(url, init);
    const nonce = answer.headers.get('replay-nonce');
    if (nonce !== null) nonces.push(nonce);
    return replyOf(answer, url);
  };

  return {
    get: (url) => send(url, {}),
    async post({ key, account, url, payload }, newNonceUrl) {
      for (let attempt = 1; ; attempt += 1) {
        if (nonces.length === 0) await send(newNonceUrl, { method: 'HEAD' });
        const nonce = nonces.pop();
        if (nonce === undefined) throw new AcmeSilence(`${hostOf(url)} gives no nonce.`);
        const body = signedMessage({ key, account, url, nonce, payload });
        const headers = { 'content-type': 'application/jose+json' };
        try {
          return await send(url, { method: 'POST', headers, body });
        } catch (error) {
          const isStale = error instanceof AcmeProblem && error.kind === 'badNonce';
          if (!isStale || attempt === nonceAttempts) throw error;
        }
      }
    },
  };
}

async function fetched(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, {
      ...init,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
      headers: { 'user-agent': 'signalbox', ...(init.headers as Record<string, string>) },
    });
  } catch (error) {
    throw new AcmeSilence(`${hostOf(url)} does not answer: ${reasonOf(error)}.`, { cause: error });
  }
}

async function replyOf(answer: Response, url: string): Promise<Reply> {
  const body = await textOf(answer, url);
  const retryAfterMs = readRetryAfter(answer.headers.get('retry-after'));
  if (answer.ok) return { body, location: answer.headers.get('location'), retryAfterMs };
  const problem = problemShape.safeParse(parsed(body));
  const isWorded = problem.success && problem.data.type !== undefined;
  if (isWorded) throw acmeProblem(problem.data, { status: answer.status, retryAfterMs });
  if (answer.status === 429)
    throw new AcmeProblem({
      kind: 'rateLimited',
      status: 429,
      detail: 'too many requests',
      retryAfterMs,
    });
  throw new AcmeSilence(`${hostOf(url)} answers with ${answer.status} and no reason.`);
}

async function textOf(answer: Response, url: string): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  try {
    for await (const piece of answer.body ?? []) {
      text += decoder.decode(piece as Uint8Array, { stream: true });
      if (text.length > mostBytes) throw new Error('its answer is far too long');
    }
  } catch (error) {
    throw new AcmeSilence(`${hostOf(url)} broke off: ${reasonOf(error)}.`, { cause: error });
  }
  return text;
}

/** RFC 9110, 10.2.3: seconds, or a date. */
function readRetryAfter(text: string | null): number | null {
  if (text === null) return null;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}

/** The body of an answer as this shape; an AcmeSilence where it is not. */
export function readAs<Shape extends z.ZodType>(
  shape: Shape,
  { body }: Reply,
  url: string,
): z.output<Shape> {
  const read = shape.safeParse(parsed(body));
  if (read.success) return read.data;
  throw new AcmeSilence(`${hostOf(url)} answers with something else than RFC 8555 says.`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : null;
  return code ?? (cause instanceof Error ? cause.message : error.message);
}
