import assert from 'node:assert/strict';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { after, before, test } from 'node:test';
import { apiRig, asking } from '../../test/support/api-rig.ts';
import { sql } from '../db/pool.ts';
import { artifacts, builds } from './artifact.ts';
import { abandonBuild, artifactFile } from './build-once.ts';

let rig: Awaited<ReturnType<typeof apiRig>>;
let appId: string;

before(async () => {
  rig = await apiRig();
  await rig.handlers.addApp({ name: 'shop' }, asking());
  const { rows } = await sql<{ id: string }>`select id from apps`.execute(rig.world.db);
  appId = rows[0]?.id ?? '';
});

after(() => rig.close());

/** A build whose artifact's file is in its place, as a controller leaves it that dies before it writes the row. */
async function fileWithoutRow(letter: string): Promise<{ key: string; attempt: number }> {
  const key = letter.repeat(64);
  const file = artifactFile(rig.world.build.directory, key);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, 'a tar');
  const begun = await builds.begin(rig.world.db, key, appId);
  assert.ok(begun);
  return { key, attempt: begun.attempt };
}

const isThere = (key: string): Promise<boolean> =>
  stat(artifactFile(rig.world.build.directory, key)).then(
    () => true,
    () => false,
  );

test('an abandoned build leaves no file without a row, also when it is abandoned twice', async () => {
  const build = await fileWithoutRow('a');
  await abandonBuild(rig.world.build, build);
  await abandonBuild(rig.world.build, build);
  assert.equal(await isThere(build.key), false);
  assert.equal((await builds.get(rig.world.db, build.key))?.state, 'failed');
});

test('an abandoned build leaves alone what another has finished', async () => {
  const build = await fileWithoutRow('b');
  const whole = { appId, tree: 't', commit: 'c', sha256: 's', bytes: 5 };
  await artifacts.add(rig.world.db, { key: build.key, ...whole });
  await abandonBuild(rig.world.build, build);
  assert.equal(await isThere(build.key), true);
  assert.notEqual(await artifacts.get(rig.world.db, build.key), null);
});
