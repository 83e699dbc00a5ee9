import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { key } from './routes.test-data.ts';
import { parts } from './share-out.ts';
import { cookiePlace, stickyCookies, tagOf } from './sticky-cookie.ts';

const shop = cookiePlace({ host: 'a.test', path: '/shop' });
const version = tagOf('dep_1');
const instance = tagOf('ins_1');

const pair = (header: string) => header.split(';')[0] ?? '';

function given(more: { place?: typeof shop; instance?: string; by?: Buffer } = {}) {
  const cookies = stickyCookies(more.by ?? key);
  const user = { id: cookies.newcomer().id, version, instance: more.instance ?? '' };
  return { id: user.id, cookie: pair(cookies.write(more.place ?? shop, user, false)) };
}

const read = (header: string) => stickyCookies(key).read(shop, header);

describe('a sticky cookie', () => {
  test('comes back as it was given, among others, also in another worker', () => {
    const { id, cookie } = given({ instance });
    for (const header of [cookie, `a=b; ${cookie}`, `${cookie};c=d`, `x=;${cookie}; c=d`]) {
      assert.deepEqual(pick(read(header)), { id, version, instance });
    }
    assert.deepEqual(pick(read(given().cookie))?.instance, '');
  });

  test('belongs to its place, lasts as long as the browser and is for http alone', () => {
    const cookies = stickyCookies(key);
    const user = { id: cookies.newcomer().id, version, instance: '' };
    assert.match(
      cookies.write(shop, user, true),
      /^signalbox-user=[\w-]{40}; Path=\/shop; HttpOnly; SameSite=Lax; Secure$/,
    );
    assert.match(cookies.write(shop, user, false), /; SameSite=Lax$/);
    const odd = cookiePlace({ host: 'a.test', path: '/a;Domain=b' });
    assert.match(cookies.write(odd, user, false), /; Path=\/; HttpOnly/);
  });

  test('is worth nothing when forged, cut, from elsewhere or by another key', () => {
    const { cookie } = given();
    const header = cookie.length;
    const broken = [
      '',
      'signalbox-user=',
      'signalbox-user',
      `${cookie}x`,
      cookie.slice(0, -1),
      `signalbox-user="${cookie.slice(15)}"`,
      `x${cookie}`,
      `y=x${cookie}`,
      `signalbox-user=${'a'.repeat(40)}`,
      `signalbox-user=${'a'.repeat(48)}`,
      `signalbox-user=${'ä'.repeat(40)}`,
      given({ by: Buffer.alloc(32, 8) }).cookie,
      given({ place: cookiePlace({ host: 'a.test', path: '/' }) }).cookie,
      given({ place: cookiePlace({ host: 'b.test', path: '/shop' }) }).cookie,
    ];
    for (let at = 15; at < header; at++) {
      const other = cookie[at] === 'A' ? 'B' : 'A';
      broken.push(cookie.slice(0, at) + other + cookie.slice(at + 1));
    }
    for (const forged of broken) assert.equal(read(forged), null, forged);
  });

  test('is refused at another place also by a worker that knows it', () => {
    const cookies = stickyCookies(key);
    const { cookie } = given();
    assert.ok(cookies.read(shop, cookie));
    assert.equal(cookies.read(cookiePlace({ host: 'b.test', path: '/shop' }), cookie), null);
    assert.ok(cookies.read(shop, cookie), 'and stays good at its own');
  });

  test('counts once when it comes several times: the first that is ours', () => {
    const [one, other] = [given(), given()];
    const foreign = given({ by: Buffer.alloc(32, 8) }).cookie;
    assert.equal(read(`${one.cookie}; ${other.cookie}`)?.id, one.id);
    assert.equal(read(`${foreign}; ${other.cookie}; ${one.cookie}`)?.id, other.id);
    assert.equal(read(`${`${foreign}; `.repeat(3)}${one.cookie}`), null, 'three are looked at');
  });

  test('is good again after thousands of others came', () => {
    const cookies = stickyCookies(key);
    const { cookie, id } = given();
    assert.equal(cookies.read(shop, cookie)?.id, id);
    for (let others = 0; others < 20_000; others++) cookies.read(shop, given().cookie);
    assert.equal(cookies.read(shop, cookie)?.id, id);
  });
});

test('users are spread evenly', () => {
  const cookies = stickyCookies(key);
  const tenths = Array.from({ length: 10 }, () => 0);
  for (let users = 0; users < 20_000; users++) {
    const tenth = Math.floor((cookies.newcomer().number * 10) / parts);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  // 2,000 each; six standard deviations are 255.
  for (const users of tenths) assert.ok(Math.abs(users - 2000) < 255, String(tenths));
});

const pick = (user: ReturnType<typeof read>) =>
  user && { id: user.id, version: user.version, instance: user.instance };
