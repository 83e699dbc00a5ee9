import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { runGit } from '../git/repositories.ts';
import { history, type History } from '../../test/support/history.ts';
import { trainRig, type TrainRig } from '../../test/support/train-rig.ts';
import { changesOnBoard, parsedAuthor, requestNumber } from './changes-on-board.ts';
import { boardingAt } from './departures.ts';
import { settingsOf } from './train.test-data.ts';
import type { Change } from './train.ts';

let rig: TrainRig;
let made: History;

before(async () => {
  rig = await trainRig();
  made = history(rig.bare);
});
after(() => rig?.close());

const emails = ({ authors }: Change): string[] => authors.map(({ email }) => email);

describe('hostile histories', () => {
  const only = async (raw: { subject?: Buffer; author?: string }): Promise<Change> => {
    const hostile = await made.raw({ parent: rig.first, ...raw });
    const train = await rig.bring(hostile);
    const [change, ...others] = train.onBoard.filter(({ commit: sha }) => sha === hostile);
    assert.deepEqual(others, []);
    assert.ok(change, 'it is on board, and in the database');
    return change;
  };

  test('any bytes in a subject and a name end in the database, short and without harm', async () => {
    const subjects = [
      Buffer.from('x'.repeat(10_000)),
      Buffer.from([0x62, 0xff, 0xfe, 0x61, 0x64]),
      Buffer.from(`${'a'.repeat(199)}\u{1f600} and more`),
      Buffer.from(
        'bell\u0007 esc\u001b[31m unit\u001f group\u001d record\u001e <b>&amp;</b> \u202e',
      ),
      Buffer.from("'); drop table trains; --"),
    ];
    for (const subject of subjects) {
      const { subject: kept, authors } = await only({ subject });
      assert.ok(Array.from(kept).length <= 200);
      assert.deepEqual(authors, [{ name: 'Ann', email: 'ann@example.com' }], kept);
    }
  });

  test('a name with signs in it is one author, and an address nobody can have is nobody’s', async () => {
    const cases: [author: string, emails: string[]][] = [
      ['\u001eEve <ann@example.com>', ['ann@example.com']],
      [`${'n'.repeat(300)} <ann@example.com>`, ['ann@example.com']],
      [`${'n'.repeat(3)}\u{1f600}${'m'.repeat(250)} <ann@example.com>`, ['ann@example.com']],
      [' <ann@example.com>', ['ann@example.com']],
      ['Ann <>', ['nobody']],
      ['Ann <a b@example.com>', ['nobody']],
      [`Ann <${'a'.repeat(300)}@example.com>`, ['nobody']],
    ];
    for (const [author, expected] of cases)
      assert.deepEqual(emails(await only({ author })), expected, author);
  });

  test('a .mailmap that somebody pushes changes nothing in who is asked', async () => {
    const git = ['--git-dir', rig.bare];
    const map = await runGit([...git, 'hash-object', '-w', '--stdin'], {
      input: 'Robot <robot[bot]@example.com> <ann@example.com>\n',
    });
    const entry = `100644 blob ${map.trim()}\t.mailmap\n`;
    const tree = (await runGit([...git, 'mktree'], { input: entry })).trim();
    const commit = await made.raw({ parent: rig.first, tree });
    await runGit([...git, 'update-ref', 'refs/heads/main', commit]);
    const { authors } = await only({});
    assert.deepEqual(authors, [{ name: 'Ann', email: 'ann@example.com' }]);
  });

  test('what looks like a trailer but is none, or has no address, names nobody', async () => {
    const body = Buffer.from(
      '\n\nCo-authored-by: Bob <bob@example.com>\n\nbut this is the end.\n\nCo-authored-by:\nCo-authored-by: \u0000'.replace(
        '\u0000',
        '',
      ),
    );
    assert.deepEqual(emails(await only({ subject: Buffer.concat([Buffer.from('x'), body]) })), [
      'ann@example.com',
    ]);
  });

  test('of 600 commits the newest 500 are looked at, the oldest of them first', async () => {
    const last = await made.many(rig.first, 600);
    const settings = settingsOf('{ departs: every hour }');
    const trip = { appId: rig.app.id, app: 'shop', since: rig.first, commit: last, settings };
    const all = await changesOnBoard(rig.world, trip);
    assert.equal(all.length, 500);
    assert.deepEqual([all[0]?.subject, all.at(-1)?.subject], ['number 101', 'number 600']);
    assert.equal(all.at(-1)?.ordinal, 500);
    await rig.release();
    await rig.green(last);
    const { id } = rig.app;
    const stays = await boardingAt(rig.world, id, { greenAt: rig.now() });
    assert.match(stays.kind === 'stays' ? stays.why : '', /500 changes or more/);
    const byHand = await boardingAt(rig.world, id, { greenAt: rig.now(), byHand: true });
    assert.equal(byHand.kind, 'boards');
  });
});

test('the number of a change is read where hosts write it, and nowhere else', () => {
  const cases: [subject: string, number: number | null][] = [
    ['cart rounding (#12)', 12],
    ['cart rounding (!12) ', 12],
    ['Merge pull request #9 from a/b', 9],
    ['Merge pull request #9 (#10)', 9],
    ['fixes #3', null],
    ['(#3) first', null],
    ['x (#1234567890)', null],
    ['x (#)', null],
    ['', null],
  ];
  for (const [subject, number] of cases) assert.equal(requestNumber(subject), number, subject);
});

test('an author is a name and an address, or only an address', () => {
  assert.deepEqual(parsedAuthor('Ann B <A@b.c>'), { name: 'Ann B', email: 'a@b.c' });
  assert.deepEqual(parsedAuthor('<a@b.c>'), { name: 'a@b.c', email: 'a@b.c' });
  for (const text of ['', 'Ann', 'Ann <a@b.c', 'Ann <a@b.c> x', 'Ann <<a@b.c>>', '<a b>'])
    assert.equal(parsedAuthor(text), null, text);
});
