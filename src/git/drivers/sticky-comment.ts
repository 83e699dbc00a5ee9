import { cutText } from '../host-refusals.ts';

/** What the services take, with room for the mark. */
const longestText = 60_000;

/** Nobody sees it, and it alone does not make a comment ours: who wrote it does. */
const markOf = (app: string): string => `<!-- signalbox: ${app} -->`;

export function withMark(app: string, text: string): string {
  return `${markOf(app)}\n${cutText(text, longestText).trim()}`;
}

export function hasMark(app: string, text: string): boolean {
  return text.startsWith(markOf(app));
}
