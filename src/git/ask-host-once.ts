import { type HostNamed, hostUnreachable } from './host-refusals.ts';

/** How a driver reaches its service. */
export interface HostAccess extends HostNamed {
  /** Where the API's paths begin, without a slash at the end. */
  api: string;
  /** The path that answers when the token sees the repository. */
  repositoryPath: string;
  /** The header's whole value. */
  authorization: string;
  pause: (ms: number) => Promise<void>;
}

export interface HostCall {
  /** GET unless told. */
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** Begins with a slash; what is variable in it is encoded. */
  path: string;
  query?: Readonly<Record<string, string | number>>;
  body?: unknown;
}

export interface HostAnswer {
  status: number;
  json: unknown;
  /** The service's own words of a refusal. */
  words: string;
  /** null: this was the last one. */
  nextPage: number | null;
  /** Where a redirect leads, without its query. */
  location: string | null;
}

/** A trouble that may be over after a pause. */
export class Passing extends Error {
  /** What the service asks for; 0: it did not say. */
  readonly pauseMs: number;

  constructor(words: string, pauseMs = 0) {
    super(words);
    this.pauseMs = pauseMs;
  }
}

const timeoutMs = 15_000;
const largestAnswerBytes = 10 * 1024 * 1024;
const passingStatus = (status: number): boolean =>
  [408, 409, 425, 429].includes(status) || (status >= 500 && status !== 501);

/**
 * Asks once, follows no redirect (the token belongs to this address alone) and reads no answer without end. Throws
 * `Passing` for what may be over soon, refuses with `host/unreachable` what is no answer of an API.
 */
export async function askOnce(access: HostAccess, call: HostCall): Promise<HostAnswer> {
  const { method = 'GET', path, query = {}, body } = call;
  const url = new URL(access.api + path);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
  const response = await reached(access, url, {
    method,
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
    headers: {
      authorization: access.authorization,
      accept: 'application/json',
      'user-agent': 'signalbox',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await textOf(access, response);
  const { status, headers } = response;
  if (passingStatus(status)) throw new Passing(passingWords(status, text), pauseAsked(headers));
  const json = status >= 300 ? parsed(text) : mustParse(access, text);
  return {
    status,
    json,
    words: wordsIn(json) || text.slice(0, 1000),
    nextPage: nextPage(headers, Number(query['page'] ?? 1)),
    location: locationOf(headers, url),
  };
}

async function reached(access: HostAccess, url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    const { code, message } = innermost(error);
    if (/CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|ERR_TLS/.test(code)) {
      throw hostUnreachable(
        access,
        `Its certificate is not trusted here: ${message}`,
        'Start Signalbox with NODE_EXTRA_CA_CERTS=FILE, the authority that issued it.',
      );
    }
    throw new Passing(`It could not be reached: ${message}`);
  }
}

function innermost(error: unknown): { code: string; message: string } {
  let inner = error;
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
  if (!(inner instanceof Error)) return { code: '', message: String(inner) };
  const code = 'code' in inner && typeof inner.code === 'string' ? inner.code : '';
  return { code, message: inner.message || code };
}

async function textOf(access: HostAccess, { body, status }: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of body ?? []) {
      size += part.length;
      if (size > largestAnswerBytes) break;
      parts.push(part);
    }
  } catch (error) {
    throw new Passing(`Its answer broke off: ${innermost(error).message}`);
  }
  if (size > largestAnswerBytes && status < 300) {
    throw hostUnreachable(
      access,
      `Its answer is larger than ${largestAnswerBytes / 1024 / 1024} MB`,
    );
  }
  return Buffer.concat(parts).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function mustParse(access: HostAccess, text: string): unknown {
  if (text.trim() === '') return undefined;
  const json = parsed(text);
  if (json !== undefined) return json;
  throw hostUnreachable(
    access,
    'It answered with a page, not with JSON',
    'Is the URL that of the service itself? A login page or a proxy in between answers so.',
  );
}

const passingWords = (status: number, text: string): string =>
  status === 429
    ? 'It asks for fewer questions (429)'
    : `It answered ${status}${wordsIn(parsed(text)) && `: ${wordsIn(parsed(text))}`}`;

function wordsIn(json: unknown): string {
  if (typeof json !== 'object' || json === null) return '';
  const { message, error_description, error } = json as Record<string, unknown>;
  const words = message ?? error_description ?? error ?? '';
  return typeof words === 'string' ? words : JSON.stringify(words);
}

/** Seconds or a date; of GitLab also the second in which its window ends. */
function pauseAsked(headers: Headers): number {
  const after = headers.get('retry-after');
  const reset = headers.get('ratelimit-reset');
  if (after !== null && /^\d+$/.test(after)) return Number(after) * 1000;
  if (after !== null) return untilMs(Date.parse(after));
  return reset !== null && /^\d+$/.test(reset) ? untilMs(Number(reset) * 1000) : 0;
}

const untilMs = (instant: number): number =>
  Number.isNaN(instant) ? 0 : Math.max(0, instant - Date.now());

/** A number alone, never an address: a page of somebody else's list would get the token. */
function nextPage(headers: Headers, page: number): number | null {
  const named = headers.get('x-next-page');
  const linked = /<[^<>]*[?&]page=(\d+)[^<>]*>;[^,<]*rel="?next/.exec(
    headers.get('link') ?? '',
  )?.[1];
  const next = Number(named || linked || Number.NaN);
  return Number.isSafeInteger(next) && next > page ? next : null;
}

function locationOf(headers: Headers, from: URL): string | null {
  const location = headers.get('location');
  if (location === null || !URL.canParse(location, from.href)) return null;
  const { origin, pathname } = new URL(location, from.href);
  return origin + pathname;
}
