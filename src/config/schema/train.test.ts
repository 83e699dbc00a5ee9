import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainConfig } from '../explain.ts';
import { loadConfig } from '../load.ts';
import { matchesBranch } from '../matches-branch.ts';

const smallest = 'app: shop\nservices: { web: { run: node a.js } }\n';
const load = (train: string) => loadConfig(`${smallest}train: ${train}`);
const trainOf = (train: string) => {
  const { config } = load(train);
  assert.ok(config.train);
  return config.train;
};

test('a train without a word of its own has every default, and is active', () => {
  assert.deepEqual(load('{}').notes, []);
  assert.deepEqual(trainOf('{}'), {
    departs: null,
    timezone: 'UTC',
    windows: null,
    next: 'wait',
    approval: 'authors',
    answerWithinMs: 2_700_000,
    withoutAnswer: 'hold',
    owners: null,
    keepVotes: 'unchanged',
    forceBy: 1,
    goodWithoutAsking: { authors: ['*[bot]*'], paths: ['docs/**', '*.md'] },
  });
});

test('timetable and windows have the time zone of the other where only one of them names it', () => {
  const zones = (train: string) => {
    const { timezone, windows } = trainOf(train);
    return [timezone, windows?.timezone];
  };
  const open = 'open: Mon 09:00-17:00';
  const berlin = 'timezone: Europe/Berlin';
  assert.deepEqual(zones(`{ windows: { ${open} } }`), ['UTC', 'UTC']);
  for (const train of [
    `{ ${berlin}, windows: { ${open} } }`,
    `{ windows: { ${open}, ${berlin} } }`,
  ])
    assert.deepEqual(zones(train), ['Europe/Berlin', 'Europe/Berlin']);
  const both = `{ timezone: Asia/Kolkata, windows: { ${open}, ${berlin} } }`;
  assert.deepEqual(zones(both), ['Asia/Kolkata', 'Europe/Berlin']);
});

test('bots are known by the brackets in their names, which are no class of characters', () => {
  const { authors } = trainOf('{}').goodWithoutAsking;
  for (const bot of ['renovate[bot]', '29139614+renovate[bot]@example.com'])
    assert.ok(matchesBranch(authors, bot), bot);
  for (const person of ['bot', 'Bob', 'o', 'robot@example.com'])
    assert.ok(!matchesBranch(authors, person), person);
});

test('asking about everything is said by empty lists', () => {
  const none = trainOf('{ good-without-asking: { authors: [], paths: [] } }').goodWithoutAsking;
  assert.deepEqual(none, { authors: [], paths: [] });
});

test('what is explained is a train that does the same', () => {
  const full = `{ departs: "0 9-17 * * Mon-Fri", next: supersede, owners: shop-owners, keep-votes: none, force-by: 2,
    timezone: Asia/Kolkata, windows: { open: [Mon-Thu 09:00-17:00, "Fri 22:00-02:00"], timezone: UTC },
    good-without-asking: { paths: [doc/**] }, approval: "team:a", answer-within: 2h, without-answer: go }`;
  for (const train of [
    '{}',
    full,
    '{ windows: { open: Mon 09:00-17:00, timezone: Asia/Tokyo } }',
  ]) {
    const { config } = load(train);
    assert.deepEqual(loadConfig(explainConfig(config)).config, config);
  }
});

const refused: [title: string, train: string, expected: RegExp][] = [
  ['a window that ends when it begins', '{ windows: { open: Mon 09:00-09:00 } }', /00:00-24:00/],
  ['a rhythm of months', '{ departs: every 60d }', /between 1m and 28d/],
  ['a rhythm of seconds', '{ departs: every 30s }', /between 1m and 28d/],
  ['three who force', '{ force-by: 3 }', /train\.force-by/],
  ['a team with a prefix', '{ owners: "team:a" }', /without team:/],
  ['a time zone nobody knows', '{ timezone: Mars/Olympus }', /no such time zone/],
];

for (const [title, train, expected] of refused) {
  test(`${title} is refused in words`, () => {
    assert.throws(() => load(train), { code: 'config/invalid', message: expected });
  });
}
