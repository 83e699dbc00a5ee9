import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import pg from 'pg';
import { testServer } from '../../../../test/support/postgres.ts';
import { newId } from '../../../kernel/id.ts';
import type { DatabaseKey } from '../../data-store.ts';
import { postgresStore } from './postgres-store.ts';

const dump = String.raw`--
-- PostgreSQL database dump
--
\restrict abc
SET statement_timeout = 0;
SET no_such_setting = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
CREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA public;
COMMENT ON EXTENSION pgcrypto IS 'cryptographic functions';
CREATE FUNCTION public.twice(n integer) RETURNS integer LANGUAGE plpgsql AS $_$
BEGIN
  -- a ; in a comment, and 'a quote
  RETURN n * 2; /* ; */
END; $_$;
CREATE FUNCTION public.thrice(n integer) RETURNS integer LANGUAGE sql
  BEGIN ATOMIC SELECT CASE WHEN n > 0 THEN n * 3 ELSE 0 END; END;
ALTER FUNCTION public.twice(n integer) OWNER TO somebody;
CREATE TABLE public.goods (id integer NOT NULL, name text, note text DEFAULT E'it''s \'; ok');
ALTER TABLE public.goods OWNER TO "some;body";
CREATE TABLE public.schema_migrations (version text);
/* a comment /* inside */ a comment; */
COPY public.goods (id, name, note) FROM stdin;
1	one; 'quote	\N
2	\\.	ü
3	\\.x	tab\there
\.

COPY public.schema_migrations (version) FROM stdin;
20260101
20260202
\.
INSERT INTO public.goods VALUES (4, 'four -- no comment', 'a;b');
ALTER TABLE ONLY public.goods ADD CONSTRAINT goods_pkey PRIMARY KEY (id);
GRANT ALL ON TABLE public.goods TO nobody_knows;
\unrestrict abc
`;

describe('importing a dump', () => {
  const app = newId();
  const ledger = 'schema_migrations';
  let store: Awaited<ReturnType<typeof postgresStore>>;
  let directory: string;
  let server: string;

  before(async () => {
    server = await testServer();
    store = await postgresStore({ url: server, secret: newId() });
    directory = await mkdtemp(join(tmpdir(), 'signalbox-import-'));
  });
  after(async () => {
    for (const { name, role } of await store.databases()) {
      await (role === 'snapshot' ? store.dropSnapshot({ app, name }) : store.drop({ app, name }));
    }
    await store.close();
    await rm(directory, { recursive: true });
  });

  const key = (): DatabaseKey => ({ app, name: `snap_${newId()}` });
  const file = async (content: string | Buffer): Promise<string> => {
    const path = join(directory, newId());
    await writeFile(path, content);
    return path;
  };
  const contents = async (snapshot: DatabaseKey, statement: string): Promise<unknown[]> => {
    const clone = { app, name: `clone_${newId()}` };
    await store.ensure(clone, { from: 'snapshot', snapshot: snapshot.name });
    const client = new pg.Client({ connectionString: await store.address(clone) });
    await client.connect();
    try {
      return (await client.query(statement)).rows;
    } finally {
      await client.end();
    }
  };

  for (const [kind, bytes] of [
    ['plain', Buffer.from(dump)],
    ['gzipped', gzipSync(dump)],
  ] as const) {
    test(`a ${kind} dump becomes a snapshot with all its data`, async () => {
      const snapshot = key();
      const taken = await store.importSnapshot(await file(bytes), snapshot, { ledger });
      assert.deepEqual(taken.migrations, ['20260101', '20260202']);
      assert.match(taken.how, /5 rows, 6 statements about owners and rights left out/);
      const rows = await contents(
        snapshot,
        'select id, name, note, twice(id) as two, thrice(id) as three from goods order by id',
      );
      assert.deepEqual(rows, [
        { id: 1, name: "one; 'quote", note: null, two: 2, three: 3 },
        { id: 2, name: '\\.', note: 'ü', two: 4, three: 6 },
        { id: 3, name: '\\.x', note: 'tab\there', two: 6, three: 9 },
        { id: 4, name: 'four -- no comment', note: 'a;b', two: 8, three: 12 },
      ]);
    });
  }

  const bad: [string, string, RegExp][] = [
    ['a failing statement', 'select 1;\n\nselect * from nothing;', /line 3\b/],
    ['a bad row', 'create table t (n int);\ncopy t from stdin;\n1\nx\n\\.\n', /line 4\b/],
    ['a psql command', 'select 1;\n\\! touch /tmp/owned\n', /line 2\b.*\\! is a command/s],
    ['an unended copy', 'create table t (n int);\ncopy t from stdin;\n1\n', /in the middle/],
    ['an unended string', "select 'abc", /in the middle/],
    ['an unknown extension', 'create extension no_such;', /extension installed/],
    ['a custom-format dump', 'PGDMP...', /pg_restore/],
    ['another encoding', "SET client_encoding = 'LATIN1';", /UTF-8/],
    ['bytes that are no text', "select '\u00ff';", /UTF-8/],
    ['a program', `copy (select 1) to program 'touch /tmp/owned';`, /permission denied/],
    ['a server file', `copy pg_class to '/tmp/owned';`, /permission denied/],
    ['a server setting', `alter system set work_mem = '1GB';`, /permission denied/],
    ['a superuser', 'create role evil superuser;', /permission denied/],
    ['a way up', 'do $$ begin set role signalbox; end $$;', /permission denied/],
    ['a session of another', `do $$ begin set session authorization signalbox; end $$;`, /denied/],
    ['an untrusted language', 'create function f() returns int language c as $$x$$;', /denied/],
  ];
  for (const [what, content, message] of bad) {
    test(`${what} is refused with its line and leaves nothing`, async () => {
      const snapshot = key();
      const bytes = what.startsWith('bytes') ? Buffer.from(content, 'latin1') : content;
      await assert.rejects(
        store.importSnapshot(await file(bytes), snapshot, { ledger }),
        (error) => {
          assert.equal((error as { code: string }).code, 'stores/import-failed');
          assert.match((error as Error).message, message);
          return true;
        },
      );
      assert.equal(
        (await store.databases()).some(({ name }) => name === snapshot.name),
        false,
      );
    });
  }

  test('a file that is not there is refused', async () => {
    const missing = store.importSnapshot(join(directory, 'missing'), key(), { ledger });
    await assert.rejects(missing, { code: 'stores/import-failed' });
  });
});
