import { CST, Lexer } from 'yaml';

/** A signalbox.yaml of a large team has 10 KiB. */
export const mostBytes = 256 * 1024;
const deepest = 32;
// A file of 10 KiB has 4,000; beyond this only an attack on the parser is left.
const mostTokens = 40_000;
// Between its tokens the lexer puts marks that stand for nothing in the text.
const marks = new Set<string>([CST.DOCUMENT, CST.FLOW_END, CST.SCALAR]);

/**
 * Why a text must not even be parsed: the parser is recursive, and needs minutes for what nests deeply. The
 * lexer is not, and sees every nesting that fits on one line; nesting by indentation is bounded by the
 * size, as each level costs its own line one more space than the last.
 */
export function refusedBeforeParsing(text: string): { message: string; offset?: number } | null {
  const bytes = Buffer.byteLength(text);
  if (bytes > mostBytes)
    return { message: `the file has ${bytes} bytes; at most ${mostBytes} are read` };
  let [depth, inLine, offset, tokens] = [0, 0, 0, 0];
  for (const token of new Lexer().lex(text)) {
    const kind = CST.tokenType(token);
    tokens += 1;
    if (tokens > mostTokens) return { message: 'the file has too many parts', offset };
    if (kind === 'explicit-key-ind')
      return { message: 'keys that begin with ? are not supported', offset };
    if (kind === 'directive-line')
      return { message: 'YAML directives (%) are not supported', offset };
    if (kind === 'flow-seq-start' || kind === 'flow-map-start') depth += 1;
    if (kind === 'flow-seq-end' || kind === 'flow-map-end') depth = Math.max(0, depth - 1);
    if (kind === 'newline') inLine = 0;
    if (kind === 'seq-item-ind' || kind === 'anchor' || kind === 'tag') inLine += 1;
    if (depth > deepest || inLine > 256)
      return { message: 'the file is nested too deeply', offset };
    if (!marks.has(token)) offset += token.length;
  }
  return null;
}
