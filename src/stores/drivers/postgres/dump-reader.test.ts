import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { dumpReader } from './dump-reader.ts';

/** What the reader makes of a dump that arrives in pieces of a given size. */
async function read(dump: string, pieceBytes: number): Promise<string[]> {
  const bytes = Buffer.from(dump);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    pieces.push(bytes.subarray(at, at + pieceBytes));
  }
  const reader = dumpReader(Readable.from(pieces));
  const parts: string[] = [];
  for (let part = await reader.next(); part; part = await reader.next()) {
    parts.push(`${part.line}: ${part.text}`);
    if (!part.text.startsWith('COPY')) continue;
    const data: Buffer[] = [];
    for await (const piece of reader.copyData()) data.push(piece);
    parts.push(Buffer.concat(data).toString());
  }
  return parts;
}

const statements: [string, string, string[]][] = [
  ['strings', `a 'x;''y';b E'\\';';`, [`1: a 'x;''y';`, `1: b E'\\';';`]],
  ['names', 'a "x;""y";b;', ['1: a "x;""y";', '1: b;']],
  ['a backslash in a plain string', `a '\\';b;`, [`1: a '\\';`, '1: b;']],
  [
    'dollar quotes',
    'a $$;$x$;$$;b $x$;$$;$x$;c $1;',
    ['1: a $$;$x$;$$;', '1: b $x$;$$;$x$;', '1: c $1;'],
  ],
  ['a dollar in a name', 'a$b$;c$b$;', ['1: a$b$;', '1: c$b$;']],
  ['comments', '-- x;\n/* /* ; */ ; */ a -- ;\n;\nb/*;*/-1;', ['2: a -- ;\n;', '4: b/*;*/-1;']],
  [
    'parentheses',
    'create rule r as on insert to t do (a; b);c;',
    ['1: create rule r as on insert to t do (a; b);', '1: c;'],
  ],
  [
    'function bodies in SQL',
    'create or replace function f() begin atomic select case when a then b end; end;begin;c;',
    [
      '1: create or replace function f() begin atomic select case when a then b end; end;',
      '1: begin;',
      '1: c;',
    ],
  ],
  ['a last statement without its semicolon', 'a;\nb', ['1: a;', '2: b']],
  ['commands for psql', '\\restrict x\na;\n\\q', ['1: \\restrict x', '2: a;', '3: \\q']],
  [
    'copied data',
    "COPY t FROM stdin;\n;'\n\\\\.\n\\.x\n\\.\nb;\nCOPY u FROM stdin;\n\\.\nc;",
    ['1: COPY t FROM stdin;', ";'\n\\\\.\n\\.x\n", '6: b;', '7: COPY u FROM stdin;', '', '9: c;'],
  ],
  [
    'Windows lines',
    'COPY t FROM stdin;\r\n1\r\n\\.\r\nb;\r\n',
    ['1: COPY t FROM stdin;', '1\r\n', '4: b;'],
  ],
];

describe('reading a dump', () => {
  for (const [what, dump, parts] of statements) {
    test(`${what} are read alike, whole or in pieces of any size`, async () => {
      for (const pieceBytes of [1, 2, 3, 7, 1000]) {
        assert.deepEqual(await read(dump, pieceBytes), parts, `pieces of ${pieceBytes}`);
      }
    });
  }

  test('a row of many megabytes passes through in pieces', async () => {
    const row = 'x'.repeat(5_000_000);
    assert.deepEqual(await read(`COPY t FROM stdin;\n${row}\n\\.\na;`, 65_536), [
      '1: COPY t FROM stdin;',
      `${row}\n`,
      '4: a;',
    ]);
  });
});
