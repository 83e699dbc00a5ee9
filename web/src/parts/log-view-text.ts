/**
 * Colours and other CSI sequences whole, so that no `[31m` is left of them (ECMA-48, section 5.4); all control characters
 * but the tab; and what turns the direction of writing around.
 */
const harmful =
  // oxlint-disable-next-line no-control-regex
  /\u001b\[[0-?]*[ -/]*[@-~]|[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A line that can do nothing but be read. The API does the same; this is for what it may forget. */
export const logViewText = (text: string): string => text.replaceAll(harmful, '');

/** Finds what was typed as it stands there, in upper or lower case; null: nothing was typed. */
export function searchOf(typed: string): RegExp | null {
  if (typed === '') return null;
  return new RegExp(`(${typed.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')})`, 'i');
}

/** The text cut at what was found: every second piece is a find. */
export const cutAtFinds = (text: string, search: RegExp | null): string[] =>
  search === null ? [text] : text.split(search);

/** One row of a wrapped line, without cutting a character in two. */
export function rowOfText(text: string, part: number, columns: number): string {
  if (columns === Infinity) return text;
  return text.slice(edge(text, part * columns), edge(text, (part + 1) * columns));
}

const edge = (text: string, at: number): number =>
  (text.charCodeAt(at) & 0xfc00) === 0xdc00 ? at - 1 : at;
