import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  answering,
  doorTo,
  type OpenDoor,
  raw,
  undoing,
} from '../../../../test/support/front-door-rig.ts';

const undo = undoing();
const reached: string[] = [];
let door: OpenDoor;

before(async () => {
  const { port } = await answering(undo, (head) => {
    reached.push(`${head.split(' ', 2).join(' ')} ${/Host: (.*)\r/.exec(head)?.[1]}`);
    return 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
  });
  door = await doorTo(undo, port);
});
after(() => undo.run());

const host = 'Host: shop.test\r\n';
const end = 'Connection: close\r\n\r\n';
const malformed: Record<string, [status: number, request: string]> = {
  'no host': [400, `GET / HTTP/1.1\r\n${end}`],
  'two hosts': [400, `GET / HTTP/1.1\r\n${host}Host: evil.test\r\n${end}`],
  'a host with a user': [400, `GET / HTTP/1.1\r\nHost: a@shop.test\r\n${end}`],
  'a length and a coding': [
    400,
    `POST / HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n${end}0\r\n\r\n`,
  ],
  'two equal lengths': [
    400,
    `POST / HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 1\r\n${end}x`,
  ],
  'an unknown coding': [400, `POST / HTTP/1.1\r\n${host}Transfer-Encoding: gzip\r\n${end}`],
  'a coding in HTTP/1.0': [
    400,
    `POST / HTTP/1.0\r\n${host}Transfer-Encoding: chunked\r\n${end}0\r\n\r\n`,
  ],
  'a space before the colon': [400, `GET / HTTP/1.1\r\n${host}X-A : b\r\n${end}`],
  'a bare line feed': [400, `GET / HTTP/1.1\n${host}${end}`],
  'a folded line': [400, `GET / HTTP/1.1\r\n${host}X-A: b\r\n c\r\n${end}`],
  'too much head': [431, `GET / HTTP/1.1\r\n${host}X-A: ${'a'.repeat(40_000)}\r\n${end}`],
  'too long a target': [414, `GET /${'a'.repeat(20_000)} HTTP/1.1\r\n${host}${end}`],
  'too many headers': [431, `GET / HTTP/1.1\r\n${host}${'X-A: b\r\n'.repeat(200)}${end}`],
  'an unknown expectation': [417, `POST / HTTP/1.1\r\n${host}Expect: tea\r\n${end}`],
  'a tunnel': [405, `CONNECT shop.test:443 HTTP/1.1\r\n${host}\r\n`],
  'HTTP/2 without TLS': [505, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
};

for (const [name, [status, request]] of Object.entries(malformed)) {
  test(`${name} is answered ${status} and what follows is no request`, async () => {
    reached.length = 0;
    const smuggled = `GET /smuggled HTTP/1.1\r\n${host}${end}`;
    const answer = await raw(door.port, request + smuggled);
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} [^]*\r\nConnection: close\r\n`));
    assert.equal(answer.match(/HTTP\/1\.1 \d/g)?.length, 1);
    assert.deepEqual(reached, []);
  });
}

test('a chunked body that turns out broken ends the connection, and what follows it is no request', async () => {
  reached.length = 0;
  const body = 'zz\r\nGET /smuggled HTTP/1.1\r\nHost: shop.test\r\n\r\n';
  const head = `POST /x HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n`;
  assert.match(await raw(door.port, head + body), /^HTTP\/1\.1 400 /);
  assert.ok(!reached.some((line) => line.includes('smuggled')));
});

test('a malformed request behind good ones is refused after their answers', async () => {
  const get = `GET / HTTP/1.1\r\n${host}\r\n`;
  const text = await raw(door.port, `${get}${get}GET nowhere\r\n\r\n`);
  assert.deepEqual(text.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 400']);
});

test('the name in the target outranks Host, and case, port and a last dot do not matter', async () => {
  reached.length = 0;
  await raw(door.port, `GET http://SHOP.test:80/a?b HTTP/1.1\r\nHost: other.test\r\n${end}`);
  await raw(door.port, `GET /c HTTP/1.1\r\nHost: Shop.Test.:8080\r\n${end}`);
  await raw(door.port, `OPTIONS * HTTP/1.1\r\n${host}${end}`);
  assert.deepEqual(reached, [
    'GET /a?b SHOP.test:80',
    'GET /c Shop.Test.:8080',
    'OPTIONS * shop.test',
  ]);
});
