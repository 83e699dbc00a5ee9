import { stripVTControlCharacters } from 'node:util';

/**
 * At most so many characters, an ellipsis among them, without colours, control characters (line ends stay) and halves
 * of characters: what a database keeps and a terminal shows without harm.
 */
export function shortened(text: string, mostCharacters: number): string {
  // The copy matters: a slice would keep the whole report in memory.
  const copy = Buffer.from(text.slice(0, 8 * mostCharacters)).toString();
  // oxlint-disable-next-line no-control-regex -- control characters are what this removes
  const controls = /[\0-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+/g;
  const clean = stripVTControlCharacters(copy.replaceAll('\r\n', '\n'))
    .replace(controls, ' ')
    .trim();
  if (clean.length <= mostCharacters) return clean;
  return `${clean.slice(0, mostCharacters - 1).toWellFormed()}…`;
}
