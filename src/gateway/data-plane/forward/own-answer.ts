import { STATUS_CODES } from 'node:http';
import type { Page } from '../../route.ts';

export interface OwnAnswer {
  page: Page;
  /** The request's Accept header, '' for none. */
  accept: string;
  /** The head alone. */
  isHead: boolean;
  closes: boolean;
  isOld: boolean;
  requestId: string;
}

/** The gateway's own words, as HTML for browsers, JSON for programs, else text. */
export function ownAnswer(answer: OwnAnswer): Buffer {
  const { page, accept } = answer;
  const [type, body] = worded(accept, page);
  return answerBytes(answer, {
    status: page.status,
    type: `${type}; charset=utf-8`,
    more: 'X-Content-Type-Options: nosniff\r\nVary: Accept\r\n',
    body,
  });
}

/** A text that means the same to everybody, such as a proof for a certificate. */
export function textAnswer(answer: Omit<OwnAnswer, 'page' | 'accept'>, text: string): Buffer {
  const type = 'text/plain; charset=utf-8';
  return answerBytes(answer, { status: 200, type, more: '', body: text });
}

/** The Accept value among a head's lines. */
export function acceptOf(lines: string): string {
  return /^accept:[ \t]*(.*)\r$/im.exec(lines)?.[1] ?? '';
}

function answerBytes(
  { isHead, closes, isOld, requestId }: Omit<OwnAnswer, 'page' | 'accept'>,
  { status, type, more, body }: { status: number; type: string; more: string; body: string },
): Buffer {
  const connection = closes ? 'Connection: close\r\n' : isOld ? 'Connection: keep-alive\r\n' : '';
  const head =
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: ${type}\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\nCache-Control: no-store\r\n${more}` +
    (requestId === '' ? '' : `X-Request-Id: ${requestId}\r\n`) +
    (status === 405 ? `Allow: ${methods}\r\n` : '') +
    `${connection}\r\n`;
  return Buffer.from(isHead ? head : head + body);
}

const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';

function worded(accept: string, page: Page): [type: string, body: string] {
  if (/\btext\/html\b/i.test(accept)) return ['text/html', page.html ?? html(page)];
  if (/\/(?:[\w.-]+\+)?json\b/i.test(accept)) return ['application/problem+json', problem(page)];
  return ['text/plain', `${page.title}\n\n${page.text}\n`];
}

function problem({ status, title, text }: Page): string {
  return JSON.stringify({ type: 'about:blank', title, status, detail: text });
}

function html({ status, title, text }: Page): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:20vh auto;padding:0 1rem;color-scheme:light dark}</style>
<h1>${escaped(title)}</h1>
<p>${escaped(text)}</p>
<p><small>${status} ${STATUS_CODES[status] ?? ''}, said by the Signalbox gateway</small></p>
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}
