import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../../kernel/clock.ts';
import type { SlackDispatch } from './slack-dispatch.ts';

export interface SlackRequest {
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** As it came: the signature is over these bytes. */
  body: Buffer;
}

export interface SlackAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export interface RequestEnds {
  signingSecret: string;
  clock: Clock;
  /** null: we have not started, or have left. */
  dispatch: SlackDispatch | null;
}

/**
 * Answers a request Slack sent, once it is written down. 401: it is not Slack's, or older than five minutes; 500 and
 * 503: Slack should send it again. A replayed one is heard once, by its id.
 */
export async function answerSlack(ends: RequestEnds, request: SlackRequest): Promise<SlackAnswer> {
  if (!isSigned(ends, request)) return answer(401, 'This is not signed by Slack, or too old.');
  const body = bodyOf(request);
  if (body === null) return answer(400, 'This makes no sense.');
  if (body['type'] === 'url_verification') return answer(200, String(body['challenge']));
  const { dispatch } = ends;
  if (!dispatch) return answer(503, 'Signalbox is not listening to Slack.');
  try {
    await dispatch(body);
    return answer(200, '');
  } catch {
    return answer(500, 'It was not written down; send it again.');
  }
}

const answer = (status: number, body: string): SlackAnswer => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body,
});

/** How Slack signs: HMAC-SHA256 over "v0:", its time in seconds and the raw body. */
function isSigned({ signingSecret, clock }: RequestEnds, { headers, body }: SlackRequest): boolean {
  const [time, signature] = [headers[timeHeader], headers[signatureHeader]];
  if (typeof time !== 'string' || typeof signature !== 'string' || !/^\d{1,12}$/.test(time))
    return false;
  // The future is as old as the past: such a request could be replayed for longer.
  if (Math.abs(clock.now().getTime() / 1_000 - Number(time)) > freshSeconds) return false;
  const mac = createHmac('sha256', signingSecret).update(`v0:${time}:`).update(body);
  const [ours, theirs] = [Buffer.from(`v0=${mac.digest('hex')}`), Buffer.from(signature)];
  return ours.length === theirs.length && timingSafeEqual(ours, theirs);
}

const timeHeader = 'x-slack-request-timestamp';
const signatureHeader = 'x-slack-signature';
const freshSeconds = 300;

/** Events come as JSON, buttons as JSON in a form, commands as a form. */
function bodyOf({ headers, body }: SlackRequest): Record<string, unknown> | null {
  const text = body.toString('utf8');
  if (!String(headers['content-type']).startsWith('application/x-www-form-urlencoded'))
    return objectIn(text);
  const form = new URLSearchParams(text);
  const payload = form.get('payload');
  return payload === null ? Object.fromEntries(form) : objectIn(payload);
}

function objectIn(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}
