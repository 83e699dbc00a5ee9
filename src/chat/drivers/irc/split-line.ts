/**
 * A text as lines that IRC can carry: at most `mostBytes` of UTF-8 each, broken between words where there are any and
 * never inside a character. Line breaks end a line; other control characters are left out, and so nothing in a text
 * can be taken for a command of its own. Empty lines are left out too: IRC has none.
 */
export function splitLine(text: string, mostBytes = 400): string[] {
  return text
    .split(/[\r\n\u2028\u2029]+/)
    .map((line) =>
      line
        .replaceAll(/\p{Cc}/gu, '')
        .toWellFormed()
        .trimEnd(),
    )
    .filter((line) => line !== '')
    .flatMap((line) => pieces(line, mostBytes));
}

function pieces(line: string, mostBytes: number): string[] {
  const found: string[] = [];
  let rest = line;
  while (Buffer.byteLength(rest) > mostBytes) {
    const most = beginning(rest, mostBytes);
    const space = most.lastIndexOf(' ');
    const end = rest[most.length] === ' ' || space < most.length / 2 ? most.length : space;
    found.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return [...found, rest].filter((piece) => piece !== '');
}

/** As many whole characters as fit. */
export function beginning(text: string, mostBytes: number): string {
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > mostBytes) break;
    end += character.length;
  }
  return text.slice(0, end);
}
