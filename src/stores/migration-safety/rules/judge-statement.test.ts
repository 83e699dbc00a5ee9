import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { judgeFile, learnFile } from '../judge-file.ts';
import { emptySchema, settle } from '../known-schema.ts';
import { largeByDefault, tableFacts } from '../table-facts.ts';

const tables = tableFacts([
  { table: 'public.big', rows: 10_000_000, bytes: 3_000_000_000 },
  { table: 'public.wide', rows: 10, bytes: 500_000_000 },
  { table: 'public.small', rows: 1_000, bytes: 200_000 },
  { table: 'shop.orders', rows: 5_000_000, bytes: 900_000_000 },
]);

const history = `
  create table small (
    id int primary key, name varchar(30), note text, price numeric(8,2), at timestamp, kind citext,
    must text not null default '', may text default 'x', number int);
  create table big (id bigserial primary key, checked text, email text);
  alter table big add constraint checked_there check (checked is not null) not valid;
  alter table big validate constraint checked_there;`;

const short = { 'breaks old release': 'breaks', 'long lock': 'lock', note: 'note' };

/** Harmless texts need no thread of their own, which takes longer to start than all of them to judge. */
async function judgeAfterHistory(text: string): Promise<string[]> {
  const judge = { schema: emptySchema(), facts: tables, large: largeByDefault };
  await learnFile(judge, { path: '0.sql', text: history });
  settle(judge.schema);
  const judgement = await judgeFile(judge, { path: '1.sql', text });
  assert.equal(judgement.parsed, true, `${text}: ${judgement.note}`);
  return judgement.findings.map(({ rule, severity }) => `${short[severity]} ${rule}`);
}

const cases: Record<string, [sql: string, ...findings: string[]][]> = {
  'what takes something away breaks the old release': [
    ['drop table small', 'breaks drop-table'],
    ['drop table if exists small, big cascade', 'breaks drop-table', 'breaks drop-table'],
    ['drop table if exists never_made'],
    ['alter table small drop column name', 'breaks drop-column'],
    [
      'alter table only public.small drop if exists name, drop note',
      'breaks drop-column',
      'breaks drop-column',
    ],
    ['drop view seen', 'breaks drop-view'],
    ['drop materialized view seen', 'breaks drop-materialized-view'],
    ['drop type mood', 'breaks drop-type'],
    ['drop schema shop cascade', 'breaks drop-schema'],
    ['drop function total(int)', 'breaks drop-function'],
    ['drop sequence numbers', 'breaks drop-sequence'],
    ['drop extension citext', 'breaks drop-extension'],
    ['drop owned by app', 'breaks drop-owned'],
    ['truncate small', 'breaks truncate'],
    ['revoke select on small from app', 'breaks revoke'],
    ['revoke readers from app', 'breaks revoke'],
    ['drop index small_name', 'note drop-index'],
    ['drop trigger noted on small', 'note drop-trigger'],
    ['alter table small drop constraint small_check'],
  ],
  'what renames breaks the old release': [
    ['alter table small rename to tiny', 'breaks rename-table'],
    ['alter table small rename column name to title', 'breaks rename-column'],
    ['alter table small rename name to title', 'breaks rename-column'],
    ['alter view seen rename to looked_at', 'breaks rename-view'],
    ['alter type mood rename to temper', 'breaks rename-type'],
    [`alter type mood rename value 'sad' to 'blue'`, 'breaks rename-enum-value'],
    [`alter type mood add value 'glad'`, 'note add-enum-value'],
    ['alter table small set schema shop', 'breaks rename-table'],
    ['alter schema shop rename to store', 'breaks rename-schema'],
    ['alter function total(int) rename to summed', 'breaks rename-function'],
    ['alter type pair drop attribute a', 'breaks drop-column'],
    ['alter index small_name rename to small_title'],
    ['alter table small rename constraint a to b'],
  ],
  'a column that the old release cannot fill breaks it': [
    ['alter table small add a int not null', 'breaks add-required-column'],
    ['alter table small add a int primary key', 'breaks add-required-column'],
    ['alter table small add a int'],
    ['alter table small add a int not null default 0'],
    ['alter table small add a int generated always as identity'],
    ['alter table small add a serial'],
    ['alter table small alter name set not null', 'breaks set-not-null'],
    ['alter table small alter must set not null'],
    ['alter table small alter may set not null', 'breaks set-not-null'],
    ['alter table big alter email set not null', 'breaks set-not-null'],
    ['alter table big alter checked set not null'],
    ['alter table small add constraint n not null name not valid', 'breaks set-not-null'],
    ['alter table small add check (name is not null) not valid', 'breaks set-not-null'],
    ['alter table small alter must drop default', 'breaks drop-default'],
    ['alter table small alter may drop default', 'note drop-default'],
    ['alter table unknown alter c drop default', 'breaks drop-default'],
    ['alter table small alter must drop not null', 'note drop-not-null'],
    ['alter domain price set not null', 'breaks set-not-null'],
    ['alter table small add a int; alter table small alter a set not null', 'breaks set-not-null'],
    ['alter table small add a int default 1; alter table small alter a set not null'],
    ['alter table small add a int not null default 1, alter a drop default', 'breaks drop-default'],
  ],
  'another type breaks the old release, a wider one does not': [
    ['alter table small alter name type varchar(40)'],
    ['alter table small alter name type varchar(20)', 'breaks change-type'],
    ['alter table small alter name type text'],
    ['alter table small alter name type varchar'],
    ['alter table small alter name type varchar(40) using name::varchar(40)'],
    ['alter table small alter name type varchar(40) using upper(name)', 'breaks change-type'],
    ['alter table small alter note type varchar(40)', 'breaks change-type'],
    ['alter table small alter number type bigint', 'breaks change-type'],
    ['alter table small alter number type text', 'breaks change-type'],
    ['alter table small alter number type int'],
    ['alter table small alter price type numeric(10,2)'],
    ['alter table small alter price type numeric(10,4)', 'breaks change-type'],
    ['alter table small alter price type numeric'],
    ['alter table small alter at type timestamptz', 'breaks change-type'],
    ['alter table small alter name type text[] using array[name]', 'breaks change-type'],
    ['alter table unknown alter c type text', 'note change-type'],
    ['alter table unknown alter c type varchar(50)', 'breaks change-type'],
  ],
  'work under a lock counts on large tables only': [
    ['create index on small (name)'],
    ['create index on big (email)', 'lock index-not-concurrently'],
    ['create index on wide (email)', 'lock index-not-concurrently'],
    ['create index on shop.orders (email)', 'lock index-not-concurrently'],
    ['create index on public.big (email)', 'lock index-not-concurrently'],
    ['create unique index on small (name)', 'note unique-index'],
    ['alter table big add a uuid default gen_random_uuid()', 'lock add-column-slowly'],
    ['alter table big add a uuid default (upper(x.make()))', 'lock add-column-slowly'],
    ['alter table big add a timestamptz default now()'],
    ['alter table big add a timestamptz default current_timestamp'],
    ['alter table small add a uuid default gen_random_uuid()'],
    ['alter table big add a bigserial', 'lock add-column-slowly'],
    ['alter table big add a int generated always as (1) stored', 'lock add-column-slowly'],
    ['alter table big add a int generated always as (1) virtual'],
    ['alter table big add a int unique', 'lock add-column-slowly'],
    ['alter table big add a int check (a > 0)', 'lock add-column-slowly'],
    ['alter table big add a int references small'],
    ['alter table big add a int default 1 references small', 'lock add-column-slowly'],
    ['alter table big add unique (email)', 'lock add-unique'],
    ['alter table big add constraint u unique using index i', 'note add-constraint'],
    ['alter table big add primary key (email)', 'lock add-unique'],
    ['alter table big add check (email > 0)', 'lock add-constraint-not-valid'],
    ['alter table big add check (email > 0) not valid', 'note add-constraint'],
    ['alter table big add foreign key (email) references small', 'lock add-constraint-not-valid'],
    ['alter table small add foreign key (name) references big', 'lock add-constraint-not-valid'],
    ['alter table big add foreign key (email) references small not valid', 'note add-constraint'],
    ['alter table small add foreign key (name) references small', 'note add-constraint'],
    ['alter table small add r int; alter table small add foreign key (r) references small'],
    ['alter table big add exclude using gist (email with =)', 'lock add-exclusion'],
    ['alter table big set unlogged', 'lock rewrite-table'],
    [
      'alter table shop.parts attach partition big for values from (1) to (2)',
      'lock attach-partition',
    ],
    ['vacuum full big', 'lock rewrite-table'],
    ['vacuum (full) small'],
    ['vacuum full', 'lock rewrite-table'],
    ['vacuum big'],
    ['cluster big using i', 'lock rewrite-table'],
    ['reindex table big', 'lock reindex'],
    ['reindex table small'],
    ['lock table big', 'lock lock-table'],
    ['lock table small', 'note lock-table'],
    ['lock table big in access share mode'],
    ['update big set email = 1', 'lock update-all-rows'],
    ['update small set name = 1'],
    ['update big set email = 1 where email is null', 'note update-rows'],
    ['delete from big where true', 'lock delete-all-rows'],
    ['delete from small', 'note delete-all-rows'],
    [
      'with gone as (delete from big returning *) insert into small select * from gone',
      'lock delete-all-rows',
    ],
  ],
  'a transaction decides what a lock costs': [
    [
      'alter table big add constraint c check (id > 0) not valid; alter table big validate constraint c',
      'note add-constraint',
      'lock validate-in-one-transaction',
    ],
    [
      'begin; alter table big add constraint c check (id > 0) not valid; commit; alter table big validate constraint c',
      'note add-constraint',
    ],
    [
      '-- migrate:up transaction:false\nalter table big add constraint c check (id > 0) not valid; alter table big validate constraint c',
      'note add-constraint',
    ],
    ['alter table big validate constraint c'],
    ['create index concurrently on big (email)', 'note concurrently-in-transaction'],
    ['begin; create index concurrently on big (email); commit', 'note concurrently-in-transaction'],
    ['-- +goose NO TRANSACTION\ncreate index concurrently on big (email)'],
  ],
  'what the file itself makes may be changed freely': [
    [
      'create table fresh (a int); alter table fresh add b int not null; alter table fresh drop a; drop table fresh',
    ],
    ['create table fresh (a int); alter table fresh rename to newer; drop table newer'],
    [
      'create table public.fresh (a int); alter table fresh rename a to b; truncate fresh; create index on fresh (b)',
    ],
    [
      'create table fresh as select 1 as a; delete from fresh; lock table fresh; revoke all on fresh from public',
    ],
    ['select 1 as a into fresh; drop table fresh'],
    ['create table if not exists small (a int); drop table small', 'breaks drop-table'],
    ['create view v as select 1; alter view v rename to w'],
    ['create view v as select 1; drop view v'],
    [`create type t as enum ('a'); alter type t rename value 'a' to 'b'; drop type t`],
    ['create function f() returns int language sql as $$ select 1 $$; drop function f()'],
    ['create schema s; drop schema s'],
    ['alter table small add a int; alter table small rename a to b; alter table small drop b'],
    ['alter table small add a int; alter table small alter a type text'],
    [
      'alter table small rename to tiny; alter table tiny drop name',
      'breaks rename-table',
      'breaks drop-column',
    ],
    [
      'alter table big rename to huge; create index on huge (email)',
      'breaks rename-table',
      'lock index-not-concurrently',
    ],
  ],
  'what stands there again is hardly missed': [
    ['drop view seen; create view seen as select 1', 'note drop-view'],
    [
      'drop function f(int); create function f(a int) returns int language sql as $$ select 1 $$',
      'note drop-function',
    ],
    [
      'alter table small rename to tiny; create view small as select * from tiny',
      'note rename-table',
    ],
    ['drop table small; create table small (a int)', 'breaks drop-table'],
  ],
  'what cannot be read from the file is said': [
    ["do $$ begin execute 'drop table small'; end $$", 'note cannot-be-judged'],
    ['call tidy_up()', 'note cannot-be-judged'],
    ['execute prepared_before', 'note cannot-be-judged'],
    ['\\i other.sql\nselect 1', 'note cannot-be-judged'],
  ],
  'everyday statements are nobody’s worry': [
    [''],
    ['-- only a comment'],
    [
      'create table a (b int not null references small); create index on a (b); insert into a values (1)',
    ],
    ['create or replace view seen as select 1'],
    [
      "insert into small (name) values ('x'); comment on table small is 'y'; grant select on small to app",
    ],
    ["set lock_timeout = '2s'; set search_path = shop; select 1"],
    ['\\restrict abc\n\\set ON_ERROR_STOP on\nselect 1;'],
    [`select 'drop table small'; select $$ drop table big; $$`],
  ],
};

for (const [title, list] of Object.entries(cases)) {
  describe(title, () => {
    for (const [sql, ...findings] of list) {
      test(sql === '' ? 'nothing at all' : sql, async () => {
        assert.deepEqual(await judgeAfterHistory(sql), findings);
      });
    }
  });
}

test('statements with missing and foreign words are judged or refused, and never throw', async () => {
  const known = Object.values(cases).flatMap((list) => list.map(([sql]) => sql.split(' ')));
  let seed = 7;
  const upTo = (limit: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * limit);
  };
  let parsed = 0;
  for (let round = 0; round < 3_000; round += 1) {
    const words = [...(known[upTo(known.length)] ?? [])];
    const others = known[upTo(known.length)] ?? [];
    words.splice(
      upTo(words.length),
      upTo(3),
      ...others.slice(upTo(others.length)).slice(0, upTo(4)),
    );
    const judge = { schema: emptySchema(), facts: tables, large: largeByDefault };
    const judgement = await judgeFile(judge, { path: '1.sql', text: words.join(' ') });
    if (judgement.parsed) parsed += 1;
  }
  assert.ok(parsed > 100, `${parsed} could be read`);
});
