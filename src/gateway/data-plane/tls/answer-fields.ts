import type { AnswerHead } from '../http1/answer-head.ts';

/** What HTTP/2 frames itself or does not know (RFC 9113 section 8.2.2). */
const dropped = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'te',
  'http2-settings',
]);

/** Status and headers of an answer as node:http2 takes them with the least work: name, value, name, value … */
export function answerFields({ status, kept }: AnswerHead): string[] {
  const fields = [':status', String(status)];
  eachLine(kept, (name, value) => fields.push(name, value));
  return fields;
}

/** The same lines by name; of several with one name all values. */
export function fieldsOf(lines: string): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = Object.create(null);
  eachLine(lines, (name, value) => {
    const before = fields[name];
    fields[name] = before === undefined ? value : [before, value].flat();
  });
  return fields;
}

function eachLine(lines: string, take: (name: string, value: string) => void): void {
  let at = 0;
  while (at < lines.length) {
    const colon = lines.indexOf(':', at);
    const end = lines.indexOf('\r\n', colon);
    const name = lines.substring(at, colon).toLowerCase();
    if (!dropped.has(name)) take(name, valueOf(lines, colon + 1, end));
    at = end + 2;
  }
}

/** Without the white space around it, and only that: other odd characters belong to it. */
function valueOf(lines: string, from: number, to: number): string {
  while (from < to && isSpace(lines.charCodeAt(from))) from += 1;
  while (to > from && isSpace(lines.charCodeAt(to - 1))) to -= 1;
  return lines.substring(from, to);
}

const isSpace = (code: number): boolean => code === 0x20 || code === 0x09;
