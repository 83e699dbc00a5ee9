import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { newId } from '../kernel/id.ts';
import type { DatabaseKey, DataStore } from './data-store.ts';

/** What a driver's tests bring: the store, and a way to run a migration as the app would. */
export interface DataStoreRig {
  store: DataStore;
  /** Notes a migration in the ledger `schema_migrations(version)` of an environment's database. */
  migrate(key: DatabaseKey, version: string): Promise<void>;
  close(): Promise<void>;
}

/** Registers the tests that every data store must pass. */
export function dataStoreContract(driver: string, makeRig: () => Promise<DataStoreRig>): void {
  describe(`${driver}: the contract of a data store`, () => {
    const app = `app ${newId()}`;
    const key = (word: string): DatabaseKey => ({ app, name: `${word}_${newId()}` });
    const ledger = 'schema_migrations';
    const how = { ledger, interruption: 'allowed' } as const;
    let rig: DataStoreRig;

    before(async () => {
      rig = await makeRig();
    });
    after(async () => {
      for (const { name, role } of await rig.store.databases()) {
        await (role === 'snapshot'
          ? rig.store.dropSnapshot({ app, name })
          : rig.store.drop({ app, name }));
      }
      await rig.close();
    });

    test('an ensured database exists, a dropped one does not, and both may be said twice', async () => {
      const shop = key('shop');
      assert.equal(await rig.store.exists(shop.name), false);
      await rig.store.ensure(shop, { from: 'empty' });
      await rig.store.ensure(shop, { from: 'empty' });
      assert.equal(await rig.store.exists(shop.name), true);
      await rig.store.drop(shop);
      await rig.store.drop(shop);
      assert.equal(await rig.store.exists(shop.name), false);
    });

    test('a database ensured twice keeps what was written between', async () => {
      const shop = key('shop');
      await rig.store.ensure(shop, { from: 'empty' });
      await rig.migrate(shop, '1');
      await rig.store.ensure(shop, { from: 'empty' });
      assert.deepEqual(await rig.store.migrations(shop, ledger), ['1']);
    });

    test('a snapshot holds what the source held, also when it is taken again later', async () => {
      const source = key('source');
      const snapshot = key('snap');
      await rig.store.ensure(source, { from: 'empty' });
      await rig.migrate(source, '1');
      const taken = await rig.store.takeSnapshot(source, snapshot, how);
      assert.deepEqual(taken.migrations, ['1']);
      await rig.migrate(source, '2');
      assert.deepEqual(await rig.store.takeSnapshot(source, snapshot, how), taken);
      assert.deepEqual(await rig.store.migrations(snapshot, ledger), ['1']);
      assert.deepEqual(await rig.store.migrations(source, ledger), ['1', '2']);
    });

    test('a clone is its own copy, and outlives its snapshot', async () => {
      const source = key('source');
      const snapshot = key('snap');
      const clone = key('clone');
      await rig.store.ensure(source, { from: 'empty' });
      await rig.migrate(source, '1');
      await rig.store.takeSnapshot(source, snapshot, how);
      await rig.store.ensure(clone, { from: 'snapshot', snapshot: snapshot.name });
      await rig.migrate(clone, '2');
      await rig.store.dropSnapshot(snapshot);
      await rig.store.dropSnapshot(snapshot);
      assert.deepEqual(await rig.store.migrations(clone, ledger), ['1', '2']);
      assert.deepEqual(await rig.store.migrations(source, ledger), ['1']);
    });

    test('a reset database begins anew at the same address', async () => {
      const shop = key('shop');
      await rig.store.ensure(shop, { from: 'empty' });
      const address = await rig.store.address(shop);
      await rig.migrate(shop, '1');
      await rig.store.reset(shop, { from: 'empty' });
      assert.deepEqual(await rig.store.migrations(shop, ledger), []);
      assert.equal(await rig.store.address(shop), address);
    });

    test('the sizes name the tables of a database, and none where there is no database', async () => {
      const shop = key('shop');
      assert.deepEqual(await rig.store.tableSizes(shop), []);
      await rig.store.ensure(shop, { from: 'empty' });
      assert.deepEqual(await rig.store.tableSizes(shop), []);
      await rig.migrate(shop, '1');
      const sizes = await rig.store.tableSizes(shop);
      assert.deepEqual(
        sizes.map(({ table }) => table),
        ['public.schema_migrations'],
      );
      assert.ok(sizes.every(({ rows, bytes }) => rows >= 0 && bytes > 0));
    });

    test('the list holds every database with its app and role', async () => {
      const shop = key('shop');
      const snapshot = key('snap');
      await rig.store.ensure(shop, { from: 'empty' });
      await rig.store.takeSnapshot(shop, snapshot, how);
      const listed = await rig.store.databases();
      const one = (name: string) => listed.find((database) => database.name === name);
      assert.equal(one(shop.name)?.role, 'environment');
      assert.equal(one(snapshot.name)?.role, 'snapshot');
      assert.equal(one(shop.name)?.app, app);
    });

    test('without its snapshot a database is not made', async () => {
      const shop = key('shop');
      await assert.rejects(rig.store.ensure(shop, { from: 'snapshot', snapshot: 'gone' }));
      assert.equal(await rig.store.exists(shop.name), false);
    });
  });
}
