import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { asking } from '../../test/support/api-rig.ts';
import { cliLab, type CliLab } from '../../test/support/cli-lab.ts';

let lab: CliLab;
before(async () => {
  lab = await cliLab();
  const { listEnvironments, getEnvironment } = lab.world.handlers;
  const lately = { requests: 1200, bad: 3 };
  lab.world.handlers.listEnvironments = async () => {
    const { environments } = await listEnvironments!({}, asking());
    return { environments: environments.map((one, at) => (at === 1 ? { ...one, lately } : one)) };
  };
  lab.world.handlers.getEnvironment = async (input, context) => ({
    ...(await getEnvironment!(input, context)),
    lately,
  });
});
after(() => lab.close());

test('where something failed lately the list and the environment say how much of what', async () => {
  const { out } = await lab.signalbox(['env', 'list']);
  const [head = '', staging = '', preview = ''] = out.split('\n');
  assert.match(head, /^BRANCH .* COMMIT +ERRORS \(15m\) +URL$/);
  assert.match(staging, / 4f2c1d9 +- +http:/);
  assert.match(preview, / 4f2c1d9 +3 of 1200 +http:/);
  const shown = await lab.signalbox(['env', 'show', 'staging']);
  assert.match(shown.out, /^errors +3 of 1200 requests in the last 15 minutes$/m);
});
