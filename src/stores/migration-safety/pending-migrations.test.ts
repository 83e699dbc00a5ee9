import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pendingMigrations } from './pending-migrations.ts';

const numbered = ['001-a.sql', '002-b.sql', '010-c.sql'].map((name) => `db/migrations/${name}`);

// Tool, files in any order, its ledger, what is pending.
const tools: [string, string[], string[], string[]][] = [
  ['file names', numbered, ['001-a.sql', '002-b.sql'], ['db/migrations/010-c.sql']],
  ['stems', numbered, ['001-a'], ['db/migrations/002-b.sql', 'db/migrations/010-c.sql']],
  ['numbers without leading zeros', numbered, ['1', '10'], ['db/migrations/002-b.sql']],
  ['a number up to which all is applied', numbered, ['2'], ['db/migrations/010-c.sql']],
  [
    'versions as Rails keeps them',
    ['db/migrate/20260101120000_a.rb', 'db/migrate/20260102120000_b.rb'],
    ['20260101120000'],
    ['db/migrate/20260102120000_b.rb'],
  ],
  [
    'pairs of files as golang-migrate has them',
    [
      'migrations/1_a.up.sql',
      'migrations/1_a.down.sql',
      'migrations/2_b.up.sql',
      'migrations/2_b.down.sql',
    ],
    ['1'],
    ['migrations/2_b.up.sql'],
  ],
  [
    'folders as Prisma has them',
    [
      'prisma/migrations/20260101_a/migration.sql',
      'prisma/migrations/20260102_b/migration.sql',
      'prisma/migrations/migration_lock.toml',
    ],
    ['20260101_a'],
    ['prisma/migrations/20260102_b/migration.sql'],
  ],
  [
    'folders as Diesel has them',
    [
      'migrations/2026-01-01-120000_a/up.sql',
      'migrations/2026-01-01-120000_a/down.sql',
      'migrations/2026-01-02-120000_b/up.sql',
    ],
    ['20260101120000'],
    ['migrations/2026-01-02-120000_b/up.sql'],
  ],
  [
    'versions as Flyway has them',
    [
      'db/migration/V1__a.sql',
      'db/migration/V1_1__b.sql',
      'db/migration/V1.10__d.sql',
      'db/migration/V1.2__c.sql',
      'db/migration/U1__a.sql',
    ],
    ['1', '1.1'],
    ['db/migration/V1.2__c.sql', 'db/migration/V1.10__d.sql'],
  ],
  [
    'apps as Django has them',
    ['shop/migrations/__init__.py', 'shop/migrations/0001_initial.py', 'shop/migrations/0002_b.py'],
    ['auth.0001_initial', 'shop.0001_initial'],
    ['shop/migrations/0002_b.py'],
  ],
];

for (const [tool, paths, ledger, pending] of tools) {
  test(`a ledger of ${tool} is understood`, () => {
    const found = pendingMigrations({
      paths: [...paths, 'src/web.js'].toReversed(),
      ledger,
      changed: [],
    });
    assert.deepEqual(found.pending, pending);
    assert.equal(found.by, 'ledger');
  });
}

test('pending and applied migrations are in the order in which they run', () => {
  const paths = ['10_c.sql', '9_b.sql', 'x.sql', '1_a.sql'].map((name) => `migrations/${name}`);
  const { pending, applied } = pendingMigrations({ paths, ledger: ['1_a.sql'], changed: null });
  assert.deepEqual(pending, ['migrations/9_b.sql', 'migrations/10_c.sql', 'migrations/x.sql']);
  assert.deepEqual(applied, ['migrations/1_a.sql']);
});

for (const ledger of [[], ['f00', 'ba2'], ['auth.0001']]) {
  test(`with the ledger ${JSON.stringify(ledger)} what the commit changed is pending`, () => {
    const changed = ['db/migrations/002-b.sql', 'src/web.js'];
    const found = pendingMigrations({ paths: numbered, ledger, changed });
    assert.deepEqual(found, {
      pending: ['db/migrations/002-b.sql'],
      applied: ['db/migrations/001-a.sql', 'db/migrations/010-c.sql'],
      by: 'changed files',
    });
  });
}

test('where nothing runs yet and no ledger tells, everything is pending', () => {
  assert.deepEqual(
    pendingMigrations({ paths: numbered, ledger: [], changed: null }).pending,
    numbered,
  );
});

test('a migration that comes late, below a ledger of one number, is pending when it is new', () => {
  const paths = [...numbered, 'db/migrations/003-late.sql'];
  const asked = { paths, ledger: ['10'], changed: ['db/migrations/003-late.sql'] };
  assert.deepEqual(pendingMigrations(asked).pending, ['db/migrations/003-late.sql']);
});

test('a second folder that the ledger does not know is judged by what changed', () => {
  const paths = [...numbered, 'billing/migrations/1-old.sql', 'billing/migrations/2-new.sql'];
  const asked = {
    paths,
    ledger: ['001-a.sql', '002-b.sql'],
    changed: ['billing/migrations/2-new.sql'],
  };
  assert.deepEqual(pendingMigrations(asked).pending, [
    'billing/migrations/2-new.sql',
    'db/migrations/010-c.sql',
  ]);
});

test('a repeatable migration of Flyway is pending when it changed', () => {
  const paths = ['db/migration/V1__a.sql', 'db/migration/R__views.sql'];
  const asked = { paths, ledger: ['1'] };
  assert.deepEqual(pendingMigrations({ ...asked, changed: [] }).pending, []);
  assert.deepEqual(pendingMigrations({ ...asked, changed: paths }).pending, [
    'db/migration/R__views.sql',
  ]);
});

test('hostile names neither hang nor throw', () => {
  const paths = [
    '9'.repeat(50_000),
    '.'.repeat(50_000),
    'a/'.repeat(20_000),
    '',
    '\0',
    '_'.repeat(50_000),
  ].map((name) => `migrations/${name}.sql`);
  const ledger = ['', '0'.repeat(50_000), '\n'];
  assert.equal(pendingMigrations({ paths, ledger, changed: null }).by, 'changed files');
});
