import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEnd } from './read-end.ts';

// A Saturday; 14:30 in Berlin.
const now = new Date('2026-11-21T13:30:00Z');
const berlin = { now, timezone: 'Europe/Berlin' };

const facts: [text: string, end: string][] = [
  ['2h', '2026-11-21T15:30:00.000Z'],
  ['1d 2h', '2026-11-22T15:30:00.000Z'],
  ['18:00', '2026-11-21T17:00:00.000Z'],
  [' 18:00 ', '2026-11-21T17:00:00.000Z'],
  ['9:00', '2026-11-22T08:00:00.000Z'],
  ['14:30', '2026-11-22T13:30:00.000Z'],
  ['14:30:01', '2026-11-21T13:30:01.000Z'],
  ['tomorrow', '2026-11-21T23:00:00.000Z'],
  ['Tomorrow 09:00', '2026-11-22T08:00:00.000Z'],
  ['today 23:00', '2026-11-21T22:00:00.000Z'],
  ['today 09:00', '2026-11-21T08:00:00.000Z'],
  ['2026-12-24', '2026-12-23T23:00:00.000Z'],
  ['2026-12-24 18:00', '2026-12-24T17:00:00.000Z'],
  ['2026-07-01T18:00', '2026-07-01T16:00:00.000Z'],
  ['2026-12-24T18:00Z', '2026-12-24T18:00:00.000Z'],
  ['2026-12-24T18:00:30+05:30', '2026-12-24T12:30:30.000Z'],
  ['2026-12-24T18:00-0800', '2026-12-25T02:00:00.000Z'],
  // Clocks are set past the first and show the second twice.
  ['2027-03-28 02:30', '2027-03-28T01:00:00.000Z'],
  ['2027-10-31 02:30', '2027-10-31T00:30:00.000Z'],
];

for (const [text, end] of facts) {
  test(`"${text}" is ${end} on a Saturday afternoon in Berlin`, () => {
    assert.equal(readEnd(text, berlin).toISOString(), end);
  });
}

test('a day is that of the time zone', () => {
  const late = new Date('2026-11-21T22:00:00Z');
  const there = readEnd('tomorrow 09:00', { now: late, timezone: 'Asia/Kolkata' });
  assert.equal(there.toISOString(), '2026-11-23T03:30:00.000Z');
});

test('the next such time is tomorrow where clocks are set in between', () => {
  const eve = { now: new Date('2026-03-28T18:00:00Z'), timezone: 'Europe/Berlin' };
  assert.equal(readEnd('18:00', eve).toISOString(), '2026-03-29T16:00:00.000Z');
});

const nonsense = [
  '',
  ' ',
  'soon',
  '25:00',
  '18:60',
  '2026-02-30',
  '2026-13-01 10:00',
  '18',
  '18:00+01:00',
];
for (const text of [
  ...nonsense,
  'tomorrow 18:00Z',
  '2026-12-24T',
  '2026-12-24T18:00+99:00',
  '-2h',
]) {
  test(`"${text}" is refused`, () => {
    assert.throws(() => readEnd(text, berlin), { code: 'freeze/not-a-time' });
  });
}
