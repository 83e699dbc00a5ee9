import { type HttpError, isHttpError } from './http-error.ts';
import { quoted } from './refusals.ts';

export interface PassingTrouble {
  /** What the service asks for; null: it does not say. */
  waitMs: number | null;
  why: string;
}

/** The trouble that a later attempt may not have; null: trying again is no use. */
export function triedInVain(error: unknown, now: Date): PassingTrouble | null {
  if (!isHttpError(error)) return null;
  const { status, response, message } = error;
  if (response === undefined) return { waitMs: null, why: `No answer: ${quoted(message)}.` };
  if (status >= 500) return { waitMs: null, why: `It answered with ${status}.` };
  const limit = limitOf(error);
  if (limit === null) return null;
  const waitMs = wishedPause(response.headers, now);
  const until = new Date(now.getTime() + waitMs).toISOString();
  return { waitMs, why: `Its ${limit} rate limit is used up until ${until}.` };
}

/** The primary limit counts requests an hour, the secondary one is GitHub's word that we are too fast. */
function limitOf({ status, response, message }: HttpError): 'primary' | 'secondary' | null {
  if (status !== 403 && status !== 429) return null;
  if (response?.headers['x-ratelimit-remaining'] === '0') return 'primary';
  const isSlowDown =
    status === 429 ||
    response?.headers['retry-after'] !== undefined ||
    /secondary rate limit|abuse detection/i.test(message);
  return isSlowDown ? 'secondary' : null;
}

type Answered = NonNullable<HttpError['response']>;

/** In milliseconds; GitHub asks for a minute where it names no time. */
function wishedPause(headers: Answered['headers'], now: Date): number {
  const seconds = wholeNumber(headers['retry-after']);
  if (seconds !== null) return seconds * 1000;
  const reset = wholeNumber(headers['x-ratelimit-reset']);
  const isUsedUp = headers['x-ratelimit-remaining'] === '0';
  // A second more: both clocks are rounded.
  if (isUsedUp && reset !== null) return Math.max(reset * 1000 - now.getTime(), 0) + 1000;
  return 60_000;
}

const wholeNumber = (header: string | number | undefined): number | null => {
  const text = String(header);
  return /^\d{1,12}$/.test(text) ? Number(text) : null;
};
