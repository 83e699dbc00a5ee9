import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import {
  badChange,
  headline,
  isMissed,
  nextReminder,
  passengerOf,
  questionFor,
  subjectOf,
  type Shown,
} from './train-words.ts';

const now = '5'.repeat(40);
const before = '4'.repeat(40);
const change = (number: number): Shown['changes'][number] => ({
  commit: String(number).repeat(40),
  number,
  subject: `change (#${number})`,
  authors: [],
  goodWithoutAsking: null,
  ejected: null,
});
const vote = (
  voter: string,
  answer: 'good' | 'bad',
  more: Partial<Shown['votes'][number]> = {},
): Shown['votes'][number] => ({
  voter,
  by: voter,
  answer,
  commit: now,
  change: null,
  reason: null,
  via: 'api',
  at: '2026-11-02T10:00:00.000Z',
  ...more,
});
const passenger = (voter: string, answer: 'good' | 'bad' | null = null) => ({
  voter,
  known: true,
  changes: ['#1'],
  answer,
  answerReason: null,
});
const train = (more: Partial<Shown>): Shown => ({
  app: 'shop',
  number: 2,
  state: 'asking',
  reason: 'waits for ann, bob',
  commit: now,
  plannedAt: '2026-11-02T10:00:00.000Z',
  departedAt: '2026-11-02T10:00:00.000Z',
  askedAt: '2026-11-02T10:00:00.000Z',
  answersUntil: '2026-11-02T11:00:00.000Z',
  endedAt: null,
  candidate: 3,
  stages: [],
  changes: [change(1), change(2)],
  passengers: [passenger('ann'), passenger('bob')],
  consent: { kind: 'open', words: 'waits for ann, bob' },
  votes: [],
  holds: [],
  next: [],
  ...more,
});
const ann = { name: 'ann', token: 'laptop' };

test('those on board who have not answered are asked, and nobody else', () => {
  deepEqual(questionFor(train({}), ann), { kind: 'missing', changes: ['#1'] });
  equal(questionFor(train({}), { name: 'eve', token: 'laptop' }), null);
  equal(questionFor(train({ passengers: [passenger('ann', 'good')] }), ann), null);
});

test('before it asks, and once nobody’s word counts any more, there is no question', () => {
  equal(questionFor(train({ state: 'travelling', askedAt: null }), ann), null);
  equal(questionFor(train({ consent: { kind: 'agreed', words: 'forced by rita' } }), ann), null);
  for (const state of ['releasing', 'arrived', 'failed', 'cancelled', 'superseded'] as const)
    equal(questionFor(train({ state }), ann), null, state);
});

test('a token that is nobody’s is no person of that name, but the address it is called by', () => {
  equal(passengerOf(train({}), { name: 'ann', token: null }), undefined);
  const on = train({ passengers: [passenger('eve@example.com')] });
  equal(passengerOf(on, { name: 'eve@example.com', token: null })?.voter, 'eve@example.com');
});

test('where one good is enough, it may be anybody’s', () => {
  for (const words of ['waits for somebody', 'waits for somebody of team ops; rita wants to …']) {
    const asks = train({ consent: { kind: 'open', words } });
    deepEqual(questionFor(asks, { name: 'eve', token: null }), { kind: 'anybody' });
    equal(isMissed(asks, { answer: null }), false);
  }
  const named = train({ consent: { kind: 'open', words: 'waits for somebody@example.com' } });
  deepEqual(questionFor(named, ann), { kind: 'missing', changes: ['#1'] });
});

test('whoever said no to what it carries now can lift it; an older no is gone', () => {
  const consent = { kind: 'vetoed' as const, words: 'ann said no: it is slow' };
  const no = train({ consent, votes: [vote('ann', 'bad', { reason: 'it is slow' })] });
  deepEqual(questionFor(no, ann), { kind: 'no', reason: 'it is slow' });
  const old = train({ votes: [vote('ann', 'bad', { commit: before })] });
  deepEqual(questionFor(old, ann), { kind: 'missing', changes: ['#1'] });
});

test('the change somebody says no to can be taken off, unless nothing else is on board', () => {
  const consent = { kind: 'vetoed' as const, words: 'bob said no' };
  const votes = [vote('bob', 'bad', { change: change(2).commit })];
  equal(badChange(train({ consent, votes }))?.number, 2);
  equal(badChange(train({ consent, votes, changes: [change(2)] })), null);
  equal(badChange(train({ consent, votes: [vote('bob', 'bad')] })), null);
  equal(badChange(train({ votes })), null);
  const ejected = { at: '2026-11-02T10:00:00.000Z', by: 'ann', why: null };
  const off = [change(1), { ...change(2), ejected }, change(3)];
  equal(badChange(train({ consent, votes, changes: off })), null);
});

test('whoever is late is reminded at half time and ten minutes before the end', () => {
  const at = (time: string): number => Date.parse(`2026-11-02T${time}Z`);
  equal(nextReminder(train({}), at('10:10:00')), at('10:30:00'));
  equal(nextReminder(train({}), at('10:30:00')), at('10:50:00'));
  equal(nextReminder(train({}), at('10:55:00')), null);
  const short = train({ answersUntil: '2026-11-02T10:08:00.000Z' });
  equal(nextReminder(short, at('10:00:00')), at('10:04:00'));
  equal(nextReminder(train({ state: 'blocked' }), at('10:10:00')), null);
});

test('a subject goes without the number that stands before it', () => {
  equal(subjectOf(change(1)), 'change');
  equal(subjectOf({ number: null, subject: 'change (#1)' }), 'change (#1)');
});

test('what it waits for is said in words in every state', () => {
  equal(headline(train({})), 'waits for ann, bob');
  const built = { state: 'travelling', reason: null } as const;
  const stages = [{ name: 'staging', state: 'running', reason: null }];
  equal(headline(train({ ...built, stages })), 'Travels through staging');
  equal(
    headline(train({ ...built, candidate: null })),
    'What it carries is being checked and built',
  );
  equal(headline(train({ state: 'arrived' })), 'It has arrived in production');
});
