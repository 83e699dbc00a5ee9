import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findTap } from './find-tap.ts';
import { mergeCounts } from './merge-counts.ts';
import { nodeTestRun } from './node-test-run.test-data.ts';
import { readTap } from './read-tap.ts';
import { noTests, type TestCounts } from './test-counts.ts';

function counted(text: string): TestCounts {
  const report = readTap(text);
  assert.ok('counts' in report, JSON.stringify(report));
  return report.counts;
}

const numbersOf = ({ total, passed, failed, skipped }: TestCounts) => [
  total,
  passed,
  failed,
  skipped,
];

test('node:test: what it counts itself', async () => {
  const { failures, ...numbers } = counted(await nodeTestRun('tap'));
  assert.deepEqual({ ...numbers, durationMs: 0 }, nodeTestRun.counts);
  assert.deepEqual(
    failures.map(({ name, message }) => ({ name, message })),
    nodeTestRun.failures,
  );
  assert.equal(failures[1]?.suite, 'group');
});

test('TAP 12: a plan first or last, names or none, directives in any case', () => {
  assert.deepEqual(
    numbersOf(
      counted(
        '1..5\r\nok 1 - a\r\nnot ok 2\r\nok 3 # SKIP no disk\r\nnot ok 4 b # Todo c\r\nok\r\n',
      ),
    ),
    [5, 2, 1, 2],
  );
  assert.deepEqual(numbersOf(counted('ok a\n# ok b\nokay c\n not really\nok\n1..2')), [2, 2, 0, 0]);
});

test('a # that is no directive belongs to the name', () => {
  const { failures, skipped } = counted(
    'not ok 1 - issue #12 and \\# TODO\nok 2 - x \\\\# SKIP\n1..2',
  );
  assert.deepEqual(failures[0]?.name, 'issue #12 and # TODO');
  assert.equal(skipped, 1);
});

test('YAML tells the time and the message, and may tell more', () => {
  const counts = counted(`TAP version 13
ok 1 - quick
  ---
  duration_ms: 1.5
  ...
not ok 2 - slow
  ---
  duration_ms: 2000
  severity: fail
  data:
    message: not this one
    duration_ms: 99999
  message: "it \\"broke\\""
  ...
not ok 3 - told twice
  ---
  message: 'it''s broken'
  error: 'later'
  ...
not ok 4 - never ends
  ---
  error: >-
    line one
    line two
ok 5 - after it # time=7.4ms
1..5
`);
  assert.deepEqual(numbersOf(counts), [5, 2, 3, 0]);
  assert.equal(counts.durationMs, 2009);
  assert.deepEqual(
    counts.failures.map(({ message }) => message),
    ['it "broke"', "it's broken", 'line one\nline two'],
  );
});

describe('subtests', () => {
  test('stand for their parent, whose name is their suite', () => {
    const counts = counted(`TAP version 14
# Subtest: cart
    # Subtest: prices
        ok 1 - whole
        not ok 2 - broken
        1..2
    not ok 1 - prices
    ok 2 - empty
    1..2
not ok 1 - cart
1..1
`);
    assert.deepEqual(numbersOf(counts), [3, 2, 1, 0]);
    assert.deepEqual(counts.failures, [{ name: 'broken', suite: 'cart › prices', message: '' }]);
  });

  test('in braces come after their parent', () => {
    const counts = counted(
      'ok 1 - file {\n    ok 1 - a\n    not ok 2 - b # TODO\n    1..2\n}\n1..1\n',
    );
    assert.deepEqual(numbersOf(counts), [2, 1, 0, 1]);
  });

  test('a group without tests is not a test', () => {
    const group = "ok 1 - group\n  ---\n  type: 'suite'\n  ...\n1..1\n";
    assert.equal(counted(group).total, 0);
    assert.equal(counted(group.replace('suite', 'test')).total, 1);
  });

  test('a parent that fails by itself counts, one to be done excuses its own', () => {
    const failing = counted(
      '    ok 1 - a\n    1..1\nnot ok 1 - after hook\n  ---\n  error: hook\n  ...\n1..1\n',
    );
    assert.deepEqual(numbersOf(failing), [2, 1, 1, 0]);
    assert.deepEqual(failing.failures, [{ name: 'after hook', suite: '', message: 'hook' }]);
    const excused = counted('    not ok 1 - a\n    1..1\nnot ok 1 - group # TODO\n1..1\n');
    assert.deepEqual(numbersOf(excused), [1, 0, 0, 1]);
  });
});

describe('what did not come counts as failed', () => {
  test('planned tests', () => {
    const { failures, failed } = counted('TAP version 13\n1..4\nok 1\nok 2\n');
    assert.equal(failed, 1);
    assert.equal(failures[0]?.name, '2 planned tests');
  });

  test('the plan itself', () => {
    assert.equal(counted('TAP version 13\n').failures[0]?.name, 'the plan');
    assert.equal(counted('ok 1\nok 2\n').failed, 1);
    assert.equal(counted('TAP version 13\nok 1\n1..1\nTAP version 13\nok 1\n').failed, 1);
  });

  test('all that follows a bail-out, also of a subtest', () => {
    const { failures, ...numbers } = counted('1..9\nok 1\n    Bail out! No database.\nok 2\n');
    assert.deepEqual([numbers.total, numbers.passed, numbers.failed], [2, 1, 1]);
    assert.deepEqual(failures, [{ name: 'Bail out!', suite: '', message: 'No database.' }]);
  });
});

test('a file that was skipped as a whole is one skipped test', () => {
  assert.deepEqual(numbersOf(counted('TAP version 13\n1..0 # SKIP no Windows\n')), [1, 0, 0, 1]);
  assert.deepEqual(numbersOf(counted('1..0\n')), [0, 0, 0, 0]);
});

test('several outputs in one text are added', () => {
  const one = 'TAP version 13\nok 1\nnot ok 2\n1..2\n';
  assert.deepEqual(numbersOf(counted(one + one)), [4, 2, 2, 0]);
});

test('what is not TAP is told apart, what is too much is refused', () => {
  assert.deepEqual(readTap('hello\nworld\n'), {
    problem: 'it is not TAP: neither a plan nor a test',
    isOther: true,
  });
  assert.deepEqual(readTap('ok\n'.repeat(200_001)), {
    problem: 'it counts more than 200000 tests',
  });
});

describe('in a log', () => {
  test('TAP is found among other lines', () => {
    const log =
      '$ npm test\nok then\n> node --test\nTAP version 13\nlistening on 80\nok 1 - a\n1..1\nbye\n';
    assert.deepEqual(numbersOf(findTap(log)!), [1, 1, 0, 0]);
  });

  test('of which the beginning is lost it counts only where its plan is kept', () => {
    assert.deepEqual(numbersOf(findTap('ok 1 - a\nnot ok 2 - b\n1..2\n')!), [2, 1, 1, 0]);
    assert.equal(findTap('ok 2 - b\n1..2\n'), null);
  });

  test('a program that says ok has not written TAP', () => {
    assert.equal(findTap('ok  \tshop/cart\t0.012s\nok  \tshop/pay\t0.1s\n'), null);
    assert.equal(findTap(''), null);
  });
});

test('merged counts are sums, the first twenty failures stay, and nothing is changed', () => {
  const failing = counted('not ok a\n'.repeat(15) + '1..15\n');
  const before = structuredClone(failing);
  const merged = mergeCounts(failing, mergeCounts(noTests(), failing));
  assert.deepEqual(numbersOf(merged), [30, 0, 30, 0]);
  assert.equal(merged.failures.length, 20);
  assert.deepEqual(failing, before);
});
