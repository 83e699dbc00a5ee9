import { forwarded, get, head, means, post, refused, type RequestCase } from './request-case.ts';

const repeated = (count: number, line: string): string[] =>
  Array.from({ length: count }, () => line);
const wants = (protocol: string): string[] => ['Connection: Upgrade', `Upgrade: ${protocol}`];

/** RFC 9112 section 9, RFC 9110 sections 7.6 to 7.8 and 10.1.1: what ends at this hop, and the limits of a head. */
export const connections: readonly RequestCase[] = [
  ...refused(414, {
    'a target too long': head(`GET /${'a'.repeat(17_000)} HTTP/1.1`, 'Host: a.test'),
    'a target without end': `GET /${'a'.repeat(40_000)}`,
    'a first line of 16 KiB and a byte': head(
      `GET /${'a'.repeat(16_369)} HTTP/1.1`,
      'Host: a.test',
    ),
  }),
  ...refused(431, {
    'a header too long': get(`A: ${'a'.repeat(33_000)}`),
    'a header without end': get(`A: ${'a'.repeat(40_000)}`).slice(0, -4),
    'a name without end': `${get().slice(0, -2)}${'a'.repeat(40_000)}`,
    'a head too long': get(...repeated(100, `A: ${'a'.repeat(400)}`)),
    '129 headers': get(...repeated(128, 'A: b')),
    'headers without end': `${get().slice(0, -2)}${'A: b\r\n'.repeat(500)}`,
    'cookies without end': get(...repeated(200, 'Cookie: a=b')),
  }),
  ...refused(417, {
    'an unknown expectation': post('Expect: tea'),
    'an expectation and another': post('Expect: 100-continue, tea'),
    'an empty expectation': post('Expect:'),
  }),
  ...forwarded({
    '128 headers': [get(...repeated(127, 'A: b'))],
    'a first line of 16 KiB': [
      head(`GET /${'a'.repeat(16_368)} HTTP/1.1`, 'Host: a.test'),
      { path: `/${'a'.repeat(16_368)}` },
    ],
    'Connection: close': [get('Connection: close'), {}, 'closed'],
    'Connection: Close among others': [get('Connection: a, Close ,b'), {}, 'closed'],
    'Connection in two lines': [get('Connection: keep-alive', 'Connection: close'), {}, 'closed'],
    'a close with a no-break space': [get('Connection: close\u00a0')],
    'a request behind a close': [`${get('Connection: close')}GET /x HTTP/1.1\r\n`, {}, 'closed'],
    'HTTP/1.0 that stays': [head('GET / HTTP/1.0', 'Host: a.test', 'Connection: Keep-Alive')],
    'HTTP/1.0 that stays and closes': [
      head('GET / HTTP/1.0', 'Host: a.test', 'Connection: keep-alive, close'),
      {},
      'closed',
    ],
    'Connection with empty parts': [get('Connection: ,, ,')],
    'Connection of many blanks': [get(`Connection: a${' '.repeat(30_000)}b`)],
    'Connection of many commas': [get(`Connection: ${','.repeat(30_000)}`)],
    'an empty Connection': [get('Connection:')],
    'Connection that names Host': [get('Connection: Host')],
    'Connection that names a cookie': [get('Connection: Cookie', 'Cookie: a=b')],
    'Connection that names itself': [get('Connection: Connection')],
    'Connection that names nonsense': [get('Connection: "a b", @')],
    'Connection that names a prototype': [get('Connection: __proto__, constructor')],
    'Keep-Alive with parameters': [get('Connection: keep-alive', 'Keep-Alive: timeout=5, max=9')],
    'Proxy-Connection': [get('Proxy-Connection: close')],
    'an expectation': [
      `${post('Expect: 100-Continue', 'Content-Length: 1')}x`,
      { method: 'POST', body: 'x' },
    ],
    'an expectation in HTTP/1.0': [
      head('GET / HTTP/1.0', 'Host: a.test', 'Expect: x'),
      {},
      'closed',
    ],
    'a WebSocket': [get(...wants('websocket')) + 'frames', {}, 'upgrade'],
    'a WebSocket in capitals': [get(...wants('WebSocket')), {}, 'upgrade'],
    'an upgrade that Connection does not name': [get('Upgrade: websocket')],
    'an upgrade of nothing': [get('Connection: Upgrade')],
    'an upgrade to h2c': [get(...wants('h2c'), 'HTTP2-Settings: x')],
    'an upgrade to h2c among others': [get(...wants('websocket, h2c'))],
    'an upgrade to TLS': [get(...wants('TLS/1.0'))],
    'an upgrade for POST': [post(...wants('websocket')), { method: 'POST' }],
    'an upgrade with a body': [
      `${get(...wants('websocket'), 'Content-Length: 1')}x`,
      { body: 'x' },
    ],
    'an upgrade with chunks': [
      `${get(...wants('websocket'), 'Transfer-Encoding: chunked')}0\r\n\r\n`,
    ],
    'an upgrade in HTTP/1.0': [
      head('GET / HTTP/1.0', 'Host: a.test', ...wants('websocket')),
      {},
      'closed',
    ],
    'what proxies say': [
      get(
        'X-Forwarded-For: 1.1.1.1',
        'X-Forwarded-Host: b.test',
        'Forwarded: host=b.test',
        'Via: 1.1 x',
      ),
    ],
    'names that would overrule the host': [get('X-Host: b.test', 'X-Original-URL: /admin')],
    'internal names': [get('X-Signalbox-Visit: x', 'X_Signalbox_Version: y')],
    'a TE with trailers': [get('TE: trailers', 'Connection: TE')],
    'a trailer without chunks': [get('Trailer: Content-Length')],
    'a range': [get('Range: bytes=0-')],
  }),
  {
    name: 'three requests at once',
    bytes:
      get() + head('GET /2 HTTP/1.1', 'Host: b.test') + head('HEAD /3 HTTP/1.1', 'Host: a.test'),
    means: [
      means({}),
      means({ path: '/2', host: 'b.test' }),
      means({ method: 'HEAD', path: '/3' }),
    ],
    ends: 'all read',
  },
  {
    name: 'a good request and a bad one',
    bytes: get() + get('A : b'),
    means: [means({})],
    ends: 400,
  },
  {
    name: 'a good request and half of one',
    bytes: get() + get().slice(0, -2),
    means: [means({})],
    ends: 'incomplete',
  },
  {
    name: 'a good request and a tunnel',
    bytes: get() + head('CONNECT b.test:1 HTTP/1.1', 'Host: b.test:1'),
    means: [means({})],
    ends: 405,
  },
];
