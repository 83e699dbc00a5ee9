import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import {
  apiRig,
  asking,
  livingEnvironment,
  shopWithBranches,
  type ApiRig,
} from '../../../test/support/api-rig.ts';

describe('snapshots over the API', () => {
  let rig: ApiRig;
  let head: string;

  before(async () => {
    rig = await apiRig();
    ({ head } = await shopWithBranches(rig, 'a-page'));
    await livingEnvironment(rig, { name: 'staging', commit: head });
  });
  after(() => rig.close());

  test('snapshots are taken of each store, imported from a dump, and dropped', async () => {
    const { snapshots } = await rig.handlers.takeSnapshot(
      { app: 'shop', from: 'staging' },
      asking(),
    );
    const [taken] = snapshots;
    assert.deepEqual([taken?.state, taken?.store, taken?.source], ['taking', 'db', 'staging']);
    const run = rig.engine.started.find(({ id }) => id === `snapshot-${taken?.id}`);
    assert.equal((run?.input as { interruption?: string } | undefined)?.interruption, 'allowed');
    const none = async () =>
      rig.handlers.takeSnapshot({ app: 'shop', from: 'production' }, asking());
    await assert.rejects(none, { code: 'snapshot/nothing-to-copy' });
    const busy = async () => rig.handlers.dropSnapshot({ snapshot: taken?.id ?? '' }, asking());
    await assert.rejects(busy, { code: 'snapshot/busy' });

    const upload = () => asking({ upload: Readable.from([Buffer.from('select 1;')]) });
    const imported = await rig.handlers.importSnapshot(
      { app: 'shop', commit: head.slice(0, 10) },
      upload(),
    );
    assert.deepEqual([imported.state, imported.store, imported.commit], ['ready', 'db', head]);
    const other = async () =>
      rig.handlers.importSnapshot({ app: 'shop', store: 'other' }, upload());
    await assert.rejects(other, { code: 'snapshot/which-store' });
    const commit = async () =>
      rig.handlers.importSnapshot({ app: 'shop', commit: 'ffff0000' }, upload());
    await assert.rejects(commit, { code: 'commit/unknown' });
    const broken = new Readable({ read: () => undefined });
    // As the server does it.
    broken.on('error', () => undefined);
    const cut = rig.handlers.importSnapshot({ app: 'shop' }, asking({ upload: broken }));
    broken.destroy(new Error('the client left'));
    await assert.rejects(async () => cut);
    assert.deepEqual(await readdir(join(rig.directory, 'tmp')), []);

    await rig.handlers.dropSnapshot({ snapshot: imported.id }, asking());
    const listed = await rig.handlers.listSnapshots({ app: 'shop' }, asking());
    assert.deepEqual(
      listed.snapshots.map(({ id }) => id),
      [taken?.id],
    );
    const unknown = async () => rig.handlers.getSnapshot({ snapshot: 'none' }, asking());
    await assert.rejects(unknown, { code: 'snapshot/unknown' });
  });
});
