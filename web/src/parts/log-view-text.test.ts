import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutAtFinds, logViewText, rowOfText, searchOf } from './log-view-text.ts';

test('colours and cursors of terminals leave nothing behind', () => {
  assert.equal(
    logViewText('\u001b[1;31mred\u001b[0m and \u001b[38;5;12mblue\u001b[m'),
    'red and blue',
  );
  assert.equal(logViewText('\u001b[2J\u001b[Hgone?'), 'gone?');
});

test('control characters and turned writing are taken out; tabs and other scripts stay', () => {
  assert.equal(logViewText('a\u0000b\u0008c\u202ed\u2067e'), 'abcde');
  assert.equal(logViewText('Grüße\t日本語 🎈'), 'Grüße\t日本語 🎈');
});

test('what is typed is searched as it stands there, in any case', () => {
  assert.equal(searchOf(''), null);
  assert.ok(searchOf('(a|b)*')!.test('x (A|B)* y'));
  assert.ok(!searchOf('a.c')!.test('abc'));
  assert.ok(searchOf('ÜBER')!.test('über'));
  assert.ok(searchOf('C:\\temp[1]')!.test('in c:\\TEMP[1]'));
});

test('a text is cut at everything found in it', () => {
  assert.deepEqual(cutAtFinds('An error, and an Error', searchOf('error')), [
    'An ',
    'error',
    ', and an ',
    'Error',
    '',
  ]);
  assert.deepEqual(cutAtFinds('as it is', null), ['as it is']);
});

test('the rows of a wrapped line hold all of it, and no half characters', () => {
  const text = 'ab🎈cd🎈';
  for (const columns of [1, 2, 3, 4, 5]) {
    const rows = Array.from({ length: Math.ceil(text.length / columns) }, (_, part) =>
      rowOfText(text, part, columns),
    );
    assert.equal(rows.join(''), text, `${columns} columns`);
    assert.ok(
      rows.every((row) => row.isWellFormed()),
      `${columns} columns`,
    );
  }
  assert.equal(rowOfText(text, 0, Infinity), text);
});
