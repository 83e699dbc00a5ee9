import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { migrationJudgements } from '../rollout/judgement-tables.ts';
import { admitMigrations } from './admit-migrations.ts';
import { evidenceRig, type EvidenceRig } from './evidence-rig.test-data.ts';
import { judgeMigrations } from './judge-migrations.ts';

let it: EvidenceRig;
before(async () => {
  it = await evidenceRig();
  await it.commit({
    'migrations/1-goods.sql': 'create table goods (id int, name text, price int);',
  });
  it.rig.world.stores.apply(it.database, '1-goods');
});
after(() => it?.close());

let commit = '';
const judged = async () => {
  const { environment, config } = it;
  return judgeMigrations(it.rig.world, { environment, commit, config });
};

const site = () => it.site(commit);

beforeEach(async () => {
  commit = await it.commit({});
});

test('what the ledger has is not judged again', async () => {
  assert.deepEqual((await judged())?.judgements, []);
  assert.equal(await admitMigrations(site()), 'ready');
});

test('a migration that the running release can live with passes, and its judgement is kept under all its names', async () => {
  commit = await it.commit({
    'migrations/2-colour.sql': 'alter table goods add column colour text;',
  });
  assert.equal(await admitMigrations(site()), 'ready');
  const [kept] = await migrationJudgements.known(it.rig.world.db, it.environment.id, ['2-colour']);
  assert.deepEqual([kept?.store, kept?.judgement.path], ['db', 'migrations/2-colour.sql']);
  assert.equal(kept?.judgement.parsed, true);
});

test('one that it cannot live with stops the deploy with the recipe, and a waiver lets it in', async () => {
  const drop = 'alter table goods drop column name;';
  commit = await it.commit({ 'migrations/3-drop.sql': drop });
  const stopped = await admitMigrations(site());
  assert.ok(stopped !== 'ready' && 'failed' in stopped);
  assert.match(
    stopped.failed,
    /^[0-9a-f]{7}, which serves production, cannot live with migrations\/3-drop.sql; nothing was migrated$/,
  );
  assert.match(
    stopped.logTail,
    /migrations\/3-drop.sql:1: breaks old release: alter table goods drop/,
  );
  assert.match(stopped.logTail, /→ /);
  commit = await it.commit({
    'migrations/3-drop.sql': `-- signalbox: safe because nobody reads names\n${drop}`,
  });
  assert.equal(await admitMigrations(site()), 'ready');
  const [kept] = await migrationJudgements.known(it.rig.world.db, it.environment.id, ['3-drop']);
  assert.equal(kept?.judgement.waiver?.reason, 'nobody reads names');
});

test('a migration that is too long, of another language or no text is not judged and stops nothing', async () => {
  commit = await it.commit({
    'migrations/4-long.sql': `select 1; --${' '.repeat(1_000_001)}`,
    'migrations/5-script.js': 'drop();',
    'migrations/6-odd.sql': '\u{1F600} drop;',
  });
  const found = (await judged())?.judgements.map(({ judgement }) => judgement) ?? [];
  const notes = new Map(found.map(({ path, parsed, note }) => [path, parsed ? 'parsed' : note]));
  assert.match(notes.get('migrations/4-long.sql') ?? '', /larger than 1 MB/);
  assert.match(notes.get('migrations/5-script.js') ?? '', /only SQL can be read/);
  assert.match(notes.get('migrations/6-odd.sql') ?? '', /parser says/);
  assert.equal(await admitMigrations(site()), 'ready');
});

test('where nothing serves nobody can be harmed', async () => {
  const environment = { ...it.environment, deployId: null };
  assert.equal(
    await judgeMigrations(it.rig.world, { environment, commit, config: it.config }),
    null,
  );
});
