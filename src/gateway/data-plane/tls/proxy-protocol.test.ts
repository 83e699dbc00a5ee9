import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { binaryHead as binary, fourAddresses as four } from './binary-head.test-data.ts';
import { crc32c } from './crc32c.ts';
import { longestProxyHead, type ProxyHead, readProxyHead } from './proxy-protocol.ts';

const read = (bytes: Buffer): ProxyHead => readProxyHead(bytes, 0, bytes.length);
const text = (line: string): Buffer => Buffer.from(line, 'latin1');

const six = Buffer.from(`${'20010db8'.padEnd(32, '1')}${'0'.repeat(31)}10fa001bb`, 'hex');
const addition = (type: number, value: Buffer): Buffer =>
  Buffer.concat([Buffer.of(type, value.length >> 8, value.length & 255), value]);

/** Of these additions the checksum is the first. */
function checked(others: Buffer): Buffer {
  const head = binary({ rest: Buffer.concat([four, addition(3, Buffer.alloc(4)), others]) });
  head.writeUInt32BE(crc32c(head), 16 + four.length + 3);
  return head;
}

describe('a PROXY head in text', () => {
  test('names the client', () => {
    const head = text('PROXY TCP4 192.0.2.1 192.0.2.2 4000 443\r\n');
    deepEqual(read(head), { end: head.length, source: '192.0.2.1' });
    const longest = text(
      `PROXY TCP6 ${'ffff:'.repeat(7)}ffff ${'ffff:'.repeat(7)}ffff 65535 65535\r\n`,
    );
    deepEqual(read(longest), { end: longest.length, source: `${'ffff:'.repeat(7)}ffff` });
  });

  test('ends where the client begins', () => {
    const head = text('PROXY TCP4 192.0.2.1 192.0.2.2 4000 443\r\n');
    deepEqual(readProxyHead(Buffer.concat([text('xx'), head, text('GET /')]), 2, head.length + 7), {
      end: head.length + 2,
      source: '192.0.2.1',
    });
  });

  test('may leave the client unnamed', () => {
    for (const line of ['PROXY UNKNOWN\r\n', 'PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n']) {
      deepEqual(read(text(line)), { end: line.length, source: null });
    }
  });

  test('is bad when it is anything else', () => {
    const bad = [
      'GET / HTTP/1.1\r\n',
      'PROXZ',
      'proxy TCP4 192.0.2.1 192.0.2.2 4000 443\r\n',
      'PROXY TCP4 192.0.2.1 192.0.2.2 4000 443\n',
      'PROXY TCP4 192.0.2.1 192.0.2.2 4000\r\n',
      'PROXY TCP4 192.0.2.1 192.0.2.2 4000 443 1\r\n',
      'PROXY  TCP4 192.0.2.1 192.0.2.2 4000 443\r\n',
      'PROXY TCP4 192.0.2.1 192.0.2.2 4000 443 \r\n',
      'PROXY TCP4 192.0.2.01 192.0.2.2 4000 443\r\n',
      'PROXY TCP4 192.0.2.256 192.0.2.2 4000 443\r\n',
      'PROXY TCP4 ::1 ::1 4000 443\r\n',
      'PROXY TCP6 192.0.2.1 192.0.2.2 4000 443\r\n',
      'PROXY TCP6 fe80::1%eth0 ::1 4000 443\r\n',
      'PROXY TCP4 192.0.2.1 192.0.2.2 04000 443\r\n',
      'PROXY TCP4 192.0.2.1 192.0.2.2 4000 65536\r\n',
      'PROXY TCP4 192.0.2.1 192.0.2.2 -1 443\r\n',
      'PROXY UDP4 192.0.2.1 192.0.2.2 4000 443\r\n',
      'PROXY UNKNOWN \0\r\n',
      'PROXY UNKNOWNX\r\n',
      `PROXY UNKNOWN ${'x'.repeat(93)}`,
      `PROXY UNKNOWN ${'x'.repeat(93)}\r\n`,
    ];
    for (const line of bad) equal(read(text(line)), 'bad', line);
  });
});

describe('a binary PROXY head', () => {
  test('names the client', () => {
    deepEqual(read(binary()), { end: 28, source: '192.0.2.1' });
    deepEqual(read(binary({ family: 0x21, rest: six })), {
      end: 52,
      source: '2001:db8:1111:1111:1111:1111:1111:1111',
    });
    const mapped = Buffer.concat([
      Buffer.from('00000000000000000000ffffc0000201', 'hex'),
      six.subarray(16),
    ]);
    deepEqual(read(binary({ family: 0x21, rest: mapped })), { end: 52, source: '192.0.2.1' });
  });

  test('may leave the client unnamed', () => {
    const bare = Buffer.alloc(0);
    deepEqual(read(binary({ command: 0x20, family: 0, rest: bare })), { end: 16, source: null });
    deepEqual(read(binary({ command: 0x20, rest: Buffer.of(1, 2) })), { end: 18, source: null });
    deepEqual(read(binary({ family: 0, rest: bare })), { end: 16, source: null });
    deepEqual(read(binary({ family: 0x31, rest: Buffer.alloc(216) })), { end: 232, source: null });
  });

  test('may carry additions', () => {
    const rest = Buffer.concat([four, addition(1, text('h2')), addition(0x20, Buffer.alloc(9))]);
    deepEqual(read(binary({ rest })), { end: 16 + rest.length, source: '192.0.2.1' });
  });

  test('must match its checksum, if it has one', () => {
    // RFC 3720, appendix B.4.
    equal(crc32c(Buffer.alloc(32)), 0x8a9136aa);
    const head = checked(addition(2, text('app.test')));
    deepEqual(read(head), { end: head.length, source: '192.0.2.1' });
    // Byte 28 is what says that there is a checksum.
    for (let index = 16; index < head.length; index += 1) {
      if (index === 28) continue;
      const broken = Buffer.from(head);
      broken[index]! ^= 1;
      ok(read(broken) === 'bad', `byte ${index}`);
    }
  });

  test('is bad when it is anything else', () => {
    const bad = {
      version: binary({ command: 0x11 }),
      command: binary({ command: 0x22 }),
      datagrams: binary({ family: 0x12 }),
      family: binary({ family: 0x41 }),
      short: binary({ rest: four.subarray(0, 11) }),
      long: binary({ length: longestProxyHead }),
      'half an addition': binary({ rest: Buffer.concat([four, Buffer.of(1, 0)]) }),
      'an addition too long': binary({ rest: Buffer.concat([four, Buffer.of(1, 0, 2, 0)]) }),
    };
    for (const [name, head] of Object.entries(bad)) equal(read(head), 'bad', name);
  });
});

const good = [
  text('PROXY TCP4 192.0.2.1 192.0.2.2 4000 443\r\n'),
  text('PROXY UNKNOWN\r\n'),
  binary(),
  binary({ family: 0x21, rest: six }),
  binary({ command: 0x20, rest: Buffer.of(1, 2, 3) }),
  checked(addition(4, Buffer.alloc(20))),
];

test('a PROXY head in pieces is not whole until its last byte', () => {
  for (const head of good) {
    for (let length = 0; length < head.length; length += 1) {
      equal(read(head.subarray(0, length)), 'more');
    }
    deepEqual(read(head), read(Buffer.concat([head, text('GET / HTTP/1.1')])));
  }
});

test('100,000 damaged PROXY heads get one verdict, however many bytes have come', () => {
  const random = seeded(20_261_121);
  for (let round = 0; round < 100_000; round += 1) {
    const head = Buffer.from(good[random(good.length)]!);
    for (let left = random(3); left >= 0; left -= 1) head[random(head.length)] = random(256);
    checkVerdict(head, random(head.length + 1));
  }
});

function checkVerdict(head: Buffer, length: number): void {
  const whole = read(head);
  const part = read(head.subarray(0, length));
  if (typeof whole === 'object') ok(whole.end > 0 && whole.end <= head.length);
  if (part !== 'more') deepEqual(part, whole, head.toString('hex'));
}

/** mulberry32: enough for a test, and the same every time. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) % below;
  };
}
