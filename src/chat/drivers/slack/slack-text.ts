/** Slack's markup begins with one of these three; nothing we say may open it. */
export const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    // oxlint-disable-next-line no-control-regex -- the ones people cannot see
    .replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F]/g, '');

/**
 * What a person sees of a message, in one line. Somebody mentioned becomes `@TEAM:USER`, their account with an at sign:
 * a name would prove nothing. Links become what was typed.
 */
export function plain(markup: string, team: string): string {
  return markup
    .replaceAll(/<([^<>]*)>/g, (_, inside: string) => shownOf(inside, team))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim();
}

/** A command is often sent as code, so that Slack leaves it alone. */
export const withoutFence = (text: string): string =>
  /^(`{3}|`)([^`]+)\1$/.exec(text)?.[2]?.trim() ?? text;

function shownOf(inside: string, team: string): string {
  const bar = inside.indexOf('|');
  const target = bar === -1 ? inside : inside.slice(0, bar);
  const label = bar === -1 ? null : inside.slice(bar + 1);
  switch (target[0]) {
    case '@':
      return `@${team}:${target.slice(1)}`;
    case '#':
      return `#${label || target.slice(1)}`;
    case '!':
      return label || `@${target.slice(1)}`;
    default:
      return label || target;
  }
}

/** Messages of whole lines, each as Slack takes it; `lines` are escaped already. */
export function inMessages(lines: readonly string[]): string[] {
  const messages: string[] = [];
  let open: string[] = [];
  let size = 0;
  for (const line of lines.flatMap(inPieces)) {
    if (open.length === mostLines || size + line.length > mostCharacters) {
      messages.push(open.join('\n'));
      [open, size] = [[], 0];
    }
    open.push(line);
    size += line.length + 1;
  }
  if (open.length > 0) messages.push(open.join('\n'));
  return messages;
}

export const mostLines = 40;
/** Of a block, in UTF-16 units. */
export const mostCharacters = 3_000;

/** Cut between words where there are some, never within an escape or a character of two units. */
function inPieces(line: string): string[] {
  const pieces: string[] = [];
  let rest = line;
  while (rest.length > mostCharacters) {
    const at = whereToCut(rest);
    pieces.push(rest.slice(0, at).trimEnd());
    rest = rest.slice(at).trimStart();
  }
  return [...pieces, rest];
}

function whereToCut(line: string): number {
  const space = line.lastIndexOf(' ', mostCharacters);
  if (space > mostCharacters / 2) return space;
  let at = mostCharacters;
  const escape = line.lastIndexOf('&', at - 1);
  if (escape > at - 5 && line.slice(escape, at).indexOf(';') === -1) at = escape;
  return /[\uD800-\uDBFF]/.test(line[at - 1] ?? '') ? at - 1 : at;
}

/** At most so many characters; what is missing shows. */
export const cut = (text: string, most: number): string => {
  const characters = Array.from(text);
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
};
