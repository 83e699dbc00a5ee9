import { type IncomingMessage, STATUS_CODES, type ServerResponse } from 'node:http';
import type { Page } from '../route.ts';

/** The gateway's own words, as HTML for browsers, JSON for programs, else text. */
export function sendPage(request: IncomingMessage, response: ServerResponse, page: Page): void {
  if (response.headersSent || response.destroyed) return;
  const [type, body] = worded(request.headers.accept ?? '', page);
  response.writeHead(page.status, {
    'Content-Type': `${type}; charset=utf-8`,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    Vary: 'Accept',
  });
  response.end(body);
}

export const notUnderstood: Page = {
  status: 400,
  title: 'This request cannot be understood',
  text: 'It does not say clearly which host it is for.',
};

export const unknownHost = (host: string): Page => ({
  status: 404,
  title: `Nothing is served at ${host}`,
  text: `The gateway has no route for ${host}. The environment may not be ready yet, or it is gone.`,
});

export const noInstance = (host: string): Page => ({
  status: 502,
  title: `${host} does not answer`,
  text: `The route of ${host} is in order, but none of its instances took the request. Its log says why.`,
});

function worded(accept: string, page: Page): [type: string, body: string] {
  if (/\btext\/html\b/i.test(accept)) return ['text/html', html(page)];
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
