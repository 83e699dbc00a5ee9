import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import {
  apiRig,
  asking,
  git,
  livingEnvironment,
  shopWithBranches,
  type ApiRig,
} from '../../../test/support/api-rig.ts';
import { sql } from '../../db/pool.ts';
import { findEnvironment } from '../../environments/find-environment.ts';
import { checkInfrastructure } from '../../pipeline/check-infrastructure.ts';
import { all } from '../contract/all.ts';

let rig: ApiRig;
const listener = createServer((socket) => socket.end());

before(async () => {
  rig = await apiRig();
  await shopWithBranches(rig);
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
});
after(async () => {
  listener.close();
  await rig.close();
});

/** A commit with this file, which serves staging. */
async function serving(text: string): Promise<string> {
  const source = `${rig.directory}/source`;
  await writeFile(`${source}/infra.yaml`, text);
  await git(source, 'add', '.');
  await git(source, 'commit', '-q', '-m', 'checks');
  const bare = rig.world.repositories.path('shop');
  await git(bare, 'fetch', '-q', source, '+refs/heads/main:refs/heads/main');
  return git(source, 'rev-parse', 'HEAD');
}

test('the checks of a file are asked at the commit that serves, and each says what it found', async () => {
  const { port } = listener.address() as AddressInfo;
  const commit = await serving(
    `ports:\n  there: { at: "127.0.0.1:${port}", within: 1s }\n  closed: { at: "127.0.0.1:${port}", open: false, within: 0s }\n`,
  );
  const { id } = await livingEnvironment(rig, { name: 'staging', commit });
  const checked = await rig.handlers.checkInfrastructure(
    { environment: 'shop/staging', file: 'infra.yaml' },
    asking(),
  );
  assert.deepEqual(
    [checked.environment, checked.file, checked.commit, checked.passed],
    ['shop/staging', 'infra.yaml', commit, false],
  );
  assert.deepEqual(
    checked.results.map(({ kind, name, passed }) => [kind, name, passed]),
    [
      ['port', 'there', true],
      ['port', 'closed', false],
    ],
  );
  assert.match(checked.results[1]?.found ?? '', /accepts connections/);
  // As it goes over the wire nothing of it is refused.
  all.checkInfrastructure.reply.parse(checked);

  const of = (file?: string) => async () =>
    rig.handlers.checkInfrastructure({ environment: id, file }, asking());
  await assert.rejects(of('other.yaml'), { code: 'infrastructure/no-file' });
  await assert.rejects(of(), { code: 'infrastructure/no-checks' });
});

test('a file outside of the repository cannot be named', () => {
  const { body } = all.checkInfrastructure;
  assert.equal(body?.safeParse({ file: '/etc/passwd' }).success, false);
  assert.equal(body?.safeParse({ file: 'infra/checks.yaml' }).success, true);
});

test('checks that somebody asked for end when that one leaves, or when their time is over', async () => {
  const { port } = listener.address() as AddressInfo;
  const commit = await serving(
    `ports:\n  closed: { at: "127.0.0.1:${port}", open: false, within: 5m }\n`,
  );
  const { id } = await livingEnvironment(rig, { name: 'production', commit });
  const left = new AbortController();
  const asked = async () =>
    rig.handlers.checkInfrastructure(
      { environment: id, file: 'infra.yaml' },
      asking({ signal: left.signal }),
    );
  const refused = asked();
  left.abort();
  await assert.rejects(refused, { code: 'infrastructure/not-finished', message: /has left/ });
  const environment = await findEnvironment(rig.world.db, id);
  const late = checkInfrastructure(rig.world, { environment, path: 'infra.yaml', limitMs: 50 });
  await assert.rejects(late, {
    code: 'infrastructure/not-finished',
    message: /longer than 0.05 s/,
  });
  const { rows } =
    await sql`select from infrastructure_results where environment_id = ${id}`.execute(
      rig.world.db,
    );
  assert.deepEqual(rows, []);
});
