import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { git } from '../../test/support/api-rig.ts';
import { history, type History } from '../../test/support/history.ts';
import { trainRig, type TrainRig } from '../../test/support/train-rig.ts';
import { changesOnBoard } from './changes-on-board.ts';
import { ejectChanges } from './eject-change.ts';
import { settingsOf } from './train.test-data.ts';
import type { Change } from './train.ts';

let rig: TrainRig;
let made: History;

before(async () => {
  rig = await trainRig();
  made = history(rig.bare);
});
after(() => rig?.close());

const settings = settingsOf('{ departs: every hour }');
const board = (since: string | null, commit: string): Promise<Change[]> =>
  changesOnBoard(rig.world, { appId: rig.app.id, app: 'shop', since, commit, settings });
const emails = ({ authors }: Change): string[] => authors.map(({ email }) => email).sort();
const commit = (message: string, parents: string[], more: Parameters<History['commit']>[1] = {}) =>
  made.commit({ message, parents }, more);

describe('what is on board', () => {
  test('with nothing in production, the commit alone', async () => {
    const second = await commit('second', [rig.first], { files: ['a.txt'] });
    const third = await commit('third (#12)', [second], {
      files: ['b.txt'],
      by: 'Bob <BOB@Example.com>',
    });
    assert.deepEqual(await board(null, third), [
      {
        commit: third,
        ordinal: 1,
        number: 12,
        subject: 'third (#12)',
        authors: [{ name: 'Bob', email: 'bob@example.com' }],
        goodWithoutAsking: null,
        ejectedAt: null,
        ejectedBy: null,
        ejectedWhy: null,
      },
    ]);
    assert.equal((await board(null, rig.first)).length, 1, 'a commit without a parent too');
    assert.deepEqual(await board(third, third), []);
  });

  test('since production, the oldest first, each commit of the main branch’s own line', async () => {
    const a = await commit('a', [rig.first], { files: ['a'] });
    const b = await commit('b', [a], { files: ['b'] });
    const c = await commit('c', [b], { files: ['c'] });
    assert.deepEqual(
      (await board(rig.first, c)).map(({ subject, ordinal }) => [subject, ordinal]),
      [
        ['a', 1],
        ['b', 2],
        ['c', 3],
      ],
    );
  });

  test('a merge is one change of those whose commits it brought in, not of who pressed the button', async () => {
    const main = await commit('main', [rig.first], { files: ['m'] });
    const one = await commit('one', [rig.first], { by: 'Ann <ann@example.com>', files: ['x'] });
    const two = await commit('two', [one], { by: 'Bob <bob@example.com>', files: ['x', 'y'] });
    const merge = await commit('Merge pull request #7 from ann/x', [main, two], {
      by: 'Button <button@example.com>',
      files: ['m', 'x', 'y'],
    });
    const [first, second, ...others] = await board(rig.first, merge);
    assert.deepEqual([first?.subject, others], ['main', []]);
    assert.ok(second);
    assert.deepEqual([second.number, emails(second)], [7, ['ann@example.com', 'bob@example.com']]);
  });

  test('of a squash its co-authors are asked too, however they are written', async () => {
    const trailers = [
      'Co-authored-by: Bob <bob@example.com>',
      'co-authored-by: Cleo <CLEO@example.com>',
      'Co-Authored-By:   Dan   <dan@example.com>  ',
      'Co-authored-by: Ann <ann@example.com>',
      'Co-authored-by: nobody at all',
      'Co-authored-by: <>',
      'Co-authored-by: <only@example.com>',
    ];
    const squash = await commit(
      `cart rounding (#12)\n\ntext\n\n${trailers.join('\n')}\n`,
      [rig.first],
      {
        by: 'Ann <ann@example.com>',
        files: ['s'],
      },
    );
    const [only] = await board(rig.first, squash);
    assert.ok(only);
    assert.deepEqual(
      emails(only),
      ['ann', 'bob', 'cleo', 'dan', 'only'].map((name) => `${name}@example.com`),
    );
  });

  test('of a hundred who wrote it together everybody is asked', async () => {
    const all = Array.from({ length: 100 }, (_, nth) => `p${nth}@example.com`);
    const trailers = all.map((email) => `Co-authored-by: P <${email}>`);
    const by = { by: 'Ann <ann@example.com>', files: ['t'] };
    const squash = await commit(`all of us (#13)\n\n${trailers.join('\n')}\n`, [rig.first], by);
    const [only] = await board(rig.first, squash);
    assert.ok(only);
    assert.deepEqual(emails(only), ['ann@example.com', ...all].sort());
  });

  test('an octopus, a merge of merges and an empty commit have authors', async () => {
    const sides = [];
    for (const name of ['ann', 'bob', 'cleo'])
      sides.push(
        await commit(name, [rig.first], { by: `${name} <${name}@example.com>`, files: [name] }),
      );
    const octopus = await commit('all three', [rig.first, ...sides], {
      by: 'o <o@example.com>',
      files: ['ann', 'bob', 'cleo'],
    });
    const empty = await commit('again', [octopus], { by: 'eve <eve@example.com>' });
    const again = await commit('a merge of what is there', [empty, octopus], {
      by: 'm <m@example.com>',
    });
    const all = await board(rig.first, again);
    assert.deepEqual(all.map(emails), [
      ['ann@example.com', 'bob@example.com', 'cleo@example.com'],
      ['eve@example.com'],
      ['m@example.com'],
    ]);
    assert.deepEqual(
      all.map(({ goodWithoutAsking }) => goodWithoutAsking),
      [null, null, null],
    );
  });
});

describe('nobody is asked', () => {
  const why = async (by: string, files: string[], message = 'x'): Promise<string | null> => {
    const base = await commit('base', [rig.first], { files: ['base'] });
    const head = await commit(message, [base], { by, files: ['base', ...files] });
    const [only] = await board(base, head);
    return only?.goodWithoutAsking ?? null;
  };

  test('about what robots wrote, unless somebody wrote it with them', async () => {
    const robot = 'Renovate[bot] <29139614+renovate[bot]@users.example.com>';
    assert.equal(await why(robot, ['package.json']), 'by Renovate[bot]');
    assert.equal(await why(robot, ['a'], 'x\n\nCo-authored-by: Ann <ann@example.com>\n'), null);
    assert.equal(await why('robot <robot@example.com>', ['a']), null);
  });

  test('about documents alone, wherever they are; one other file is enough to ask', async () => {
    const docs = 'only docs/**, *.md';
    assert.equal(await why('a <a@b.c>', ['docs/a/b.html', 'README.md']), docs);
    assert.equal(await why('a <a@b.c>', ['docs/a.html', 'src/a.md']), null);
    assert.equal(await why('a <a@b.c>', ['docs/a.html', 'server.js']), null);
    assert.equal(await why('a <a@b.c>', ['docsx/a']), null);
    assert.equal(await why('a <a@b.c>', []), null, 'of nothing it is not said');
  });

  test('about a merge that brought documents alone, whatever else was on the main branch', async () => {
    const base = await commit('base', [rig.first], { files: ['base'] });
    const main = await commit('code', [base], { files: ['base', 'server.js'] });
    const side = await commit('text', [base], { files: ['base', 'docs/a'] });
    const files = ['base', 'server.js', 'docs/a'];
    const merge = await commit('Merge pull request #8 from x', [main, side], { files });
    const all = await board(base, merge);
    assert.deepEqual(
      all.map(({ goodWithoutAsking }) => goodWithoutAsking !== null),
      [false, true],
    );
  });

  test('a document that was code before is asked about', async () => {
    const code = await commit('code', [rig.first], { files: ['server.js'] });
    const [, moved] = await board(
      rig.first,
      await commit('moved', [code], { files: ['docs/server.js'] }),
    );
    assert.equal(moved?.goodWithoutAsking, null);
  });
});

describe('what a train left behind', () => {
  test('comes aboard again with the next commit, before all others; reverted on the main branch it does not', async () => {
    await rig.person('ann');
    await git(rig.source, 'pull', '-q', rig.bare, 'main').catch(() => '');
    await rig.release();
    const [kept, bad, worse] = [
      await rig.commit({ by: 'ann' }),
      await rig.commit({ by: 'bob' }),
      await rig.commit({ by: 'bob' }),
    ];
    await rig.green();
    await rig.departs();
    const order = { app: rig.app, by: 'ann', reason: null };
    await ejectChanges(rig.world, { ...order, changes: [bad, worse] });
    await rig.toTheGate();
    await rig.vote('ann', 'good');
    await rig.look();
    const { commit: served } = await rig.arrive();
    await git(rig.source, 'revert', '--no-edit', worse);
    const newest = await rig.change('cleo');
    const next = await board(served, newest);
    assert.equal(next[0]?.commit, bad);
    assert.deepEqual(
      next.map(({ ejectedAt, ordinal }) => [ejectedAt, ordinal]),
      [
        [null, 1],
        [null, 2],
        [null, 3],
      ],
    );
    assert.equal(
      next.some(({ commit: sha }) => sha === worse || sha === kept),
      false,
    );
    assert.deepEqual(
      (await board(kept, newest)).some(({ commit: sha }) => sha === bad),
      true,
      'in the range it is found there',
    );
  });
});
