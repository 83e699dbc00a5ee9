import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { cliLab, type CliLab } from '../../test/support/cli-lab.ts';

let lab: CliLab;

before(async () => {
  lab = await cliLab();
  lab.world.handlers.health = () => ({ ok: true });
});
after(() => lab?.close());

test('signalbox dashboard prints where the dashboard is, and no token with it', async () => {
  const { code, out, err } = await lab.signalbox(['dashboard']);
  assert.deepEqual([code, out, err], [0, `${lab.url}/\n`, '']);
  const json = await lab.signalbox(['dashboard', '--json']);
  assert.deepEqual(JSON.parse(json.out), { url: `${lab.url}/` });
});

test('signalbox dashboard says what to do where no controller answers', async () => {
  const gone = { env: { SIGNALBOX_URL: 'http://127.0.0.1:9' } };
  const { code, out, err } = await lab.signalbox(['dashboard', '--json'], gone);
  assert.deepEqual([code, out], [1, '']);
  assert.equal((JSON.parse(err) as { code: string }).code, 'cli/unreachable');
});
