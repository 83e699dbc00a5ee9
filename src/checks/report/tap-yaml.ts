/** What the YAML below a test tells that is of use here. */
export interface TapFacts {
  durationMs: number | null;
  message: string;
  /** A group of tests rather than a test, as node:test says. */
  isSuite: boolean;
}

const mostText = 2000;

/**
 * Reads the YAML block that may begin at this line, and where the lines after it begin. Only plain keys of the outermost
 * level are read, line by line: a YAML parser would be one more thing for a hostile file to attack.
 */
export function tapYaml(lines: readonly string[], at: number): { facts: TapFacts; next: number } {
  const facts: TapFacts = { durationMs: null, message: '', isSuite: false };
  const first = lines[at]?.slice(0, 1000).trimEnd() ?? '';
  if (!first.endsWith(' ---') || first.trimStart() !== '---') return { facts, next: at };
  const begin = first.slice(0, -'---'.length);
  let next = at + 1;
  for (; next < lines.length; next += 1) {
    const line = lines[next]!;
    if (line.trim() === '') continue;
    // A block that never ends must not swallow the tests below it.
    if (indentOf(line) < begin.length) return { facts, next };
    if (line.trim() === '...') return { facts, next: next + 1 };
    if (indentOf(line) > begin.length) continue;
    const pair = /^\s*(duration_ms|type|message|error):\s*(.*)$/.exec(line.slice(0, mostText));
    if (!pair) continue;
    learn(
      facts,
      pair[1]!,
      valueAt(lines, { at: next, written: pair[2]!.trim(), begin: begin.length }),
    );
  }
  return { facts, next };
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

function learn(facts: TapFacts, key: string, value: string): void {
  if (key === 'duration_ms') facts.durationMs = Number(value) || 0;
  if (key === 'type' && value === 'suite') facts.isSuite = true;
  // The first one counts: some write a message and the thrown error after it.
  if ((key === 'message' || key === 'error') && facts.message === '') facts.message = value;
}

function valueAt(
  lines: readonly string[],
  { at, written, begin }: { at: number; written: string; begin: number },
): string {
  if (/^[|>][+-]?[0-9]?$/.test(written)) {
    const block: string[] = [];
    for (let next = at + 1; block.length < 10 && next < lines.length; next += 1) {
      const line = lines[next]!;
      if (line.trim() !== '' && indentOf(line) <= begin) break;
      block.push(line.trim().slice(0, mostText));
    }
    return block.join('\n').trim();
  }
  if (written.startsWith("'")) return written.slice(1, -1).replaceAll("''", "'");
  return written.startsWith('"') ? unquoted(written) : written;
}

function unquoted(written: string): string {
  try {
    return String(JSON.parse(written));
  } catch {
    return written.slice(1, -1);
  }
}
