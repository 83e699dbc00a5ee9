import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import {
  sessionRig,
  signedIn,
  type Browser,
  type SessionRig,
} from '../../test/support/session-rig.ts';

const me = '/api/v1/me';
let rig: SessionRig;
let browser: Browser;
let neighbour: Browser;
let token = '';

before(async () => {
  rig = await sessionRig();
  token = (await rig.token('admin')).token;
  browser = await rig.browser(token);
  neighbour = await rig.browser((await rig.token('admin')).token);
});
after(() => rig?.close());

const add = (headers: Record<string, string>) =>
  rig.ask('/api/v1/people', { method: 'POST', headers, body: { name: 'zoe', role: 'nothing' } });

describe('with a cookie', () => {
  test('reading needs no proof', async () => {
    assert.equal((await rig.ask(me, { headers: { cookie: browser.cookie } })).status, 200);
  });

  test('changing needs the proof of this very session', async () => {
    const { cookie } = browser;
    const wrong = ['', 'x', neighbour.proof, `${browser.proof}x`, browser.proof.slice(1)];
    for (const proof of wrong) {
      const { status, code } = await add({ cookie, 'x-signalbox-proof': proof });
      assert.deepEqual([status, code], [403, 'api/no-proof'], proof);
    }
    assert.equal((await add({ cookie })).code, 'api/no-proof');
    assert.equal((await add(signedIn(browser))).code, 'api/invalid', 'it was let in and read');
  });

  test('a proof without the cookie opens nothing', async () => {
    assert.equal((await add({ 'x-signalbox-proof': browser.proof })).code, 'api/no-token');
  });

  test('a page of another site is refused, also when it only reads, whatever it proves', async () => {
    for (const site of ['same-site', 'cross-site', 'SAME-ORIGIN', '']) {
      const headers = { ...signedIn(browser), 'sec-fetch-site': site };
      for (const path of [me, '/api/v1/session']) {
        const { status, code } = await rig.ask(path, { headers });
        assert.deepEqual([status, code], [403, 'api/cross-site'], site);
      }
      assert.equal((await add(headers)).code, 'api/cross-site');
    }
    for (const site of ['same-origin', 'none']) {
      const headers = { cookie: browser.cookie, 'sec-fetch-site': site };
      assert.equal((await rig.ask(me, { headers })).status, 200);
    }
  });

  test('a token in a header decides alone, right or wrong, and from wherever it comes', async () => {
    const { cookie } = browser;
    const bearer = { authorization: `Bearer ${token}`, 'sec-fetch-site': 'cross-site' };
    assert.equal((await add({ ...bearer, cookie })).code, 'api/invalid');
    const wrong = await rig.ask(me, { headers: { cookie, authorization: 'Bearer sbx_no' } });
    assert.equal(wrong.code, 'api/wrong-token');
    const strange = await rig.ask(me, { headers: { cookie, authorization: 'Negotiate abc' } });
    assert.equal(strange.code, 'api/no-token');
  });

  for (const [what, method, path] of [
    ['fetching by git', 'GET', '/git/shop.git/info/refs?service=git-upload-pack'],
    ['pushing by git', 'GET', '/git/shop.git/info/refs?service=git-receive-pack'],
    ["what git's fetch sends", 'POST', '/git/shop.git/git-upload-pack'],
    ["what git's push sends", 'POST', '/git/shop.git/git-receive-pack'],
    ['/metrics', 'GET', '/metrics'],
  ] as const) {
    test(`${what} is not open, with the proof neither`, async () => {
      const { status } = await rig.ask(path, { method, headers: signedIn(browser) });
      assert.equal(status, 401);
    });
  }

  test('no answer lets another origin read it', async () => {
    const headers = { ...signedIn(browser), origin: 'http://preview.localhost' };
    for (const method of ['GET', 'OPTIONS']) {
      const answer = await rig.ask(me, { method, headers });
      assert.equal(answer.headers['access-control-allow-origin'], undefined);
    }
  });
});

describe('a WebSocket', () => {
  const dial = (protocols: string[], headers: Record<string, string>): WebSocket =>
    new WebSocket(
      `ws://127.0.0.1:${rig.port}/api/v1/environments/shop%2Fstaging/terminal`,
      protocols,
      { headers },
    );
  const refused = async (socket: WebSocket): Promise<string> => {
    socket.on('error', () => undefined);
    const opened = once(socket, 'open').then(() => {
      socket.terminate();
      throw new Error('it opened');
    });
    const answered = once(socket, 'unexpected-response');
    const [, response] = (await Promise.race([answered, opened])) as [unknown, IncomingMessage];
    const body = Buffer.concat(await response.toArray()).toString();
    return (JSON.parse(body) as { code: string }).code;
  };

  test('opens with a cookie and the proof as a subprotocol, which is not said back', async () => {
    const { cookie, proof } = browser;
    for (const offered of [
      ['signalbox', `proof.${proof}`],
      [`proof.${proof}`, 'signalbox'],
    ]) {
      const socket = dial(offered, { cookie });
      await once(socket, 'open');
      assert.equal(socket.protocol, 'signalbox');
      socket.terminate();
    }
  });

  test('does not open with the cookie alone, nor with the proof in a header', async () => {
    const { cookie, proof } = browser;
    assert.equal(await refused(dial([], { cookie })), 'api/no-proof');
    assert.equal(await refused(dial(['signalbox'], signedIn(browser))), 'api/no-proof');
    const other = ['signalbox', `proof.${neighbour.proof}`];
    assert.equal(await refused(dial(other, { cookie })), 'api/no-proof');
    assert.equal(await refused(dial(['signalbox', `proof.${proof}`], {})), 'api/no-token');
  });

  test('of another site is refused with the right proof too', async () => {
    const { cookie, proof } = browser;
    const headers = { cookie, 'sec-fetch-site': 'same-site' };
    const socket = dial(['signalbox', `proof.${proof}`], headers);
    assert.equal(await refused(socket), 'api/cross-site');
  });

  test('of a viewer is refused as anywhere else', async () => {
    const { cookie, proof } = await rig.browser((await rig.token('viewer')).token);
    const socket = dial(['signalbox', `proof.${proof}`], { cookie });
    assert.equal(await refused(socket), 'api/forbidden');
  });
});
