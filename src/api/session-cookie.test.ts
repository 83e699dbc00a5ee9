import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { cookieOf, sessionRig, type SessionRig } from '../../test/support/session-rig.ts';

const me = '/api/v1/me';
const session = '/api/v1/session';
let rig: SessionRig;

before(async () => {
  rig = await sessionRig();
});
after(() => rig?.close());

const status = async (cookie: string): Promise<number> =>
  (await rig.ask(me, { headers: { cookie } })).status;

describe('a strange cookie', () => {
  test('planted beside the right one counts as signed out', async () => {
    const { token } = await rig.token('viewer');
    const [{ cookie }, { cookie: planted }] = [await rig.browser(token), await rig.browser(token)];
    for (const both of [`${cookie}; ${planted}`, `${planted};${cookie}`, `${cookie}; ${cookie}`])
      assert.equal(await status(both), 401);
    assert.equal(await status(`other=1; ${cookie}; theme=dark; ;=; signalbox-1=x`), 200);
  });

  test('of 10,000 characters, or with anything in it, is no session and no bug', async () => {
    const name = `signalbox-${rig.port}`;
    const values = ['x'.repeat(10_000), '', '%00', "' or 1=1 --", `"${'x'.repeat(41)}"`, '\u00e4'];
    for (const value of values) {
      assert.equal(await status(`${name}=${value}`), 401);
    }
    assert.deepEqual(rig.bugs, []);
  });

  test('is not a token: neither opens what the other opens', async () => {
    const { token } = await rig.token('admin');
    const { cookie } = await rig.browser(token);
    const secret = cookie.split('=')[1] ?? '';
    assert.equal(await status(`signalbox-${rig.port}=${token}`), 401);
    const { code } = await rig.ask(me, { headers: { authorization: `Bearer ${secret}` } });
    assert.equal(code, 'api/wrong-token');
  });
});

test('over https it is Secure and named so that no other host can plant it, and only that name counts', async () => {
  const { token } = await rig.token('viewer');
  const https = { 'x-forwarded-proto': 'https', host: 'signalbox.example.com' };
  const answer = await rig.signIn(token, { headers: https });
  const line = answer.headers['set-cookie']?.[0] ?? '';
  assert.match(line, /^__Host-signalbox-443=[\w-]{43}; Path=\/; .*; Secure$/);
  assert.doesNotMatch(line, /Domain/i);
  const asked = async (cookie: string) =>
    (await rig.ask(me, { headers: { ...https, cookie } })).status;
  assert.equal(await asked(cookieOf(answer)), 200);
  const plain = cookieOf(answer).replace('__Host-', '');
  assert.equal(await asked(plain), 401);
  assert.equal(await asked(`${plain}; ${cookieOf(answer)}`), 200);
});

test('a request of HTTP/1.0, which names no host, is answered and may sign in', async () => {
  const { token } = await rig.token('viewer');
  const speak = async (head: string, body = ''): Promise<string> => {
    const socket = connect(rig.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(`${head}\r\n\r\n${body}`);
    return text(socket);
  };
  const body = JSON.stringify({ token });
  const answer = await speak(
    `POST ${session} HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`,
    body,
  );
  assert.match(answer, /^HTTP\/1\.\d 200 /);
  const cookie = /set-cookie: (signalbox-80=[\w-]{43});/i.exec(answer)?.[1] ?? '';
  assert.match(await speak(`GET ${me} HTTP/1.0\r\nCookie: ${cookie}`), /^HTTP\/1\.\d 200 /);
});
