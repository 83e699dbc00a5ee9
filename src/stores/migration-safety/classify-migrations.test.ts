import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readProjectFile } from '../../../test/support/project-files.ts';
import { classifyMigration, classifyMigrations } from './classify-migrations.ts';
import {
  type MigrationFile,
  type MigrationJudgement,
  stopsPipeline,
} from './migration-judgement.ts';
import { tableFacts } from './table-facts.ts';

const tables = tableFacts([
  { table: 'public.big', rows: 10_000_000, bytes: 3_000_000_000 },
  { table: 'public.wide', rows: 10, bytes: 500_000_000 },
  { table: 'public.small', rows: 1_000, bytes: 200_000 },
  { table: 'shop.orders', rows: 5_000_000, bytes: 900_000_000 },
]);

const short = { 'breaks old release': 'breaks', 'long lock': 'lock', note: 'note' };

const inShort = ({ findings }: MigrationJudgement): string[] =>
  findings.map(({ rule, severity }) => `${short[severity]} ${rule}`);

test('what applied migrations say counts in threads too', async () => {
  const applied = [
    { path: '0.sql', text: 'create table small (name varchar(30))' },
    { path: 'broken.sql', text: 'creat table' },
    { path: 'other.rb', text: '' },
  ];
  const text = 'alter table small alter name type varchar(40); drop table small';
  const judgement = await classifyMigration({ path: '1.sql', text }, tables, { applied });
  assert.deepEqual(inShort(judgement), ['breaks drop-table']);
});

describe('a migration', () => {
  const judge = (text: string, path = 'db/migrations/1.sql') =>
    classifyMigration({ path, text }, tables);

  test('is quoted with the line of each statement', async () => {
    const { findings } = await judge('-- é\n\n/* a\n b */ drop table\n  small;\n\ndrop view "Ü";');
    assert.deepEqual(
      findings.map(({ line, statement }) => [line, statement]),
      [
        [4, 'drop table small'],
        [7, 'drop view "Ü"'],
      ],
    );
  });

  test('says how large a table is, and what to do instead', async () => {
    const { findings } = await judge('create index on big (email)');
    assert.match(findings[0]?.why ?? '', /10,000,000 rows, 3\.0 GB/);
    assert.match(findings[0]?.recipe.join() ?? '', /CONCURRENTLY/);
  });

  test('counts as large from the size that the caller says', async () => {
    const file = { path: '1.sql', text: 'create index on small (name)' };
    const judged = await classifyMigration(file, tables, { large: { rows: 1_000, bytes: 1e12 } });
    assert.deepEqual(inShort(judged), ['lock index-not-concurrently']);
  });

  test('keeps its waiver and its findings', async () => {
    const judged = await judge(
      '-- signalbox: safe because nobody reads it since May\ndrop table small;',
    );
    assert.deepEqual(judged.waiver, { reason: 'nobody reads it since May' });
    assert.deepEqual(inShort(judged), ['breaks drop-table']);
  });

  for (const reason of ['', 'yes', 'it is']) {
    test(`is not waived by ${JSON.stringify(reason)}`, async () => {
      const judged = await judge(`-- signalbox: safe because ${reason}\ndrop table small;`);
      assert.equal(judged.waiver, null);
      assert.match(judged.note ?? '', /at least three words/);
    });
  }

  const bothWays: Record<string, string> = {
    dbmate: '-- migrate:up\nselect 1;\n-- migrate:down\ndrop table small;',
    goose: '-- +goose Up\nselect 1;\n-- +goose Down\ndrop table small;',
    'sql-migrate': '-- +migrate Up\nselect 1;\n-- +migrate Down\ndrop table small;',
    'node-pg-migrate': '-- Up Migration\nselect 1;\n-- Down Migration\ndrop table small;',
    tern: 'select 1;\n---- create above / drop below ----\ndrop table small;',
  };
  for (const [tool, text] of Object.entries(bothWays)) {
    test(`of ${tool} is judged by its way there, not by its way back`, async () => {
      assert.deepEqual(inShort(await judge(text)), []);
      const after = `${text}\n-- migrate:up\n-- +goose Up\n-- +migrate Up\n-- Up Migration\ndrop view v;`;
      const [finding] = (await judge(tool === 'tern' ? `drop view v;\n${text}` : after)).findings;
      assert.equal(finding?.rule, 'drop-view');
    });
  }

  const unjudged: [string, string, RegExp, string?][] = [
    [
      'with a syntax error',
      'select 1;\nselect 1;\nselct 1;',
      /in line 3: syntax error at or near "selct"/,
    ],
    ['with a NUL', 'select 1;\0 drop table small', /NUL/],
    ['in another language', 'exports.up = () => {}', /only SQL/, '1.js'],
    ['of more than 1 MB', ' '.repeat(1_000_001), /larger than 1 MB/],
  ];
  for (const [title, text, why, path] of unjudged) {
    test(`${title} is not judged, and says so`, async () => {
      const judged = await judge(text, path);
      assert.deepEqual([judged.parsed, judged.findings], [false, []]);
      assert.match(judged.note ?? '', why);
    });
  }

  const hostile: Record<string, string> = {
    'nested parentheses': `select ${'('.repeat(200_000)}1${')'.repeat(200_000)}`,
    'a sum of many': `select 1${'+1'.repeat(200_000)}`,
    'many unions': `select 1${' union select 1'.repeat(60_000)}`,
    'nested queries': `${'with a as ('.repeat(5_000)}select 1${') select 1'.repeat(5_000)}`,
    'open quotes': "'".repeat(999_999),
    'a lone surrogate': 'select \ud800',
    'random words': randomWords(20_000),
  };
  test('that breaks the parser harms neither the others nor the process', async () => {
    const files = Object.entries(hostile).map(([path, text]) => ({ path: `${path}.sql`, text }));
    const last = { path: 'last.sql', text: 'drop table small' };
    for (const file of files) {
      const [broken, judged] = await classifyMigrations([file, last], tables);
      assert.deepEqual(inShort(judged as MigrationJudgement), ['breaks drop-table'], file.path);
      assert.ok(broken?.parsed || broken?.note, file.path);
    }
  });

  test('that takes too long is left out', async () => {
    const slow = { path: '1.sql', text: 'select 1;'.repeat(100_000) };
    const judged = await classifyMigration(slow, tables, { perFileMs: 1 });
    assert.match(judged.note ?? '', /took longer/);
  });
});

describe('several migrations', () => {
  test('build on each other in their order', async () => {
    const files: MigrationFile[] = [
      { path: '1.sql', text: 'create table fresh (a int)' },
      { path: '2.js', text: '' },
      { path: '3.sql', text: 'drop table fresh; drop table small' },
    ];
    const judgements = await classifyMigrations(files, tables);
    assert.deepEqual(
      judgements.map(({ path }) => path),
      ['1.sql', '2.js', '3.sql'],
    );
    assert.deepEqual(judgements.map(inShort), [[], [], ['breaks drop-table']]);
  });

  test('beyond the first 500 are not judged', async () => {
    const files = Array.from({ length: 502 }, (_, index) => ({
      path: `${index}.sql`,
      text: 'drop view v',
    }));
    const judgements = await classifyMigrations(files, tables);
    assert.equal(judgements.filter(({ parsed }) => parsed).length, 500);
    assert.match(judgements[501]?.note ?? '', /first 500/);
  });

  test('with many findings keep the severe ones', async () => {
    const text = `${'drop index i;'.repeat(300)}drop table small`;
    const judged = await classifyMigration({ path: '1.sql', text }, tables);
    assert.equal(judged.findings.length, 100);
    assert.equal(judged.findings.at(-1)?.rule, 'drop-table');
  });

  test('of a whole megabyte are judged', async () => {
    const text = Array.from(
      { length: 14_000 },
      (_, n) => `alter table t${n} add column c${n} int not null default ${n};`,
    ).join('\n');
    const rows = `insert into t values ${Array.from({ length: 100_000 }, () => '(1, 2)').join()}`;
    const judgements = await classifyMigrations(
      [
        { path: '1.sql', text },
        { path: '2.sql', text: rows },
      ],
      tables,
    );
    assert.deepEqual(
      judgements.map(({ parsed, findings }) => [parsed, findings.length]),
      [
        [true, 0],
        [true, 0],
      ],
    );
  });

  test('none at all need no thread', async () => {
    assert.deepEqual(await classifyMigrations([], tables), []);
  });
});

/** The same words in every run. */
function randomWords(count: number): string {
  const words =
    `alter table drop column big small add not null default ( ) , ; ' " $$ -- /* */ select create view as
    rename to type using set 1 x public . begin commit do execute constraint check valid`.split(
      /\s+/,
    );
  let seed = 42;
  return Array.from({ length: count }, () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return words[seed % words.length];
  }).join(' ');
}

test('no example in the guide would stop the pipeline', async () => {
  const guide = readProjectFile('docs/guides/migrations.md');
  const examples = Array.from(guide.matchAll(/```sql\n(.*?)```/gs), ([, text = ''], index) => ({
    path: `${index}.sql`,
    text,
  }));
  const goods = tableFacts([{ table: 'public.goods', rows: 1e7, bytes: 1e10 }]);
  const judgements = await classifyMigrations(examples, goods);
  assert.ok(examples.length >= 5);
  assert.deepEqual(
    judgements.filter((judgement) => !judgement.parsed || stopsPipeline(judgement)),
    [],
  );
});
