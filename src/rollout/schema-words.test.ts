import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { git } from '../../test/support/api-rig.ts';
import { deployId, releaseRig } from '../../test/support/release-rig.ts';
import { stores } from '../environments/environment-rows.ts';
import { ledgerNames } from '../stores/migration-safety/ledger-names.ts';
import type { MigrationJudgement } from '../stores/migration-safety/migration-judgement.ts';
import { migrationJudgements } from './judgement-tables.ts';
import { schemaWords } from './schema-words.ts';

const dropped: MigrationJudgement['findings'][number] = {
  rule: 'drop-column',
  statement: 'alter table tags drop column colour',
  line: 1,
  severity: 'breaks old release',
  why: 'It reads it.',
  recipe: [],
};

test('a release knows the migrations of its own files, whatever names the ledger has for them', async () => {
  const it = await releaseRig();
  try {
    const source = join(it.rig.directory, 'source');
    const folder = join(source, 'db/migrations');
    await mkdir(folder, { recursive: true });
    for (const file of ['0001_notes.sql', '0002_tags.sql', '0002_tags.down.sql'])
      await writeFile(join(folder, file), 'select 1;');
    await git(source, 'add', '.');
    await git(source, 'commit', '-q', '-m', 'migrations');
    const commit = await git(source, 'rev-parse', 'HEAD');
    const bare = it.world.repositories.path('shop');
    await git(bare, 'fetch', '-q', source, '+refs/heads/main:refs/heads/main');
    const environment = await it.environment();
    const say = async (...migrations: string[]): Promise<string> => {
      await stores.put(it.world.db, environment.id, {
        name: 'db',
        kind: 'postgres',
        database: 'x',
        snapshotId: null,
        seedReason: 'new',
        sharedWith: null,
        migrations,
      });
      return schemaWords(it.world, environment, { commit });
    };
    assert.equal(await say(), 'no migrations are recorded here');
    for (const ledger of [
      ['0001_notes.sql', '0002_tags.sql'],
      ['0001_notes', '0002_tags'],
      ['0001', '0002'],
      ['1', '2'],
    ])
      assert.equal(await say(...ledger), 'the old release knows all 2 migrations that ran');
    assert.equal(await say('0001'), 'the old release knows the one migration that ran');
    assert.equal(
      await say('0001_notes', '0002_tags', '0003_drop_tags'),
      '1 migration ran since that the old release does not know: 0003_drop_tags (not judged); nobody knows whether it can run on the new schema',
    );
    assert.match(
      await say('0001', ...[3, 4, 5, 6, 7, 8, 9].map((one) => `000${one}`)),
      /^7 migrations ran since .*: 0003 \(not judged\), .*0007 \(not judged\) and 2 more; nobody knows/,
    );
    await judge('0003_colour', {});
    const ran = ['0001_notes', '0002_tags', '0003_colour', '4', '5'];
    assert.equal(
      await say(...ran.slice(0, 3)),
      '1 migration ran since that the old release does not know: 0003_colour; it can run on the new schema',
    );
    await judge('0004_drop', { waiver: { reason: 'nobody reads it' }, findings: [dropped] });
    assert.match(
      await say(...ran.slice(0, 4)),
      /^2 migrations .*: 0003_colour, 4 \(waived: safe because nobody reads it\); it can run/,
    );
    await judge('5_drop', { findings: [dropped] });
    assert.match(
      await say(...ran),
      /, 5 \(breaks the release before it\); it cannot run on the new schema$/,
    );
    await judge('5_drop', { parsed: false });
    assert.match(await say(...ran), /, 5 \(not judged\); nobody knows whether it can run/);
    async function judge(stem: string, is: Partial<MigrationJudgement>): Promise<void> {
      const path = `db/migrations/${stem}.sql`;
      const clean = { path, findings: [], waiver: null, parsed: true, note: null };
      const names = [...(ledgerNames(path)?.names ?? [])];
      const of = { environment: environment.id, deploy: deployId(2) };
      const kept = { store: 'db', names, judgement: { ...clean, ...is } };
      await migrationJudgements.put(it.world.db, of, kept);
    }
    const before = { commit: it.commits[0] ?? deployId(1) };
    assert.match(await schemaWords(it.world, environment, before), /has no migration files/);
  } finally {
    await it.close();
  }
});
