import { SignalboxError } from '../kernel/signalbox-error.ts';
import { errorsPage, type Problem } from './contract/problem.ts';

/** The status of each code; anything else that a user can end is 422. */
const statuses: Readonly<Record<string, number>> = {
  'api/invalid': 400,
  'api/invalid-json': 400,
  'api/bad-request': 400,
  'api/no-token': 401,
  'api/wrong-token': 401,
  'api/wrong-signature': 401,
  'api/forbidden': 403,
  'api/no-proof': 403,
  'api/cross-site': 403,
  'api/no-such-path': 404,
  'api/wrong-method': 405,
  'api/too-large': 413,
  'api/wrong-media-type': 415,
  'api/needs-websocket': 426,
  'api/too-many-attempts': 429,
  'api/bug': 500,
};
/** The same endings mean the same in every domain. */
const endings: readonly (readonly [RegExp, number])[] = [
  [/\/(unknown|not-found|no-such-[a-z-]+|unknown-[a-z-]+)$/, 404],
  [/\/(exists|taken|busy|fenced|conflict)$/, 409],
];

/** RFC 9457. A bug shows nothing of itself: its message may hold what the caller must not see. */
export function problemOf(error: unknown): Problem {
  const { code, what, why, fix } = asRefusal(error);
  return {
    type: `${errorsPage}#${code}`,
    title: what,
    ...(why === undefined ? {} : { detail: why }),
    status: statusOf(code),
    code,
    fix: [...fix],
  };
}

/** Whether somebody should look at it, because no user can end it. */
export function isBug(error: unknown): boolean {
  return asRefusal(error).code === 'api/bug';
}

export function statusOf(code: string): number {
  return statuses[code] ?? endings.find(([ending]) => ending.test(code))?.[1] ?? 422;
}

export function asRefusal(error: unknown): SignalboxError {
  if (error instanceof SignalboxError) return error;
  return fromFastify(error) ?? bug();
}

/** What Fastify itself refuses, in our words. Errors of others may carry a status too, but not to our caller. */
function fromFastify(error: unknown): SignalboxError | null {
  if (!(error instanceof Error)) return null;
  const { statusCode = 500, code = '' } = error as { statusCode?: number; code?: string };
  if (error instanceof SyntaxError && statusCode === 400) return invalidJson();
  if (!code.startsWith('FST_') || statusCode < 400 || statusCode >= 500) return null;
  if (statusCode === 413) return tooLarge('this request');
  if (statusCode === 415) return wrongMediaType();
  if (code.startsWith('FST_ERR_CTP')) return invalidJson();
  return new SignalboxError({
    code: 'api/bad-request',
    what: 'This request could not be understood.',
    why: error.message,
    fix: ['Compare it with /openapi.json.'],
  });
}

function bug(): SignalboxError {
  return new SignalboxError({
    code: 'api/bug',
    what: 'Signalbox failed here, and it is not your doing.',
    fix: ['Try once more.', "Look into the controller's log and report what it says."],
  });
}

export function tooLarge(what: string): SignalboxError {
  return new SignalboxError({
    code: 'api/too-large',
    what: `The body of ${what} is too large.`,
    fix: ['Send less at once.'],
  });
}

function wrongMediaType(): SignalboxError {
  return new SignalboxError({
    code: 'api/wrong-media-type',
    what: 'The body is of a kind that is not understood here.',
    fix: ['Send JSON, with Content-Type: application/json.'],
  });
}

function invalidJson(): SignalboxError {
  return new SignalboxError({
    code: 'api/invalid-json',
    what: 'The body is not valid JSON.',
    fix: ['Send one JSON object, or no body and no Content-Type at all.'],
  });
}
