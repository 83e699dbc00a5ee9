import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { Document, Node, Pair } from 'yaml';
import { mostBytes, refusedBeforeParsing } from './yaml-limits.ts';
import { shown, type Position, type Problem } from './problem.ts';

export interface YamlFile {
  /** Plain JSON; variables as they were written, `0.10` as "0.10". */
  value: unknown;
  problems: Problem[];
  position(problem: Problem): Position | null;
}

/** Reads YAML 1.2. What is wrong with it stands in `problems`; nothing a file holds makes it slow or throw. */
export function readYaml(text: string): YamlFile {
  const lines = new LineCounter();
  const refused = refusedBeforeParsing(text);
  if (refused) return unreadable(refused, lines, text);
  // The library's own search for duplicate keys is quadratic; ours is below.
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
    version: '1.2',
  });
  const problems = [
    ...syntaxProblems(document),
    ...keyProblems(document),
    ...textProblems(document),
  ];
  keepVariablesAsWritten(document);
  return {
    value: problems.length > 0 ? null : plainValue(document, problems),
    problems,
    position: (problem) => positionOf(problem, document, lines),
  };
}

function unreadable(
  refused: { message: string; offset?: number },
  lines: LineCounter,
  text: string,
) {
  if (text.length <= mostBytes) countLines(text, lines);
  const { message, offset } = refused;
  const problem: Problem = { path: [], message, offset };
  const position = () => (offset === undefined ? null : asPosition(lines.linePos(offset)));
  return { value: null, problems: [problem], position };
}

function countLines(text: string, lines: LineCounter): void {
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1))
    lines.addNewLine(at + 1);
}

function syntaxProblems(document: Document): Problem[] {
  return [...document.errors, ...document.warnings].map(({ message, pos }) => ({
    path: [],
    message: `not valid YAML: ${shown(message.split('\n')[0] ?? '').replace(/[.:]$/, '')}`,
    offset: pos[0],
  }));
}

function keyProblems(document: Document): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Map(_, map) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        const wrong = wrongKey(key, seen);
        if (wrong) problems.push({ path: [], message: wrong, offset: startOf(key) });
      }
    },
  });
  return problems;
}

/** Neither PostgreSQL nor a process's environment or command line can hold them. */
function textProblems(document: Document): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Scalar(_, scalar) {
      const text = String(scalar.value);
      if (text.isWellFormed() && !text.includes('\0')) return;
      const message = 'a text must not hold a NUL character or half a character';
      problems.push({ path: [], message, offset: startOf(scalar) });
    },
  });
  return problems;
}

function wrongKey(key: unknown, seen: Set<string>): string | null {
  if (!isScalar(key)) return 'a key must be plain text';
  const text = String(key.value);
  // It would be lost, or change what an object is, on its way through JavaScript.
  if (text === '__proto__') return '__proto__ cannot be a key';
  if (seen.has(text)) return `the key "${shown(text)}" is there twice`;
  seen.add(text);
  return null;
}

function keepVariablesAsWritten(document: Document): void {
  const root = document.contents;
  const variables = isMap(root) ? root.get('variables') : null;
  if (!isMap(variables)) return;
  for (const { value } of variables.items) {
    if (isScalar(value) && ['number', 'boolean', 'bigint'].includes(typeof value.value)) {
      value.value = value.source ?? String(value.value);
    }
  }
}

function plainValue(document: Document, problems: Problem[]): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    problems.push({ path: [], message: 'uses too many YAML aliases; write the values out' });
    return null;
  }
}

function positionOf({ path, atKey, offset }: Problem, document: Document, lines: LineCounter) {
  if (offset !== undefined) return asPosition(lines.linePos(offset));
  let found: Node | null = document.contents;
  let foundKey: unknown = found;
  for (const step of path) {
    const inside: Node | null = isAlias(found) ? (found.resolve(document) ?? null) : found;
    const pair: Pair | undefined = isMap(inside)
      ? inside.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
      : undefined;
    const next: unknown = pair
      ? pair.value
      : isSeq(inside)
        ? inside.items[Number(step)]
        : undefined;
    if (pair === undefined && next === undefined)
      return asPosition(lines.linePos(startOf(foundKey) ?? 0));
    foundKey = pair ? pair.key : next;
    found = (next ?? null) as Node | null;
  }
  const start = atKey ? startOf(foundKey) : (startOf(found) ?? startOf(foundKey));
  return asPosition(lines.linePos(start ?? 0));
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null)?.range?.[0];
}

function asPosition({ line, col }: { line: number; col: number }): Position {
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}
