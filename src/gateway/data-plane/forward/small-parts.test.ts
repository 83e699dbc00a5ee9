import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Deadlines, type Timed } from './deadlines.ts';
import { HeldBytes } from './held-bytes.ts';
import { acceptOf, ownAnswer } from './own-answer.ts';
import { forwardingLines } from './forwarding-lines.ts';
import { requestHead } from '../http1/request-head.ts';
import { isRobot } from './robot.ts';
import { TurnBudget } from './turn-budget.ts';

test('held bytes come back in order, whatever was added and taken before', () => {
  const held = new HeldBytes();
  let state = 7;
  const random = (below: number) => (state = (state * 48_271) % 2_147_483_647) % below;
  let added = 0;
  let taken = 0;
  for (let turn = 0; turn < 2_000; turn += 1) {
    const size = random(3_000);
    const bytes = Buffer.from(Array.from({ length: size }, (_, at) => (added + at) % 251));
    held.add(bytes, 0, size);
    added += size;
    const take = random(held.length + 1);
    for (let at = 0; at < take; at += 1)
      assert.equal(held.bytes[held.from + at], (taken + at) % 251);
    held.skipTo(held.from + take);
    taken += take;
    assert.equal(held.length, added - taken);
  }
});

test('whatever is overdue hears of it, in whatever order the others forget themselves', async () => {
  let now = 0;
  const deadlines = new Deadlines(1, () => now);
  const heard: number[] = [];
  const timed = Array.from({ length: 100 }, (_, index): Timed => {
    const one: Timed = {
      dueMs: index % 3 === 0 ? Infinity : 10,
      place: -1,
      overdue() {
        heard.push(index);
        deadlines.forget(one);
        deadlines.forget(timed[(index + 3) % 100] as Timed);
      },
      destroy: () => deadlines.forget(one),
    };
    return one;
  });
  for (const one of timed) deadlines.watch(one);
  now = 20;
  while (timed.some((one) => one.place >= 0 && one.dueMs === 10)) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.equal(new Set(heard).size, heard.length);
  assert.ok(heard.every((index) => index % 3 !== 0));
  deadlines.destroyAll();
  assert.ok(timed.every(({ place }) => place === -1));
});

const page = { status: 503, title: 'Be <b>ack</b>', text: 'Soon & "well"', html: null };
const form = { isHead: false, closes: false, isOld: false, requestId: '' };
const own = (accept: string, more = {}) => ownAnswer({ page, accept, ...form, ...more }).toString();

test('a page is in the form that the client reads', () => {
  assert.match(
    own('text/html,*/*'),
    /Content-Type: text\/html; charset=utf-8[^]*Be &#60;b&#62;ack/,
  );
  assert.match(own('application/json'), /problem\+json[^]*"title":"Be <b>ack/);
  assert.match(own('*/*'), /text\/plain[^]*\r\n\r\nBe <b>ack/);
  assert.match(own('', { closes: true }), /\r\nConnection: close\r\n/);
  assert.match(own('', { isOld: true }), /\r\nConnection: keep-alive\r\n/);
  assert.match(own('', { isHead: true }), /Content-Length: \d\d[^]*\r\n\r\n$/);
});

test('a page of the app’s own is shown to browsers alone, its length in bytes', () => {
  const html = '<p>Zurück in Kürze</p>';
  const mine = { ...page, html };
  const text = ownAnswer({ page: mine, accept: 'text/html', ...form });
  assert.ok(text.toString().endsWith(html));
  assert.match(text.toString(), new RegExp(`Content-Length: ${Buffer.byteLength(html)}\r\n`));
  assert.ok(
    !ownAnswer({ page: mine, accept: '', ...form })
      .toString()
      .includes(html),
  );
});

test('the Accept line is found among others', () => {
  assert.equal(acceptOf('Accept-Encoding: gzip\r\naccept:text/html \r\nX: y\r\n'), 'text/html ');
  assert.equal(acceptOf('Accept-Encoding: gzip\r\n'), '');
});

test('addresses and hosts are quoted as RFC 7239 demands', () => {
  const head = { ...requestHead(), authority: 'shop.test:8080' };
  const peer = { secure: true, isTrusted: false, protocol: 'http/1.1' } as const;
  assert.match(
    forwardingLines({ ...peer, address: '2001:db8::1' })(head),
    /^X-Forwarded-For: 2001:db8::1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: shop\.test:8080\r\nForwarded: for="\[2001:db8::1\]";host="shop\.test:8080";proto=https\r\n$/,
  );
  const lines = forwardingLines({ ...peer, address: '' });
  assert.match(lines(head), /for=unknown;/);
  assert.match(lines({ ...head, authority: 'other.test' }), /host=other\.test;/);
});

test('robots are told from people, also when asked twice', () => {
  for (let turn = 0; turn < 2; turn += 1) {
    assert.equal(isRobot('Mozilla/5.0+(compatible; UptimeRobot/2.0)'), true);
    assert.equal(isRobot('Mozilla/5.0 (X11; Linux x86_64) Firefox/150'), false);
    assert.equal(isRobot(`${'x'.repeat(600)} bot `), false);
  }
  assert.equal(isRobot(''), false);
  for (let index = 0; index < 10_000; index += 1) assert.equal(isRobot(`agent ${index}`), false);
});

test('who moves much in one turn lets others go first, and begins anew in the next', async () => {
  const budget = new TurnBudget();
  const spend = () => {
    let pieces = 0;
    while (budget.spend(65_536)) pieces += 1;
    return pieces;
  };
  const first = spend();
  assert.ok(first > 0 && first < 20);
  assert.equal(budget.spend(65_536), false);
  assert.equal(budget.spend(100), true);
  for (let turn = 0; turn < 2; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(spend(), first);
  }
});
