import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findTap } from './find-tap.ts';
import { readArchive } from './read-archive.ts';
import { readJunit } from './read-junit.ts';
import { readLoadResult } from './read-load-result.ts';
import { readTap } from './read-tap.ts';
import { mostFailures, type TestCounts } from './test-counts.ts';

const junit = `<?xml version="1.0"?><testsuites tests="3"><testsuite name="a &amp; b" time="1,5">
<testcase name="x" classname="c" time="0.1"/><testcase name='y'><failure message="m &#65;">t<![CDATA[u]]></failure></testcase>
<testcase name="z"><skipped type="todo"/><error/></testcase><error message="s"/></testsuite><!-- c --></testsuites>`;
const tap = `TAP version 14\n# Subtest: a\n    ok 1 - b # SKIP c\n      ---\n      duration_ms: 1.5\n      message: |-\n        x\n      ...
    1..1\nok 1 - a # time=2ms\nnot ok 2 - d {\n    not ok 1 # TODO\n    1..1\n}\nBail out! e\n1..2\n`;
const load = `{"unit":"ms","seconds":2,"ticks":[{"requests":5,"bad":1,"latencies":{"unit":"us","buckets":[[1,2],[3.5,1],[null,2]]}}],
"metrics":{"http_reqs":{"count":5,"rate":1},"http_req_failed":{"passes":1}},"latency":{"p50":1},"requests":5,"bad":1,"errors":0}`;
const pieces = ['<', '>', '/', '"', "'", '&#0;', '&#x110000;', '<![CDATA[', ']]>', '<!--', '\0']
  .concat([
    '\ud800',
    '\u2028',
    '\r',
    '\n',
    '    ',
    '\t',
    '{',
    '}',
    '[',
    ']',
    '1..3',
    'ok',
    'not ok',
  ])
  .concat([
    '# TODO',
    '  ---',
    '  ...',
    '|',
    '-1',
    '1e999',
    '9007199254740993',
    'null',
    ',',
    '__proto__',
  ]);

test('damaged reports are counted in sums that fit, or refused in words', () => {
  const random = seeded(20_261_121);
  for (let round = 0; round < 4000; round += 1) {
    for (const [read, sample] of [
      [readJunit, junit],
      [readTap, tap],
    ] as const) {
      const text = damaged(sample, random);
      const report = read(text);
      if ('counts' in report) holds(report.counts, text);
      else assert.ok(report.problem.length > 0);
    }
    const log = damaged(tap, random);
    const found = findTap(log);
    if (found) holds(found, log);
  }
});

function holds(counts: TestCounts, text: string): void {
  const { total, passed, failed, skipped, durationMs, failures } = counts;
  assert.equal(total, passed + failed + skipped, text);
  for (const number of [total, passed, failed, skipped, durationMs])
    assert.ok(Number.isSafeInteger(number) && number >= 0, text);
  assert.ok(failures.length <= Math.min(failed, mostFailures), text);
  const shown = JSON.stringify(failures);
  // oxlint-disable-next-line no-control-regex -- what a database refuses and a terminal obeys
  assert.doesNotMatch(shown, /[\0-\x1f]|\\u0000|\\u001b|\\ud8/, text);
}

test('damaged load results are numbers that fit each other, or refused in words', () => {
  const random = seeded(7);
  for (let round = 0; round < 4000; round += 1) {
    const text = damaged(load, random);
    const reading = readLoadResult(text);
    if ('problem' in reading) continue;
    const { requests, bad, seconds, buckets, ticks } = reading.load;
    assert.ok(Number.isSafeInteger(requests) && bad >= 0 && bad <= requests, text);
    assert.ok(
      seconds === null || (Number.isFinite(seconds) && seconds > 0) || ticks.length === 0,
      text,
    );
    for (const [index, [upperUs, count]] of buckets.entries()) {
      assert.ok(Number.isSafeInteger(upperUs) && Number.isSafeInteger(count), text);
      assert.ok(index === 0 || upperUs > buckets[index - 1]![0], text);
    }
  }
});

test('a damaged archive is read as far as it goes', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'signalbox-fuzz-'));
  try {
    const random = seeded(11);
    const file = join(directory, 'a.tar');
    for (let round = 0; round < 300; round += 1) {
      const bytes = Buffer.alloc(4096);
      bytes.write('reports/a.xml');
      bytes.write(`0000644\0${'0000000\0'.repeat(2)}00000001000\x0000000000000\x00`, 100, 'latin1');
      bytes.write('        0', 148);
      for (let count = 0; count < round % 20; count += 1)
        bytes[Math.floor(random() * 600)] = Math.floor(random() * 256);
      bytes.write('        ', 148);
      const sum = bytes.subarray(0, 512).reduce((total, byte) => total + byte, 0);
      bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
      bytes.write(junit, 512);
      await writeFile(file, bytes);
      const { tests, problems } = await readArchive(file, {});
      holds(tests, `round ${round}`);
      if (round === 0) assert.deepEqual([tests.total, problems], [4, []]);
    }
  } finally {
    await rm(directory, { recursive: true });
  }
});

function damaged(text: string, random: () => number): string {
  let result = text;
  for (let count = 1 + Math.floor(random() * 4); count > 0; count -= 1) {
    const at = Math.floor(random() * result.length);
    const piece = pieces[Math.floor(random() * pieces.length)]!;
    const length = Math.floor(random() ** 3 * 60);
    const moved = random() < 0.2 ? result.slice(at, at + 40) : piece;
    result = result.slice(0, at) + moved + result.slice(at + length);
  }
  return result;
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
