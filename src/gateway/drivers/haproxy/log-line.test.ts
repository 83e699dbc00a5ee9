import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLogLine } from './log-line.ts';

const line = (changed: Record<number, string> = {}): string => {
  const fields =
    'c 7 s4 200 -- 0 79 168 1795274219881509 1795274219882211 1795274219882311 - - - - curl/8 (x)';
  return fields
    .split(' ')
    .map((field, index) => changed[index] ?? field)
    .join(' ');
};

function request(text: string) {
  const read = readLogLine(text);
  assert.equal(read.kind, 'request');
  return read.kind === 'request' ? read.request : assert.fail();
}

test('a line says who answered, how fast, and how much', () => {
  const {
    place,
    server,
    status,
    bytesIn,
    bytesOut,
    beganUs,
    firstByteUs,
    endedUs,
    userAgent,
    ending,
  } = request(line());
  assert.deepEqual([place, server, status, ending], [7, 4, 200, 'whole']);
  assert.deepEqual([bytesIn, bytesOut], [79, 168]);
  assert.deepEqual([firstByteUs! - beganUs, endedUs - beganUs], [702, 802]);
  assert.equal(userAgent, 'curl/8 (x)');
});

test('who ended a request is known by its termination state', () => {
  const endings = {
    '--': 'whole',
    LR: 'whole',
    CD: 'client',
    cD: 'client',
    KD: 'client',
    SC: 'instance',
    sH: 'instance',
    PH: 'instance',
    PR: 'own',
  };
  for (const [state, ending] of Object.entries(endings)) {
    assert.equal(request(line({ 4: state })).ending, ending, state);
  }
});

test('a cookie names its user, version and perhaps instance', () => {
  assert.deepEqual(request(line({ 11: '10427.a-b.l5.s4' })).user, {
    name: 'a-b',
    lane: 5,
    server: 4,
  });
  assert.deepEqual(request(line({ 11: '10427.a-b.l5.' })).user, {
    name: 'a-b',
    lane: 5,
    server: null,
  });
  assert.equal(request(line()).user, null);
});

test('what no place had, markers, losses and torn lines are told apart', () => {
  assert.equal(readLogLine(line({ 1: '-' })).kind, 'nothing');
  assert.equal(readLogLine(line().slice(0, 30)).kind, 'nothing');
  assert.equal(readLogLine('').kind, 'nothing');
  assert.deepEqual(readLogLine('m /12-3'), { kind: 'marker', name: '12-3' });
  assert.deepEqual(readLogLine('17 events dropped'), { kind: 'dropped', lines: 17 });
});
