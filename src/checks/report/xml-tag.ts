import { plainText } from './plain-text.ts';

export interface XmlTag {
  name: string;
  attributes: ReadonlyMap<string, string>;
  /** It has no content: <skipped/>. */
  isEmpty: boolean;
  /** The position after its >. */
  end: number;
}

/** Of the values of attributes; a longer one is cut, as nothing here shows more. */
const longestValue = 10_000;
const mostAttributes = 200;

/** The opening tag at a <; null: there is none, or it is not complete. */
export function openingTag(text: string, start: number): XmlTag | null {
  let at = nameEnd(text, start + 1);
  const name = text.slice(start + 1, at);
  if (name === '') return null;
  const attributes = new Map<string, string>();
  for (;;) {
    at = spaceEnd(text, at);
    if (text[at] === '>') return { name, attributes, isEmpty: false, end: at + 1 };
    if (text[at] === '/' && text[at + 1] === '>')
      return { name, attributes, isEmpty: true, end: at + 2 };
    const keyEnd = nameEnd(text, at);
    const equals = spaceEnd(text, keyEnd);
    const open = spaceEnd(text, equals + 1);
    const quote = text[open];
    if (keyEnd === at || text[equals] !== '=' || (quote !== '"' && quote !== "'")) return null;
    const close = text.indexOf(quote, open + 1);
    if (close < 0 || attributes.size >= mostAttributes) return null;
    const value = text.slice(open + 1, Math.min(close, open + 1 + longestValue));
    attributes.set(text.slice(at, keyEnd), plainText(value));
    at = close + 1;
  }
}

const isSpace = (code: number): boolean =>
  code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;

function spaceEnd(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at += 1;
  return at;
}

function nameEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isSpace(text.charCodeAt(at)) && !'<>/=\'"'.includes(text[at]!))
    at += 1;
  return at;
}
