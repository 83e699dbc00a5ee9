import { type OwnAnswer, ownAnswer } from '../../data-plane/forward/own-answer.ts';
import type { Page } from '../../route.ts';

export interface WordedPage {
  html: Wording;
  json: Wording;
  text: Wording;
}

interface Wording {
  type: string;
  body: string;
}

/** A page in the words of the embedded gateway, so that nobody can tell the drivers apart. */
export function wordedPage(page: Page): WordedPage {
  return {
    html: wording(page, 'text/html'),
    json: wording(page, 'application/json'),
    text: wording(page, 'text/plain'),
  };
}

/** The same as one line of ASCII, for HAProxy's own answers: it escapes everything else. */
export function asciiLine({ type, body }: Wording): string {
  const escape: (point: number) => string =
    type === 'text/html'
      ? (point) => `&#${point};`
      : type === 'text/plain'
        ? () => '?'
        : (code) => `\\u${code.toString(16).padStart(4, '0')}`;
  return body
    .replaceAll(/\s*\n\s*/g, ' ')
    .trim()
    .replaceAll(/[^ -~]/g, (character) => escape(character.charCodeAt(0)));
}

const plain: Omit<OwnAnswer, 'page' | 'accept'> = {
  isHead: false,
  closes: false,
  isOld: false,
  requestId: '',
};

function wording(page: Page, accept: string): Wording {
  const answer = ownAnswer({ ...plain, page, accept }).toString();
  const end = answer.indexOf('\r\n\r\n');
  const [, type = ''] = /^Content-Type: ([^;\r]+)/im.exec(answer.slice(0, end)) ?? [];
  return { type, body: answer.slice(end + 4) };
}
