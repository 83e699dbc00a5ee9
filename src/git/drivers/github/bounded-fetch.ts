import { unreachable } from './refusals.ts';

interface Kept {
  etag: string;
  body: Uint8Array;
  headers: Headers;
}

const longestAnswer = 32 * 1024 * 1024;
const keptAnswers = 16 * 1024 * 1024;
const redirects = 3;

/**
 * A fetch that ends: in time, in size, and at the server it was meant for. Answers with an ETag are kept, within bounds,
 * and asked for again by it: GitHub does not count what has not changed. Refuses with `host/unreachable` for answers that
 * are too large or lead elsewhere.
 */
export function boundedFetch(
  origin: string,
  timeoutMs: number,
): (url: string, init?: RequestInit) => Promise<Response> {
  const kept = keeper();
  return async (url, init = {}) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const isRead = (init.method ?? 'GET') === 'GET';
    const known = isRead ? kept.get(url) : undefined;
    const headers = new Headers(init.headers);
    if (known) headers.set('if-none-match', known.etag);
    const answer = await follow(url, { ...init, headers, signal }, origin);
    if (answer.status === 304 && known) return response(200, known);
    const body = await readBounded(answer);
    const etag = answer.headers.get('etag');
    if (isRead && answer.status === 200 && etag !== null) {
      kept.set(url, { etag, body, headers: answer.headers });
    }
    return response(answer.status, { body, headers: answer.headers });
  };
}

/** To where a renamed repository is now, with the same method and body, and never with our token to somebody else. */
async function follow(url: string, init: RequestInit, origin: string): Promise<Response> {
  let at = url;
  for (let turn = 0; turn <= redirects; turn += 1) {
    const answer = await fetch(at, { ...init, redirect: 'manual' });
    const location = answer.headers.get('location');
    if (![301, 302, 307, 308].includes(answer.status) || location === null) return answer;
    await answer.body?.cancel();
    at = URL.parse(location, at)?.href ?? '';
    if (URL.parse(at)?.origin !== origin) throw unreachable('It redirects to another server.');
  }
  throw unreachable('It redirects for ever.');
}

async function readBounded(answer: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer.body ?? []) {
    size += part.length;
    // Leaving the loop cancels the rest.
    if (size > longestAnswer) throw unreachable('An answer is larger than any of GitHub’s.');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

const withoutBody = new Set([101, 204, 205, 304]);

function response(status: number, { body, headers }: Omit<Kept, 'etag'>): Response {
  return new Response(withoutBody.has(status) ? null : new Uint8Array(body), { status, headers });
}

/** Forgets what was used longest ago once all together is too large. */
function keeper(): Pick<Map<string, Kept>, 'get'> & { set(url: string, answer: Kept): void } {
  const answers = new Map<string, Kept>();
  let size = 0;
  const drop = (url: string) => {
    size -= answers.get(url)?.body.length ?? 0;
    answers.delete(url);
  };
  return {
    get(url) {
      const answer = answers.get(url);
      if (answer === undefined) return undefined;
      answers.delete(url);
      answers.set(url, answer);
      return answer;
    },
    set(url, answer) {
      drop(url);
      answers.set(url, answer);
      size += answer.body.length;
      for (const oldest of answers.keys()) {
        if (size <= keptAnswers) break;
        drop(oldest);
      }
    },
  };
}
