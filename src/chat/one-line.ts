import { shownLine } from '../environments/log-lines.ts';

const longest = 350;

/** What people wrote into commits, as one line that does nothing but be read. */
export const plainLine = (text: string): string => shownLine(oneLine(text), { longest });

/** What somebody wrote cannot begin a line of its own in a room: people would take that one for our word. */
export const oneLine = (text: string): string => text.replaceAll(lineBreaks, ' ');

/** What a network, a terminal or a person takes for one (Unicode Standard, section 5.8). */
const lineBreaks = /[\n-\r\u0085\u2028\u2029]+/g;
