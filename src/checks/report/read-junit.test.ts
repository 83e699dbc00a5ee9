import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { junitSeconds } from './junit-seconds.ts';
import { readJunit } from './read-junit.ts';
import { nodeTestRun } from './node-test-run.test-data.ts';
import type { TestCounts } from './test-counts.ts';

function counted(text: string): TestCounts {
  const report = readJunit(text);
  assert.ok('counts' in report, JSON.stringify(report));
  return report.counts;
}

function refused(text: string): string {
  const report = readJunit(text);
  assert.ok('problem' in report, JSON.stringify(report));
  return report.problem;
}

describe('dialects', () => {
  test('jest-junit: names repeat the class, messages are texts, a file that cannot run is an error', () => {
    const counts = counted(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="jest tests" tests="4" failures="1" errors="1" time="2.5">
  <testsuite name="cart" errors="0" failures="1" skipped="1" timestamp="2026-11-21T10:00:00" time="1.4" tests="3">
    <testcase classname="cart adds" name="cart adds" time="0.25"></testcase>
    <testcase classname="cart removes" name="cart removes" time="0.5">
      <failure>Error: expect(received).toBe(expected)

Expected: 1
Received: 2</failure>
    </testcase>
    <testcase classname="cart waits" name="cart waits" time="0"><skipped/></testcase>
  </testsuite>
  <testsuite name="src/broken.test.js" errors="1" failures="0" skipped="0" time="0" tests="1">
    <testcase classname="Test suite failed to run" name="src/broken.test.js" time="0">
      <error message="">SyntaxError: Unexpected token</error>
    </testcase>
  </testsuite>
</testsuites>`);
    assert.deepEqual(counts, {
      total: 4,
      passed: 1,
      failed: 2,
      skipped: 1,
      durationMs: 750,
      failures: [
        {
          name: 'cart removes',
          suite: 'cart',
          message: 'Error: expect(received).toBe(expected)\n\nExpected: 1\nReceived: 2',
        },
        {
          name: 'src/broken.test.js',
          suite: 'Test suite failed to run',
          message: 'SyntaxError: Unexpected token',
        },
      ],
    });
  });

  test('pytest: output is passed over, expected failures are skipped', () => {
    const { failures, ...numbers } = counted(`<?xml version="1.0" encoding="utf-8"?><testsuites
name="pytest tests"><testsuite name="pytest" errors="0" failures="1" skipped="1" tests="3" time="0.08" hostname="h">
<properties><property name="a" value="b"/></properties>
<testcase classname="tests.test_cart.TestCart" name="test_add[1-2]" time="0.010"><system-out>
<![CDATA[<failure message="only printed"/> ]]]]><![CDATA[>]]></system-out></testcase>
<testcase classname="tests.test_cart" name="test_remove" time="0.020"><failure
 message="AssertionError: assert 1 &lt; 0&#10; +  where 1 = f()">def test_remove(): …</failure>
 <system-err>warning</system-err></testcase>
<testcase classname="tests.test_cart" name="test_later" time="0.001"><skipped type="pytest.xfail" message="later"/></testcase>
</testsuite></testsuites>`);
    assert.deepEqual(numbers, { total: 3, passed: 1, failed: 1, skipped: 1, durationMs: 31 });
    assert.deepEqual(failures, [
      {
        name: 'test_remove',
        suite: 'tests.test_cart',
        message: 'AssertionError: assert 1 < 0\n +  where 1 = f()',
      },
    ]);
  });

  test('surefire: one suite as root, times with commas, a flaky test has passed, a repeated one fails once', () => {
    const { failures, ...numbers } = counted(`<?xml version="1.0" encoding="UTF-8"?>
<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" name="com.shop.CartTest" time="1,234.5" tests="3" errors="1">
  <testcase name="flaky" classname="com.shop.CartTest" time="1,200.5">
    <flakyFailure message="first" type="E"><stackTrace><![CDATA[at …]]></stackTrace></flakyFailure>
  </testcase>
  <testcase name="breaks" classname="com.shop.CartTest" time="0.5">
    <error message="boom" type="java.lang.IllegalStateException"><![CDATA[java.lang.IllegalStateException: boom]]></error>
    <rerunFailure message="again" type="E"/>
    <failure message="and again"/>
  </testcase>
  <testcase name="off" classname="com.shop.CartTest" time="0"><skipped message="off"/></testcase>
</testsuite>`);
    assert.deepEqual(numbers, {
      total: 3,
      passed: 1,
      failed: 1,
      skipped: 1,
      durationMs: 1_201_000,
    });
    assert.deepEqual(failures, [{ name: 'breaks', suite: 'com.shop.CartTest', message: 'boom' }]);
  });

  test('go-junit-report: a build that fails is the error of a testcase; a word that says nothing is not all', () => {
    const { failures, ...numbers } = counted(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="2" failures="1" errors="1">
	<testsuite name="shop/cart" tests="1" failures="1" errors="0" id="0" hostname="h" time="0.010">
		<testcase name="TestAdd/twice" classname="shop/cart" time="0.010">
			<failure message="Failed"><![CDATA[    cart_test.go:8: got 2]]></failure>
		</testcase>
	</testsuite>
	<testsuite name="shop/pay" tests="1" failures="0" errors="1" id="1" hostname="h" time="0.000">
		<testcase name="[build failed]" classname="shop/pay" time="0.000">
			<error message="Build error"><![CDATA[pay.go:3:1: syntax error]]></error>
		</testcase>
	</testsuite>
</testsuites>`);
    assert.deepEqual(numbers, { total: 2, passed: 0, failed: 2, skipped: 0, durationMs: 10 });
    assert.deepEqual(
      failures.map(({ message }) => message),
      ['Failed\ncart_test.go:8: got 2', 'Build error\npay.go:3:1: syntax error'],
    );
  });

  test('GoogleTest says in attributes what did not run; PHPUnit nests suites', () => {
    const google = counted(
      '<testsuites><testsuite name="A"><testcase name="x" status="notrun" result="suppressed" time="0." classname="A"/><testcase name="y" status="run" result="completed" time="0.004" classname="A"/></testsuite></testsuites>',
    );
    assert.deepEqual([google.passed, google.skipped], [1, 1]);
    const nested = counted(
      '<testsuites><testsuite name="all"><testsuite name="Cart"><testcase name="x"><error>no</error></testcase></testsuite></testsuite></testsuites>',
    );
    assert.deepEqual(nested.failures, [{ name: 'x', suite: 'all › Cart', message: 'no' }]);
  });

  test('node:test: what it counts itself', async () => {
    const { failures, ...numbers } = counted(await nodeTestRun('junit'));
    assert.deepEqual({ ...numbers, durationMs: 0 }, nodeTestRun.counts);
    assert.deepEqual(
      failures.map(({ name, message }) => ({ name, message })),
      nodeTestRun.failures,
    );
  });
});

test('a suite that fails outside of its tests is one failed test', () => {
  const { failures, total } = counted(
    '<testsuite name="Cart"><error message="no database"/><testcase name="x"/></testsuite>',
  );
  assert.equal(total, 2);
  assert.deepEqual(failures, [{ name: 'Cart', suite: '', message: 'no database' }]);
});

test('a report without testcases is taken at its word, once', () => {
  const { failures, ...numbers } = counted(
    '<testsuites><testsuite tests="5" failures="1" errors="1" skipped="1" time="2"><testsuite tests="5"/></testsuite></testsuites>',
  );
  assert.deepEqual(numbers, { total: 5, passed: 2, failed: 2, skipped: 1, durationMs: 2000 });
  assert.deepEqual(failures, []);
});

test('the first twenty failures are told, shortened, without colours and control characters', () => {
  const one = `<testcase name="n"><failure message="\u001b[31mred\u001b[0m &#0;&#27;[1m${'x'.repeat(5000)}"/></testcase>`;
  const { failed, failures } = counted(`<testsuite>${one.repeat(30)}</testsuite>`);
  assert.deepEqual([failed, failures.length], [30, 20]);
  assert.match(failures[0]!.message, /^red +x+…$/);
  assert.equal(failures[0]!.message.length, 500);
});

describe('what is refused', () => {
  test('entities of its own are never expanded', () => {
    const bomb =
      '<!DOCTYPE t [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><testsuite name="&b;"><testcase/></testsuite>';
    assert.match(refused(bomb), /DOCTYPE with declarations of its own/);
    const { failures } = counted(
      '<testsuite><testcase name="&b;"><failure/></testcase></testsuite>',
    );
    assert.equal(failures[0]?.name, '&b;');
  });

  test('a file that breaks off counts nothing, and says where', () => {
    assert.match(refused('<testsuite><testcase name="a"/>'), /it ends inside <testsuite>/);
    assert.match(refused('<testsuite>\n<testcase name="a'), /line 2: not a complete tag/);
    assert.match(refused('<testsuite>\n\n</testcase>'), /line 3: not the end tag/);
    assert.match(refused('<testsuite><![CDATA[ x'), /<!\[CDATA\[ has no end/);
    assert.match(refused('<testsuite><!-- x'), /<!-- has no end/);
    assert.match(refused(''), /no XML/);
    assert.match(refused('{"a": 1}'), /no XML/);
  });

  test('what nests deeply, is too large or counts too many', () => {
    assert.match(refused('<testsuite>'.repeat(500)), /nested too deeply/);
    assert.match(refused(' '.repeat(10 * 1024 * 1024 + 1)), /more than 10485760 bytes/);
    assert.match(refused('<testsuite tests="200001"/>'), /more than 200000 tests/);
  });

  test('other XML is told apart', () => {
    const report = readJunit(
      '<?xml version="1.0"?><!-- x --><coverage line-rate="1"><a></coverage>',
    );
    assert.deepEqual(report, {
      problem: 'it is not a JUnit report: its root is <coverage>',
      isOther: true,
    });
  });
});

test('seconds are read however they were written', () => {
  const written = {
    '0.012': 0.012,
    '1,234.5': 1234.5,
    '1,234,567.5': 1_234_567.5,
    '0,012': 0.012,
    '1.234,5': 1234.5,
    '1e-05': 0.00001,
    '3': 3,
    ' 2. ': 2,
    '': 0,
    '-1': 0,
    NaN: 0,
    '1.2.3': 0,
    '1e999': 0,
    '0x10': 0,
  };
  for (const [text, seconds] of Object.entries(written))
    assert.equal(junitSeconds(text), seconds, text);
});
