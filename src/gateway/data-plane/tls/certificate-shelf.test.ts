import { deepEqual, equal, notEqual, ok, throws } from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { testAuthority } from '../../../../test/support/test-certificates.ts';
import { certificateShelf } from './certificate-shelf.ts';

const authority = testAuthority();
const options = { ticketKeys: randomBytes(48) };
const dayMs = 86_400_000;
const inDays = (days: number): Date => new Date(Date.now() + days * dayMs);

const first = authority.issue(['first.test']);
const wide = authority.issue(['*.wide.test', 'wide.test']);
const exact = authority.issue(['a.wide.test']);

describe('the certificate for a host', () => {
  const shelf = certificateShelf([first, wide, exact], options);
  const unnamed = shelf.find('nobody.test');

  test('is its own, else the wildcard one label up, else the first', () => {
    notEqual(shelf.find('a.wide.test'), shelf.find('b.wide.test'));
    equal(shelf.find('wide.test'), shelf.find('b.wide.test'));
    equal(shelf.find('first.test'), unnamed);
    for (const other of ['', 'test', 'a.b.wide.test', 'x.first.test', '*.test']) {
      equal(shelf.find(other), unnamed, other);
    }
  });

  test('is found in capitals and with a last dot', () => {
    equal(shelf.find('A.Wide.TEST'), shelf.find('a.wide.test'));
    equal(shelf.find('a.wide.test.'), shelf.find('a.wide.test'));
  });

  test('is none when there are none', () => {
    const empty = certificateShelf([], options);
    equal(empty.find('first.test'), null);
    equal(empty.unnamed(), null);
  });

  test('is the one that is valid, then the one that is valid longest', () => {
    const old = authority.issue(['a.test'], { from: inDays(-9), to: inDays(-1) });
    const soon = authority.issue(['a.test'], { from: inDays(1), to: inDays(90) });
    const short = authority.issue(['a.test'], { to: inDays(3) });
    const long = authority.issue(['a.test'], { to: inDays(9) });
    for (const pairs of [
      [first, old, soon, short, long],
      [first, long, short, soon, old],
    ]) {
      const shelf = certificateShelf(pairs, options);
      const serving = shelf.find('a.test');
      shelf.replace([first, long]);
      equal(shelf.find('a.test'), serving);
    }
  });
});

describe('the shelf', () => {
  test('tells names and dates', () => {
    const to = new Date('2031-05-06T07:08:09Z');
    const shelf = certificateShelf([authority.issue(['A.test', '*.b.test'], { to })], options);
    const [facts] = shelf.facts();
    deepEqual(facts?.names, ['a.test', '*.b.test']);
    deepEqual(facts?.expiresAt, to);
  });

  test('keeps what has not changed, and its contexts', () => {
    const shelf = certificateShelf([first, wide], options);
    const before = shelf.find('wide.test');
    let changes = 0;
    const leave = shelf.watch(() => (changes += 1));
    shelf.replace([exact, { ...wide }]);
    equal(shelf.find('wide.test'), before);
    notEqual(shelf.find('first.test'), before);
    leave();
    shelf.replace([]);
    equal(changes, 1);
  });

  test('makes new contexts for new ticket keys', () => {
    const shelf = certificateShelf([first], options);
    const before = shelf.find('first.test');
    shelf.setTicketKeys(randomBytes(48));
    notEqual(shelf.find('first.test'), before);
  });

  test('refuses what no server could use, and keeps what it has', () => {
    const shelf = certificateShelf([first], options);
    const bad = {
      'no certificate': { ...first, certificate: 'x' },
      'no key': { ...first, key: 'x' },
      'the key of another': { ...first, key: wide.key },
      'half a certificate': { ...first, certificate: first.certificate.slice(0, 200) },
      'a certificate without a name': authority.issue([]),
    };
    for (const [name, pair] of Object.entries(bad)) {
      throws(() => shelf.replace([wide, pair]), { code: 'gateway/bad-certificate' }, name);
    }
    deepEqual(shelf.facts()[0]?.names, ['first.test']);
  });

  test('says nothing of a key it refuses', () => {
    try {
      certificateShelf([{ ...first, key: 'very secret' }], options);
      ok(false);
    } catch (error) {
      ok(error instanceof Error && !`${error.stack}${String(error.cause)}`.includes('very secret'));
    }
  });
});
