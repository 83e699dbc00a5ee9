import { loadModule, type Node, parseSync, SqlError } from 'libpg-query';

export interface Statement {
  node: Node;
  /** On one line, shortened. */
  text: string;
  line: number;
}

export type Parsed = { statements: Statement[] } | { problem: string; line: number | null };

const longestShown = 120;
const comments = /^(?:\s+|--[^\n]*|\/\*[\s\S]*?\*\/)*/;

/**
 * The statements of a text of SQL, as PostgreSQL's own parser reads them. What it refuses is an answer. Never in the
 * controller's main thread: a hostile text can exhaust the stack, after which the parser is no longer to be used.
 */
export async function parseSql(sql: string): Promise<Parsed> {
  // For the parser, written in C, the text would end there.
  if (sql.includes('\0')) return { problem: 'it holds a NUL character', line: null };
  await loadModule();
  try {
    return { statements: sql.trim() === '' ? [] : located(sql) };
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    const at = error.sqlDetails?.cursorPosition;
    return { problem: error.message, line: at ? lineAt(Buffer.from(sql), at) : null };
  }
}

/** The parser counts bytes of UTF-8. */
function located(sql: string): Statement[] {
  const bytes = Buffer.from(sql);
  let seen = 0;
  let line = 1;
  return (parseSync(sql).stmts ?? []).flatMap(
    ({ stmt, stmt_location: from = 0, stmt_len: size }) => {
      if (!stmt) return [];
      const raw = bytes.toString('utf8', from, size ? from + size : undefined);
      const lead = comments.exec(raw)?.[0] ?? '';
      const start = from + Buffer.byteLength(lead);
      line += newlines(bytes, seen, start);
      seen = start;
      return [{ node: stmt, text: shortened(raw.slice(lead.length)), line }];
    },
  );
}

const lineAt = (bytes: Buffer, at: number): number => 1 + newlines(bytes, 0, at);

function newlines(bytes: Buffer, from: number, to: number): number {
  let count = 0;
  for (let at = bytes.indexOf(10, from); at !== -1 && at < to; at = bytes.indexOf(10, at + 1)) {
    count += 1;
  }
  return count;
}

function shortened(text: string): string {
  const line = text
    .slice(0, longestShown * 4)
    .replaceAll(/\s+/g, ' ')
    .trim();
  return line.length > longestShown ? `${line.slice(0, longestShown - 1)}…` : line;
}
