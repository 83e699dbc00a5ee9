import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayEnd, parseRequestHead, type RequestHead, requestHead } from './request-head.ts';

const into = requestHead();

/** What the head means; it must be whole and be followed by nothing. */
function read(text: string): RequestHead {
  const bytes = Buffer.from(text, 'latin1');
  assert.equal(parseRequestHead(bytes, 0, bytes.length, into), bytes.length, into.why);
  return { ...into };
}

function refusal(text: string): number {
  const bytes = Buffer.from(text, 'latin1');
  const end = parseRequestHead(bytes, 0, bytes.length, into);
  return end < 0 ? into.refusal : end;
}

const head = (...lines: string[]): string => [...lines, '', ''].join('\r\n');
const get = (...lines: string[]): string =>
  head('GET /a?b=c HTTP/1.1', 'Host: shop.test', ...lines);

test('a plain request is taken apart and its other lines are kept as they were', () => {
  const request = read(get('Accept:  */*', 'x-UPPER: é', 'Connection: keep-alive'));
  assert.equal(request.method, 'GET');
  assert.equal(request.path, '/a?b=c');
  assert.equal(request.host, 'shop.test');
  assert.equal(request.minorVersion, 1);
  assert.equal(request.contentLength, -1);
  assert.equal(request.hasBody, false);
  assert.equal(request.close, false);
  assert.equal(request.kept, 'Accept:  */*\r\nx-UPPER: é\r\n');
});

test('the host is found without case, port and last dot, and goes on as it was written', () => {
  for (const written of [
    'Shop.TEST',
    'shop.test:8080',
    'shop.test.',
    'SHOP.test.:80',
    'shop.test:',
  ]) {
    const request = read(head('GET / HTTP/1.1', `Host: ${written}`));
    assert.deepEqual([request.host, request.authority], ['shop.test', written]);
  }
  assert.equal(read(head('GET / HTTP/1.1', 'Host: [::1]:80')).host, '[::1]');
});

test('an absolute target outranks Host', () => {
  const request = read(head('GET HTTP://Shop.test:81?x HTTP/1.1', 'Host: other.test'));
  assert.deepEqual(
    [request.target, request.host, request.authority, request.path],
    ['absolute', 'shop.test', 'Shop.test:81', '/?x'],
  );
  assert.equal(read(head('OPTIONS http://shop.test HTTP/1.1', 'Host: a')).path, '*');
});

test('what ends at this hop, what Connection names and what only the gateway says is not kept', () => {
  const { kept } = read(
    get(
      'Connection: X-Hop, Cookie, upgrade',
      'X-Hop: 1',
      'Keep-Alive: 5',
      'Proxy-Connection: x',
      'TE: trailers',
      'Trailer: X-Sum',
      'Upgrade: h2c',
      'Expect: 100-continue',
      'Proxy-Authorization: Basic x',
      'X-Forwarded-For: 1.2.3.4',
      'X_Forwarded_Host: evil',
      'X-Forwarded: x',
      'Forwarded: for=x',
      'X-Real-IP: 1',
      'x_real_ip: 2',
      'Content_Length: 9',
      'X-Request-Id: a',
      'X-Signalbox-Visit: v',
      'x_signalbox_instance: i',
      'Transfer_Encoding: x',
      'Cookie: a=b',
      'X-Forwardedness: yes',
      'User_Agent: me',
      'tracestate: x=y',
    ),
  );
  assert.equal(kept, 'Cookie: a=b\r\nX-Forwardedness: yes\r\nUser_Agent: me\r\n');
});

test('the values a proxy needs are read, and of several lines joined', () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const request = read(
    get(
      'Cookie: a=b',
      'Cookie: c=d',
      'User-Agent: me',
      'X-Forwarded-For: 1.1.1.1',
      'x-forwarded-for: 2.2.2.2',
      'X-Forwarded-Proto: https',
      'Forwarded: for=a',
      'X-Request-ID: abc-1',
      `traceparent: ${traceparent}`,
      'tracestate: x=y',
      'X-Signalbox-Visit: signed',
    ),
  );
  assert.equal(request.cookie, 'a=b; c=d');
  assert.equal(request.userAgent, 'me');
  assert.equal(request.forwardedFor, '1.1.1.1, 2.2.2.2');
  assert.equal(request.forwardedProto, 'https');
  assert.equal(request.forwarded, 'for=a');
  assert.equal(request.requestId, 'abc-1');
  assert.equal(request.traceparent, traceparent);
  assert.equal(request.signedVisit, 'signed');
  assert.match(request.kept, /tracestate: x=y/);
});

test('identifiers that could do harm or come twice are not believed', () => {
  assert.equal(read(get('X-Request-Id: a b')).requestId, '');
  assert.equal(read(get(`X-Request-Id: ${'a'.repeat(129)}`)).requestId, '');
  assert.equal(read(get('X-Request-Id: a', 'X-Request-Id: b')).requestId, '');
  assert.equal(read(get(`traceparent: 00-${'0'.repeat(32)}-b7ad6b7169203331-01`)).traceparent, '');
  assert.equal(read(get('X-Signalbox-Visit: a', 'X-Signalbox-Visit: b')).signedVisit, '');
});

test('nothing of one head is left for the next', () => {
  read(get('Cookie: a=b', 'User-Agent: me', 'Connection: close, X-Y', 'Expect: 100-continue'));
  const request = read(get('X-Y: 1'));
  assert.deepEqual(
    [request.cookie, request.userAgent, request.close, request.expectContinue, request.kept],
    ['', '', false, false, 'X-Y: 1\r\n'],
  );
});

test('a connection stays open by version and Connection', () => {
  const close = (version: string, ...lines: string[]): boolean =>
    read(head(`GET / HTTP/${version}`, 'Host: a', ...lines)).close;
  assert.equal(close('1.1'), false);
  assert.equal(close('1.1', 'Connection: Close'), true);
  assert.equal(close('1.1', 'Connection: keep-alive', 'Connection: x, close'), true);
  assert.equal(close('1.0'), true);
  assert.equal(close('1.0', 'Connection: keep-alive'), false);
  assert.equal(close('1.1', 'Connection: close\u00a0'), false);
});

test('only a bare GET that nominates it may leave HTTP, and never for another HTTP', () => {
  const upgrade = (first: string, ...lines: string[]): string =>
    read(head(first, 'Host: a', ...lines)).upgrade;
  const wanted = ['Connection: keep-alive, Upgrade', 'Upgrade: websocket'];
  assert.equal(upgrade('GET / HTTP/1.1', ...wanted), 'websocket');
  assert.equal(upgrade('GET / HTTP/1.1', 'Upgrade: websocket'), '');
  assert.equal(upgrade('GET / HTTP/1.0', ...wanted), '');
  assert.equal(upgrade('POST / HTTP/1.1', ...wanted), '');
  assert.equal(upgrade('GET / HTTP/1.1', ...wanted, 'Content-Length: 0'), '');
  assert.equal(upgrade('GET / HTTP/1.1', 'Connection: upgrade', 'Upgrade: h2c'), '');
});

test('an unusual framing line goes on in the plain spelling', () => {
  const kept = (...lines: string[]): string =>
    read(head('POST / HTTP/1.1', 'Host: a', ...lines)).kept;
  assert.equal(kept('content-length: 5', 'A: b'), 'content-length: 5\r\nA: b\r\n');
  assert.equal(kept('Content-Length: 0'), 'Content-Length: 0\r\n');
  assert.equal(kept('content-length:5', 'A: b'), 'A: b\r\nContent-Length: 5\r\n');
  assert.equal(kept('Content-Length: 005'), 'Content-Length: 5\r\n');
  assert.equal(kept('Transfer-Encoding:\tchunked'), 'Transfer-Encoding: chunked\r\n');
  assert.equal(kept('Transfer-Encoding: CHUNKED'), 'Transfer-Encoding: chunked\r\n');
  assert.equal(kept('Transfer-Encoding: chunked', 'Trailer: X').split('\r\n').length, 3);
});

test('limits have their own refusals', () => {
  assert.equal(refusal(`GET /${'a'.repeat(17_000)}`), 414);
  assert.equal(refusal(get(`A: ${'a'.repeat(33_000)}`)), 431);
  assert.equal(refusal(get(...Array.from({ length: 127 }, () => 'A: b'))) > 0, true);
  assert.equal(refusal(get(...Array.from({ length: 128 }, () => 'A: b'))), 431);
  assert.equal(refusal(head(`${'A'.repeat(65)} / HTTP/1.1`, 'Host: a')), 501);
  assert.equal(refusal(head('CONNECT a:1 HTTP/1.1', 'Host: a')), 405);
  assert.equal(refusal(get('Expect: tea')), 417);
  assert.equal(refusal('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), 505);
});

test('up to four empty lines in front are passed over', () => {
  assert.equal(read(`\r\n\r\n\r\n\r\n${get()}`).path, '/a?b=c');
  assert.equal(refusal(`${'\r\n'.repeat(5)}${get()}`), 400);
});

test('every beginning of a head asks for more, and mayEnd knows when to look again', () => {
  const bytes = Buffer.from(`\r\n${get('A: b', 'Content-Length: 3')}`, 'latin1');
  for (let to = 0; to < bytes.length; to += 1) {
    assert.equal(parseRequestHead(bytes, 0, to, into), 0);
  }
  const looks = Array.from({ length: bytes.length }, (_, seen) => mayEnd(bytes, 0, seen, seen + 1));
  assert.equal(looks.lastIndexOf(true), bytes.length - 1);
  assert.equal(looks.filter(Boolean).length, 2);
  assert.equal(mayEnd(Buffer.from('GET / HTTP/1.1\nHost'), 0, 0, 18), true);
});

test('a head is found wherever it stands in the bytes', () => {
  const one = get('A: b', 'Connection: close');
  const bytes = Buffer.from(`xx${one}GET`, 'latin1');
  assert.equal(parseRequestHead(bytes, 2, bytes.length, into), 2 + one.length);
  assert.equal(into.kept, 'A: b\r\n');
});
