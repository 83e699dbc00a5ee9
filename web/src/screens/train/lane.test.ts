import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { stopsOf } from './lane.ts';

type Travelling = Parameters<typeof stopsOf>[0];

const train = (
  state: Travelling['state'],
  staging: string,
  production: string,
  more: Partial<Travelling> = {},
): Travelling => ({
  state,
  candidate: 7,
  stages: [
    { name: 'staging', state: staging, reason: null },
    { name: 'production', state: production, reason: null },
  ],
  consent: { kind: 'open', words: '' },
  ...more,
});
const here = (of: Travelling): string =>
  stopsOf(of)
    .filter(({ isHere }) => isHere)
    .map(({ name, word }) => `${name}: ${word}`)
    .join();

test('the word of those on board is a stop of its own, before the last stage', () => {
  deepEqual(
    stopsOf(train('asking', 'passed', 'asking')).map(({ name, word, tone }) => [name, word, tone]),
    [
      ['Departure', 'left', 'good'],
      ['Build', 'built', 'good'],
      ['staging', 'passed', 'good'],
      ['Agreement', 'asking', 'wait'],
      ['production', 'not yet', 'off'],
    ],
  );
});

test('a train is at one stop, whatever its state', () => {
  const places: [Travelling, string][] = [
    [train('travelling', 'running', 'waiting'), 'staging: running'],
    [train('travelling', 'waiting', 'waiting'), 'staging: not yet'],
    [train('travelling', '', '', { candidate: null, stages: [] }), 'Build: under way'],
    [train('travelling', 'skipped', 'waiting'), 'Agreement: not yet'],
    [train('asking', 'passed', 'asking'), 'Agreement: asking'],
    [train('blocked', 'passed', 'asking'), 'Agreement: blocked'],
    [train('held', 'passed', 'asking'), 'Agreement: held'],
    [train('agreed', 'passed', 'asking'), 'Agreement: agreed'],
    [train('releasing', 'passed', 'running'), 'production: running'],
    [train('releasing', 'passed', 'waiting'), 'production: not yet'],
    [train('arrived', 'passed', 'passed'), 'production: passed'],
    [train('failed', 'failed', 'stopped'), 'staging: failed'],
    [train('failed', 'passed', 'failed'), 'production: failed'],
    [train('cancelled', 'passed', 'stopped'), 'Agreement: not yet'],
  ];
  for (const [of, place] of places) equal(here(of), place, of.state);
});

test('a stage may be called like a stop that is none', () => {
  const stages = [
    { name: 'Agreement', state: 'passed', reason: null },
    { name: 'production', state: 'asking', reason: null },
  ];
  const stops = stopsOf(train('blocked', '', '', { stages }));
  deepEqual(
    stops.filter(({ isHere }) => isHere).map(({ word, isStage }) => [word, isStage]),
    [['blocked', false]],
  );
});
