import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { link, mkdir, mkdtemp, open, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { readReports } from './read-reports.ts';
import { readTar } from './read-tar.ts';
import { reportPaths } from './report-paths.ts';

const oneGood = '<testsuite name="s"><testcase name="a" time="0.5"/></testsuite>';
const oneBad =
  '<testsuite name="s"><testcase name="b"><failure message="no"/></testcase></testsuite>';

let directory: string;
let made = 0;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'signalbox-reports-'));
});
after(() => rm(directory, { recursive: true }));

async function folder(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const top = join(directory, `files-${++made}`);
  await mkdir(top);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(top, path)), { recursive: true });
    await writeFile(join(top, path), text);
  }
  return top;
}

async function packed(top: string, ...options: string[]): Promise<string> {
  const archive = `${top}.tar`;
  await promisify(execFile)('tar', ['-cf', archive, '--sort=name', ...options, '-C', top, '.']);
  return archive;
}

const reportsOf = async (files: Readonly<Record<string, string | Buffer>>, since?: Date) =>
  readReports(await packed(await folder(files)), { since });

async function written(bytes: Buffer | string): Promise<string> {
  const archive = join(directory, `raw-${++made}.tar`);
  await writeFile(archive, bytes);
  return archive;
}

test('JUnit, TAP and the load result of one archive are read together', async () => {
  const { tests, load, problems } = await reportsOf({
    'reports/unit/junit.xml': oneGood,
    'target/surefire-reports/TEST-Cart.xml': oneBad,
    'results.tap': 'ok 1\nok 2 # skip\n1..2\n',
    'load-result.json': '{"requests":3,"bad":1}',
    'reports/coverage.xml': '<coverage/>',
    'node_modules/x/reports/junit.xml': oneBad,
    'src/data.xml': oneBad,
    'load.json': '{}',
  });
  assert.deepEqual(
    { ...tests, failures: tests.failures.length },
    { total: 4, passed: 2, failed: 1, skipped: 1, durationMs: 500, failures: 1 },
  );
  assert.deepEqual([load?.requests, load?.bad], [3, 1]);
  assert.deepEqual(problems, []);
});

test('what cannot be read is told by its name, and the rest counts', async () => {
  const { tests, problems } = await reportsOf({
    'reports/a.xml': oneGood.slice(0, -5),
    'reports/b.xml': oneBad,
    'reports/load.json': '{"requests":1}',
    'empty.tap': '',
    'reports/large.xml': ' '.repeat(10 * 1024 * 1024 + 1),
  });
  assert.equal(tests.total, 1);
  assert.deepEqual(problems.toSorted(), [
    'empty.tap: it is not TAP: neither a plan nor a test.',
    'reports/a.xml: it is not whole XML: line 1: not the end tag that belongs here.',
    'reports/large.xml: it has more than 10485760 bytes.',
    'reports/load.json: it has no "requests" and "bad", and no tool we know wrote it.',
  ]);
});

test('a report from before the job is none of its', async () => {
  const top = await folder({ 'reports/old.xml': oneBad, 'reports/new.xml': oneGood });
  const start = new Date('2026-05-01T10:00:00.700Z');
  await utimes(join(top, 'reports/old.xml'), start, new Date('2026-05-01T09:59:59Z'));
  await utimes(join(top, 'reports/new.xml'), start, new Date('2026-05-01T10:00:00.900Z'));
  const { tests } = await readReports(await packed(top), { since: start });
  assert.deepEqual([tests.passed, tests.failed], [1, 0]);
});

test('TAP in the log counts where there is no report of tests, also without an archive', async () => {
  const log = 'TAP version 13\nok 1\n1..1\n';
  assert.equal((await readReports(null, { log })).tests.total, 1);
  const archive = await packed(await folder({ 'reports/a.xml': oneBad }));
  assert.equal((await readReports(archive, { log })).tests.passed, 0);
  assert.equal((await readReports(null)).tests.total, 0);
});

test('texts in other encodings are read as they say', async () => {
  const latin = '<?xml version="1.0" encoding="ISO-8859-1"?>' + oneBad.replace('no', 'Grüße');
  const { tests } = await reportsOf({
    'reports/a.xml': Buffer.from(latin, 'latin1'),
    'reports/b.xml': Buffer.from(`\ufeff${oneBad.replace('no', 'Grüße')}`, 'utf16le'),
    'reports/c.xml': Buffer.from(`\ufeff${oneBad.replace('no', 'Grüße')}`),
  });
  assert.deepEqual(
    tests.failures.map(({ message }) => message),
    ['Grüße', 'Grüße', 'Grüße'],
  );
});

describe('archives', () => {
  const long = `reports/${'folder-with-a-long-name/'.repeat(12)}a.xml`;

  for (const format of ['gnu', 'pax', 'ustar', 'v7', 'oldgnu']) {
    test(`of the format ${format} are read, with long names where it has them`, async () => {
      const isShort = format === 'v7' || format === 'ustar';
      const name = isShort ? 'reports/a.xml' : long;
      const top = await folder({ [name]: oneGood, 'reports/b.xml': oneBad });
      const archive = await packed(top, `--format=${format}`);
      const names: string[] = [];
      for await (const entry of readTar(archive)) if ('name' in entry) names.push(entry.name);
      assert.deepEqual(names.toSorted(), [`./${name}`, './reports/b.xml'].toSorted());
      assert.equal((await readReports(archive)).tests.total, 2);
    });
  }

  test('links lead nowhere, whatever they point at', async () => {
    const outside = join(await folder({ 'secret.xml': oneBad }), 'secret.xml');
    const top = await folder({ 'reports/a.xml': oneGood });
    await symlink(outside, join(top, 'reports/link.xml'));
    await link(join(top, 'reports/a.xml'), join(top, 'reports/same.xml'));
    const { tests, problems } = await readReports(await packed(top));
    assert.deepEqual([tests.total, tests.passed, problems], [1, 1, []]);
  });

  test('a link that claims to have contents hides nothing behind them', async () => {
    const report = Buffer.alloc(512, ' ');
    report.write(oneGood);
    const link = header('reports/link.xml', '00000002000', '2');
    const archive = Buffer.concat([link, header('reports/a.xml', '00000001000'), report]);
    assert.equal((await readReports(await written(archive))).tests.passed, 1);
  });

  test('names that lead out of the archive are read like any other, and written nowhere', async () => {
    const top = await folder({ 'reports/a.xml': oneGood });
    const archive = await packed(top, '-P', '--transform=s|^\\./reports|../../../reports|');
    assert.equal((await readReports(archive)).tests.passed, 1);
  });

  test('that are damaged, cut off or none at all are a problem, and what came before counts', async () => {
    const whole = await packed(await folder({ 'reports/a.xml': oneGood, 'reports/b.xml': oneBad }));
    const { size } = await stat(whole);
    const cut = await open(whole, 'r+');
    await cut.truncate(2600);
    await cut.close();
    assert.ok(size > 2600);
    const { tests, problems } = await readReports(whole);
    assert.equal(tests.total, 1);
    assert.match(problems.join(), /cannot be read to their end: it (ends too early|is damaged)/);
    const odd = header('reports/a.xml', '0');
    odd[101] = 7;
    assert.match((await readReports(await written(odd))).problems.join(), /damaged at byte 0/);
    const none = await readReports(await written('hello '.repeat(1000)));
    assert.match(none.problems.join(), /damaged at byte 0/);
    assert.deepEqual((await readReports(await written(''))).problems, []);
  });

  test('a size that nothing can have is refused before memory is asked for it', async () => {
    const huge = header('reports/a.xml', '77777777777');
    assert.match((await readReports(await written(huge))).problems.join(), /ends too early/);
    const binary = header('reports/a.xml', Buffer.from('80000000007fffffffffffff', 'hex'));
    assert.match((await readReports(await written(binary))).problems.join(), /too early|damaged/);
    const facts = Buffer.concat([header('x', '00000400000', 'L'), Buffer.alloc(131_072)]);
    assert.match(
      (await readReports(await written(facts))).problems.join(),
      /name in it is too long/,
    );
  });

  test('with more entries or reports than anyone has are read to the limit', async () => {
    const entries = Buffer.concat(Array.from({ length: 20_001 }, () => header('x', '0')));
    assert.match((await readReports(await written(entries))).problems.join(), /20000 entries/);
    const body = Buffer.alloc(512, ' ');
    body.write(oneGood);
    const report = Buffer.concat([header('reports/a.xml', '00000001000'), body]);
    const { tests, problems } = await readReports(
      await written(Buffer.concat(Array.from({ length: 1001 }, () => report))),
    );
    assert.equal(tests.total, 1000);
    assert.match(problems.join(), /More than 1000 reports/);
  });

  test('that are gone make the reading fail', async () => {
    await assert.rejects(readReports(join(directory, 'gone.tar')), { code: 'ENOENT' });
  });
});

test('the paths to collect stay in the workspace', () => {
  for (const path of reportPaths) assert.doesNotMatch(path, /^\/|\.\.|[*?]/);
});

function header(name: string, size: string | Buffer, type = '0'): Buffer {
  const block = Buffer.alloc(512);
  block.write(name);
  block.write('00000000000', 136);
  if (typeof size === 'string') block.write(size, 124);
  else size.copy(block, 124);
  block.write(`        ${type}`, 148);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
