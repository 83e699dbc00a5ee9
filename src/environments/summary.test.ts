import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiRig, asking, livingEnvironment, shopWithBranches } from '../../test/support/api-rig.ts';

test('a list of 200 environments asks the database as often as one of 2', async () => {
  const rig = await apiRig();
  try {
    const { head } = await shopWithBranches(rig);
    const count = async (): Promise<number> => {
      const before = rig.queries();
      const { environments } = await rig.handlers.listEnvironments({}, asking());
      assert.ok(environments.every(({ url, data }) => url && data));
      return rig.queries() - before;
    };
    const add = async (from: number, to: number): Promise<void> => {
      for (let index = from; index < to; index += 1) {
        const id = `e${String(index).padStart(11, '0')}`;
        await livingEnvironment(rig, { name: `preview/b${index}`, commit: head, id });
      }
    };
    await add(0, 2);
    assert.equal(await count(), 1);
    await add(2, 200);
    assert.equal(await count(), 1);
    const { environments } = await rig.handlers.listEnvironments({ app: 'shop' }, asking());
    assert.equal(environments.length, 200);
  } finally {
    await rig.close();
  }
});
