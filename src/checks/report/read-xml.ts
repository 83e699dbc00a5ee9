import { shortened } from './shortened.ts';
import { openingTag } from './xml-tag.ts';

/** Told of a document's parts in their order. */
export interface XmlReader {
  /** Asked once, for the root; the reading stops where it says no. */
  wants(root: string): boolean;
  open(name: string, attributes: ReadonlyMap<string, string>): void;
  /** Escaped text still has its entities: see plainText. */
  text(piece: string, kind: 'escaped' | 'literal'): void;
  close(name: string): void;
}

const deepest = 100;

/**
 * Reads XML as test tools write it, in one pass without recursion: entities are never expanded, declarations of a
 * document's own never obeyed, nothing is ever fetched. Characters that XML forbids are let through, because
 * tools write them. Returns null, or why the reading stopped and in which line; never throws.
 */
export function readXml(text: string, reader: XmlReader): string | null {
  const open: string[] = [];
  let seen = 0;
  let at = 0;
  const stoppedAt = (position: number, why: string) =>
    `line ${text.slice(0, position).split('\n').length}: ${why}`;
  for (let start = text.indexOf('<'); start >= 0; start = text.indexOf('<', at)) {
    if (start > at && open.length > 0) reader.text(text.slice(at, start), 'escaped');
    const other = notATag(text, start);
    if (other) {
      if ('problem' in other) return stoppedAt(start, other.problem);
      if (other.literal !== null && open.length > 0) reader.text(other.literal, 'literal');
      at = other.end;
    } else if (text[start + 1] === '/') {
      const end = text.indexOf('>', start);
      const name = end < 0 ? null : text.slice(start + 2, Math.min(end, start + 1000)).trim();
      if (name === null || open.pop() !== name)
        return stoppedAt(start, `not the end tag that belongs here`);
      reader.close(name);
      at = end + 1;
    } else {
      const tag = openingTag(text, start);
      if (!tag) return stoppedAt(start, 'not a complete tag');
      if (seen === 0 && !reader.wants(tag.name)) return `its root is <${shortened(tag.name, 60)}>`;
      seen += 1;
      reader.open(tag.name, tag.attributes);
      if (tag.isEmpty) reader.close(tag.name);
      else open.push(tag.name);
      if (open.length > deepest) return stoppedAt(start, 'nested too deeply');
      at = tag.end;
    }
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) return `it ends inside <${shortened(unclosed, 60)}>`;
  return seen > 0 ? null : 'it holds no XML';
}

type Other = { end: number; literal: string | null } | { problem: string };

/** Comments, CDATA, instructions, a DOCTYPE; null: it is a tag. */
function notATag(text: string, start: number): Other | null {
  if (text[start + 1] !== '!' && text[start + 1] !== '?') return null;
  if (text.startsWith('<!DOCTYPE', start)) return doctype(text, start);
  const found = enclosures.find(([begin]) => text.startsWith(begin, start));
  if (!found) return { problem: 'a declaration that test reports do not have' };
  const [begin, finish] = found;
  const end = text.indexOf(finish, start + begin.length);
  if (end < 0) return { problem: `${begin} has no end` };
  const literal = begin === '<![CDATA[' ? text.slice(start + begin.length, end) : null;
  return { end: end + finish.length, literal };
}

const enclosures = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
] as const;

function doctype(text: string, start: number): Other {
  const end = text.indexOf('>', start);
  if (end < 0 || text.slice(start, end).includes('['))
    return { problem: 'a DOCTYPE with declarations of its own is not read' };
  return { end: end + 1, literal: null };
}
