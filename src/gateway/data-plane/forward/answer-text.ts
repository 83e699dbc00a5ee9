import type { AnswerHead } from '../http1/answer-head.ts';
import { withoutFraming } from '../http1/kept-lines.ts';

export interface AnswerExtras {
  requestId: string;
  /** A Set-Cookie value of ours, '' for none. */
  setCookie: string;
  /** The client's connection ends with this answer. */
  closes: boolean;
  /** The client speaks HTTP/1.0, which knows neither chunks nor connections that stay by themselves. */
  isOld: boolean;
  isDecoded: boolean;
}

/** A head as the client gets it. */
export function answerText(head: AnswerHead, extras: AnswerExtras): string {
  const { requestId, setCookie, closes, isOld, isDecoded } = extras;
  const kept = isDecoded ? withoutFraming(head.kept) : head.kept;
  let text = `HTTP/1.1 ${head.status} ${head.reason}\r\n${kept}`;
  if (!namesRequest(kept)) text += `X-Request-Id: ${requestId}\r\n`;
  if (setCookie !== '') text += `Set-Cookie: ${setCookie}\r\n`;
  if (closes) return `${text}Connection: close\r\n\r\n`;
  return isOld ? `${text}Connection: keep-alive\r\n\r\n` : `${text}\r\n`;
}

export const interimText = ({ status, reason, kept }: AnswerHead): string =>
  `HTTP/1.1 ${status} ${reason}\r\n${kept}\r\n`;

export const switchingText = (
  { reason, kept, upgrade }: AnswerHead,
  { requestId, setCookie }: Pick<AnswerExtras, 'requestId' | 'setCookie'>,
): string =>
  `HTTP/1.1 101 ${reason}\r\n${kept}` +
  (namesRequest(kept) ? '' : `X-Request-Id: ${requestId}\r\n`) +
  (setCookie === '' ? '' : `Set-Cookie: ${setCookie}\r\n`) +
  `Connection: Upgrade\r\nUpgrade: ${upgrade}\r\n\r\n`;

/** Some instances send the name back themselves. The first look is cheap and nearly always says no. */
const namesRequest = (kept: string): boolean =>
  kept.includes('equest-') && /^x-request-id:/im.test(kept);
