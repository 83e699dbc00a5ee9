import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginProbe, ejection, mayTry, noteOutcome } from './ejection.ts';

const fail = (of: ReturnType<typeof ejection>, times: number, nowMs: number): void => {
  for (let failures = 0; failures < times; failures++) noteOutcome(of, false, nowMs);
};

test('three failures in a row put an endpoint out, two and a success do not', () => {
  const one = ejection();
  fail(one, 2, 0);
  noteOutcome(one, true, 0);
  fail(one, 2, 0);
  assert.ok(mayTry(one, 0));
  fail(one, 1, 0);
  assert.ok(!mayTry(one, 999));
  assert.ok(mayTry(one, 1000));
});

test('each failed probe doubles the time, up to 30 s; failures of older requests do not', () => {
  const one = ejection();
  fail(one, 3, 0);
  let nowMs = 0;
  for (const seconds of [1, 2, 4, 8, 16, 30, 30]) {
    fail(one, 5, nowMs);
    assert.ok(!mayTry(one, nowMs + seconds * 1000 - 1), `out for ${seconds} s`);
    nowMs += seconds * 1000;
    assert.ok(mayTry(one, nowMs));
    beginProbe(one, nowMs);
    assert.ok(!mayTry(one, nowMs), 'one probe is enough');
    fail(one, 1, nowMs);
  }
});

test('a probe that succeeds ends it, and the next time begins small again', () => {
  const one = ejection();
  fail(one, 3, 0);
  beginProbe(one, 1000);
  fail(one, 1, 1000);
  beginProbe(one, 3000);
  noteOutcome(one, true, 3000);
  assert.ok(mayTry(one, 3000));
  fail(one, 3, 3000);
  assert.ok(mayTry(one, 4000));
});

test('a probe nobody hears of again is followed by another', () => {
  const one = ejection();
  fail(one, 3, 0);
  beginProbe(one, 1000);
  assert.ok(!mayTry(one, 5999));
  assert.ok(mayTry(one, 6000));
});
