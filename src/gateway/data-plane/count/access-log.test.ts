import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { accessLog, type AccessLine } from './access-log.ts';

const top = mkdtempSync(join(tmpdir(), 'signalbox-access-'));
after(() => rmSync(top, { recursive: true, force: true, maxRetries: 5 }));

const usual = { sample: 1, rotateBytes: 10_000_000, keep: 2 };
const line: AccessLine = {
  timeMs: Date.parse('2026-11-21T10:00:00.123Z'),
  durationMs: 1.23456,
  client: '127.0.0.1',
  protocol: 'http/1.1',
  method: 'GET',
  host: 'shop.test',
  path: '/cart',
  status: 200,
  bytesIn: 100,
  bytesOut: 2000,
  environment: 'environment-1',
  service: 'web',
  version: 'deploy-1',
  instance: 'instance-1',
  requestId: 'request-1',
  userAgent: 'curl/8',
};

const linesOf = (file: string): Record<string, unknown>[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((text) => JSON.parse(text) as Record<string, unknown>);

async function written(name: string, lines: Partial<AccessLine>[], options = {}) {
  const file = join(top, name);
  const log = accessLog({ ...usual, file, ...options });
  for (const each of lines) log.write({ ...line, ...each });
  await log.close();
  return file;
}

test('a request is a line of JSON', async () => {
  const [one] = linesOf(await written('plain', [{}]));
  const { timeMs: _timeMs, durationMs: _durationMs, ...same } = line;
  assert.deepEqual(one, { time: '2026-11-21T10:00:00.123Z', ms: 1.235, ...same });
});

test('queries never get into it, and what a client says stays one line of printable text', async () => {
  const file = await written('odd', [
    { path: '/login?password=hunter2' },
    { path: '/a#token=hunter2', userAgent: 'a\nb\u001b[31m\u009b31m\u007f"\\' },
    { path: `/${'x'.repeat(5000)}`, userAgent: 'y'.repeat(5000) },
  ]);
  const text = readFileSync(file, 'utf8');
  assert.ok(!text.includes('hunter2'));
  // oxlint-disable-next-line no-control-regex
  assert.match(text, /^([^\u0000-\u001f\u007f-\u009f]+\n){3}$/);
  const [login, odd, long] = linesOf(file);
  assert.deepEqual([login?.['path'], odd?.['path']], ['/login', '/a']);
  assert.equal(odd?.['userAgent'], 'a\nb\u001b[31m\u009b31m\u007f"\\');
  assert.deepEqual(
    [String(long?.['path']).length, String(long?.['userAgent']).length],
    [1025, 257],
  );
});

test('a sample leaves out requests but no answer of 5xx', async () => {
  const lines = Array.from({ length: 4000 }, (_, index) => ({ status: index % 2 ? 200 : 503 }));
  const half = linesOf(await written('half', lines, { sample: 0.5 }));
  const fine = half.filter(({ status }) => status === 200).length;
  assert.equal(half.length - fine, 2000);
  assert.ok(fine > 700 && fine < 1300, String(fine));
  assert.equal(linesOf(await written('none', lines, { sample: 0 })).length, 2000);
});

test('a file that was moved away is begun anew', async () => {
  const file = join(top, 'moved');
  const log = accessLog({ ...usual, file });
  log.write(line);
  await condition(() => readdirSync(top).includes('moved') && linesOf(file).length === 1);
  renameSync(file, `${file}.old`);
  log.write({ ...line, path: '/second' });
  await log.close();
  assert.deepEqual(
    [linesOf(`${file}.old`), linesOf(file)].map((lines) => lines.map(({ path }) => path)),
    [['/cart'], ['/second']],
  );
});

test('what the disk did not take is counted in the file when it does again', async () => {
  const directory = join(top, 'not-there-yet');
  const log = accessLog({ ...usual, file: join(directory, 'log') });
  for (let index = 0; index < 10; index += 1) log.write(line);
  // The first attempt is made when there is more than fits into one write.
  for (let index = 0; index < 1000; index += 1) log.write(line);
  await pause(400);
  mkdirSync(directory);
  log.write({ ...line, path: '/after' });
  await log.close();
  const [first, second] = linesOf(join(directory, 'log'));
  assert.equal(first?.['path'], '/after');
  assert.equal(second?.['dropped'], 1010);
});

test('several workers share a file that is put aside again and again: every line is whole, none is lost', async () => {
  const file = join(top, 'shared');
  const program = `
    import { accessLog } from ${JSON.stringify(join(import.meta.dirname, 'access-log.ts'))};
    const log = accessLog({ file: ${JSON.stringify(file)}, sample: 1, rotateBytes: 100_000, keep: 99 });
    for (let index = 0; index < 2000; index += 1) {
      log.write({ ...${JSON.stringify(line)}, requestId: process.argv[1] + '-' + index });
      if (index % 50 === 0) await new Promise(setImmediate);
    }
    await log.close();`;
  const workers = ['one', 'two', 'three'].map((name) =>
    spawn(process.execPath, ['--input-type=module', '-e', program, name], { stdio: 'inherit' }),
  );
  await Promise.all(workers.map((worker) => once(worker, 'close')));
  const names = readdirSync(top).filter((name) => /^shared(\.\d+)?$/.test(name));
  assert.ok(names.length > 3, names.join());
  const ids = names.flatMap((name) => linesOf(join(top, name))).map((each) => each['requestId']);
  assert.equal(new Set(ids).size, 6000);
  assert.equal(ids.length, 6000);
});

test('no more files are kept than asked for', async () => {
  const lines = Array.from({ length: 3000 }, () => ({}));
  for (let round = 0; round < 4; round += 1) await written('few', lines, { rotateBytes: 50_000 });
  const names = readdirSync(top).filter((name) => name.startsWith('few'));
  assert.deepEqual(names.sort(), ['few.1', 'few.2']);
});

async function condition(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(20);
}
