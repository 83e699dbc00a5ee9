import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { after, describe, test } from 'node:test';
import pg from 'pg';
import { ensureEmbeddedPostgres } from './embedded.ts';
import { runningPostmaster, stopPostmaster } from './embedded-postmaster.ts';

const isRoot = process.getuid?.() === 0;
const directories: string[] = [];

after(async () => {
  for (const directory of directories) {
    await stopPostmaster(join(directory, 'data'));
    await rm(directory, { recursive: true, force: true });
  }
});

async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'signalbox-embedded-'));
  // As root the database runs as somebody else, who must get in.
  await chmod(directory, 0o711);
  directories.push(directory);
  return directory;
}

const ensure = (directory: string) => ensureEmbeddedPostgres({ directory, fsync: false });

async function query(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

const program = `
  import { ensureEmbeddedPostgres } from ${JSON.stringify(import.meta.resolve('./embedded.ts'))};
  const { url, adopted } = await ensureEmbeddedPostgres({ directory: process.argv[1], fsync: false });
  console.log(JSON.stringify({ url, adopted }));
  setInterval(() => {}, 1000);
`;

/** Another process that starts the server, and what it says once that answers. */
function starter(directory: string) {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = new Promise<{ url: string; adopted: boolean }>((resolve) => {
    child.stdout.once('data', (data: Buffer) => resolve(JSON.parse(data.toString())));
  });
  const kill = (): Promise<unknown> => {
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    return exited;
  };
  return { said, kill };
}

describe('the embedded PostgreSQL', () => {
  test('survives a killed controller and is adopted by the next, and stop ends it', async () => {
    const directory = await newDirectory();
    const first = starter(directory);
    const { url, adopted } = await first.said;
    assert.equal(adopted, false);
    const before = await runningPostmaster(join(directory, 'data'));
    await first.kill();

    const second = await ensure(directory);
    assert.deepEqual({ url: second.url, adopted: second.adopted }, { url, adopted: true });
    assert.deepEqual(await runningPostmaster(join(directory, 'data')), before);
    await second.stop();
    await second.stop();
    assert.equal(await runningPostmaster(join(directory, 'data')), null);
    await assert.rejects(query(url, 'select 1'));
  });

  test('is one server when two processes start it at once', async () => {
    const directory = await newDirectory();
    const starters = [starter(directory), starter(directory), starter(directory)];
    const said = await Promise.all(starters.map((one) => one.said));
    assert.equal(new Set(said.map(({ url }) => url)).size, 1);
    assert.equal(said.filter(({ adopted }) => !adopted).length, 1);
    await Promise.all(starters.map((one) => one.kill()));
  });

  test('recovers when it was killed itself, on the same port', async () => {
    const directory = await newDirectory();
    // As in production, with every commit on disk.
    const first = await ensureEmbeddedPostgres({ directory });
    await query(first.url, 'create table kept as select 42 as answer');
    const { pid = 0 } = (await runningPostmaster(join(directory, 'data'))) ?? {};
    process.kill(pid, 'SIGKILL');
    const second = await ensureEmbeddedPostgres({ directory });
    assert.equal(second.adopted, false);
    assert.equal(second.url, first.url);
    assert.deepEqual(await query(second.url, 'select answer from kept'), [{ answer: 42 }]);

    const again = (await runningPostmaster(join(directory, 'data')))?.pid ?? 0;
    process.kill(again, 'SIGKILL');
    while (await runningPostmaster(join(directory, 'data'))) await pause(20);
    await second.tend();
    await second.tend();
    assert.deepEqual(await query(second.url, 'select answer from kept'), [{ answer: 42 }]);
  });

  test('is not misled by a postmaster.pid whose number belongs to another process', async () => {
    const directory = await newDirectory();
    await (await ensure(directory)).stop();
    const pidFile = join(directory, 'data', 'postmaster.pid');
    const lines = [process.pid, join(directory, 'data'), 1, 5432, '', '127.0.0.1', '1 1', 'ready'];
    await writeFile(pidFile, `${lines.join('\n')}\n`);
    const server = await ensure(directory);
    assert.equal(server.adopted, false);
  });

  test('mends what a process killed in the middle of initdb left behind', async () => {
    const directory = await newDirectory();
    // No process has this number: it is above the highest that Linux gives out.
    const half = join(directory, 'data.tmp-4194305-0123abcd');
    await mkdir(half);
    await writeFile(join(half, 'PG_VERSION'), '18\n');
    const server = await ensure(directory);
    assert.deepEqual(await query(server.url, `select 1 as one`), [{ one: 1 }]);
    await assert.rejects(readFile(join(half, 'PG_VERSION')), { code: 'ENOENT' });
  });

  test('takes another port when its own is taken', async () => {
    const directory = await newDirectory();
    const first = await ensure(directory);
    await first.stop();
    const port = Number(new URL(first.url).port);
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(port, '127.0.0.1', resolve));
    const second = await ensure(directory);
    assert.notEqual(new URL(second.url).port, String(port));
    assert.deepEqual(await query(second.url, `select 1 as one`), [{ one: 1 }]);
    await new Promise((resolve) => squatter.close(resolve));
  });

  test('asks for a password, listens on this machine only and speaks UTF-8', async () => {
    const directory = await newDirectory();
    const { url } = await ensure(directory);
    const wrong = new URL(url);
    wrong.password = 'wrong';
    await assert.rejects(query(wrong.href, 'select 1'), { code: '28P01' });
    const settings = `select current_setting('listen_addresses') as listens,
      current_setting('server_encoding') as encoding, current_setting('timezone') as zone`;
    assert.deepEqual(await query(url, settings), [
      { listens: '127.0.0.1', encoding: 'UTF8', zone: 'UTC' },
    ]);
  });

  test(
    'says which directory keeps its account out',
    { skip: isRoot ? false : 'only root gives the database to another account' },
    async () => {
      const closed = await newDirectory();
      await chmod(closed, 0o700);
      await assert.rejects(ensure(join(closed, 'inner')), (error: Error) => {
        assert.equal((error as Error & { code: string }).code, 'db/directory-unreachable');
        assert.ok(error.message.includes(closed));
        return true;
      });
    },
  );

  test('refuses data of another major version', async () => {
    const directory = await newDirectory();
    await mkdir(join(directory, 'data'));
    await writeFile(join(directory, 'data', 'PG_VERSION'), '15\n');
    await assert.rejects(ensure(directory), { code: 'db/embedded-other-version' });
  });
});
