/** A line of TAP that means something; depth is the number of subtests around it. */
export type TapLine =
  | { kind: 'version' }
  | TapPlan
  | TapPoint
  /** The } of a subtest in braces. */
  | { kind: 'end'; depth: number }
  | { kind: 'bail out'; reason: string };

export interface TapPlan {
  kind: 'plan';
  depth: number;
  tests: number;
  /** The whole of it was skipped. */
  isSkipped: boolean;
}

export interface TapPoint {
  kind: 'test';
  depth: number;
  ok: boolean;
  name: string;
  directive: 'skip' | 'todo' | null;
  /** As node-tap says it: `# time=12.5ms`. */
  durationMs: number;
  /** Its subtests follow in braces. */
  opensBrace: boolean;
}

const longestLine = 10_000;

/** What a line means; null: nothing to TAP. */
export function readTapLine(whole: string): TapLine | null {
  if (!mayMatter(whole)) return null;
  const line = whole.slice(0, longestLine).trimEnd();
  const text = line.trimStart();
  const depth = Math.floor((line.length - text.length) / 4);
  if (text === '}') return { kind: 'end', depth };
  if (depth === 0 && /^TAP version 1[2-4]$/.test(text)) return { kind: 'version' };
  // As soon as one subtest gives up, everything does.
  if (text.startsWith('Bail out!')) return { kind: 'bail out', reason: text.slice(9).trim() };
  const plan = /^1\.\.(\d{1,7})(?:\s*#\s*(.*))?$/s.exec(text);
  if (plan) {
    const tests = Number(plan[1]);
    return { kind: 'plan', depth, tests, isSkipped: tests === 0 && /^skip/i.test(plan[2] ?? '') };
  }
  const point = /^(not )?ok(?=\s|$)\s*(.*)$/s.exec(text);
  return point ? { kind: 'test', depth, ok: !point[1], ...described(point[2] ?? '') } : null;
}

/** Nearly every line of a log is told apart by its first letter, long before an expression looks at it. */
function mayMatter(line: string): boolean {
  let at = 0;
  while (line[at] === ' ' || line[at] === '\t') at += 1;
  return at < line.length && 'on1BT}'.includes(line[at]!);
}

function described(text: string) {
  const opensBrace = text.endsWith('{') && !text.endsWith('\\{');
  const rest = (opensBrace ? text.slice(0, -1) : text).replace(/^\d{1,9}(?=\s|$)/, '').trimStart();
  const [description, comments] = split(rest);
  const directive = /^\s*(skip|todo)/i.exec(comments)?.[1]?.toLowerCase() as 'skip' | 'todo';
  const time = /\btime=([0-9.]{1,20})ms/.exec(comments)?.[1];
  return {
    name: description
      .replace(/^-(?=\s|$)/, '')
      .trim()
      .replaceAll(/\\([\\#])/g, '$1'),
    directive: directive ?? null,
    durationMs: Number(time ?? 0) || 0,
    opensBrace,
  };
}

/** At the # of a directive: names may contain others, escaped or not. */
function split(text: string): [description: string, comments: string] {
  for (let at = text.indexOf('#'); at >= 0; at = text.indexOf('#', at + 1)) {
    const isEscaped = text[at - 1] === '\\' && text[at - 2] !== '\\';
    if (!isEscaped && /^#\s*(skip|todo|time=)/i.test(text.slice(at, at + 50)))
      return [text.slice(0, at), text.slice(at + 1)];
  }
  return [text, ''];
}
