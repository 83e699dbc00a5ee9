import { equal, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { http2Head, translateHead } from './http2-head.ts';

const target = [':method', 'GET', ':scheme', 'https', ':path', '/a?b', ':authority', 'app.test'];
const post = [':method', 'POST', ...target.slice(2)];

function translate(raw: readonly string[], endsHere = true): string {
  const head = http2Head();
  return translateHead(raw, endsHere, head) ? head.text : `refused: ${head.why}`;
}

describe('an HTTP/2 head', () => {
  test('becomes the same request in HTTP/1.1', () => {
    equal(
      translate([...target, 'accept', '*/*', 'x-name', 'caf\xe9']),
      'GET /a?b HTTP/1.1\r\nHost: app.test\r\naccept: */*\r\nx-name: caf\xe9\r\n\r\n',
    );
  });

  test('may name its host as HTTP/1.1 does', () => {
    const text = 'GET /a?b HTTP/1.1\r\nHost: app.test\r\n\r\n';
    equal(translate([...target.slice(0, 6), 'host', 'app.test']), text);
    equal(translate([...target, 'host', 'APP.test']), text);
  });

  test('gets its cookies back in one line, and the names of HTTP/2 alone are left out', () => {
    equal(
      translate([
        ...target,
        'cookie',
        'a=1',
        'te',
        'trailers',
        'cookie',
        'b=2',
        'http2-settings',
        'x',
      ]),
      'GET /a?b HTTP/1.1\r\nHost: app.test\r\nCookie: a=1; b=2\r\n\r\n',
    );
  });

  test('says how its body goes on', () => {
    const start = 'POST /a?b HTTP/1.1\r\nHost: app.test\r\n';
    equal(translate(post, false), `${start}Transfer-Encoding: chunked\r\n\r\n`);
    equal(translate([...post, 'content-length', '3'], false), `${start}Content-Length: 3\r\n\r\n`);
    equal(translate(post), `${start}Content-Length: 0\r\n\r\n`);
  });

  test('asks for everything with a star', () => {
    const raw = [':method', 'OPTIONS', ':scheme', 'https', ':path', '*', ':authority', 'app.test'];
    equal(translate(raw), 'OPTIONS * HTTP/1.1\r\nHost: app.test\r\n\r\n');
  });
});

const withPseudo = (name: string, value: string): string[] => {
  const raw = [...target];
  raw[raw.indexOf(name) + 1] = value;
  return raw;
};

const without = (name: string): string[] => {
  const raw = [...target];
  raw.splice(raw.indexOf(name), 2);
  return raw;
};

const malformed: Record<string, string[]> = {
  'no method': without(':method'),
  'no scheme': without(':scheme'),
  'no path': without(':path'),
  'no authority': without(':authority'),
  'an empty path': withPseudo(':path', ''),
  'an absolute path': withPseudo(':path', 'http://other.test/'),
  'a path without its slash': withPseudo(':path', 'a'),
  'a star for GET': withPseudo(':path', '*'),
  'a space in the path': withPseudo(':path', '/ HTTP/1.1'),
  'a line in the path': withPseudo(':path', '/\r\nX: y'),
  'a byte beyond ASCII in the path': withPseudo(':path', '/\xe9'),
  'a space in the method': withPseudo(':method', 'GET /x'),
  'a line in the method': withPseudo(':method', 'GET\r\n'),
  'a line in the authority': withPseudo(':authority', 'a\r\nX: y'),
  'a space in the authority': withPseudo(':authority', 'a b'),
  'another scheme': withPseudo(':scheme', 'ftp'),
  'an unknown pseudo-header': [':protocol', 'websocket', ...target],
  'a status': [':status', '200', ...target],
  'a second method': [':method', 'GET', ...target],
  'a second path': [':path', '/', ...target],
  'a second authority': [':authority', 'app.test', ...target],
  'a pseudo-header behind a header': ['accept', '*', ...target],
  'another host': [...target, 'host', 'other.test'],
  'two hosts': [...target, 'host', 'app.test', 'host', 'app.test'],
  connection: [...target, 'connection', 'close'],
  'keep-alive': [...target, 'keep-alive', '1'],
  'proxy-connection': [...target, 'proxy-connection', 'close'],
  'transfer-encoding': [...target, 'transfer-encoding', 'chunked'],
  upgrade: [...target, 'upgrade', 'websocket'],
  'te beyond trailers': [...target, 'te', 'trailers, gzip'],
  'a capital': [...target, 'Accept', '*'],
  'a space in a name': [...target, 'x ', 'y'],
  'a colon in a name': [...target, 'x:y', 'z'],
  'no name': [...target, '', 'z'],
  'a line in a name': [...target, 'x\r\ny', 'z'],
  'a line in a value': [...target, 'x', 'y\r\nz: 1'],
  'a bare return in a value': [...target, 'x', 'y\rz'],
  'a zero in a value': [...target, 'x', 'y\0'],
  'a line in a cookie': [...target, 'cookie', 'a\nb'],
  'two lengths': [...target, 'content-length', '0', 'content-length', '0'],
  'a signed length': [...target, 'content-length', '+1'],
  'a list of lengths': [...target, 'content-length', '1, 1'],
  'a length and no body': [...target, 'content-length', '1'],
};

describe('a malformed HTTP/2 head is refused:', () => {
  for (const [name, raw] of Object.entries(malformed)) {
    test(name, () => ok(translate(raw).startsWith('refused: ')));
  }
});
