import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { inChatWords, refusalWords } from './refusal-words.ts';

test('a step for the command line is said in words of chat where there are some', () => {
  const cases: [step: string, spoken: string][] = [
    ['signalbox train good shop', '!good'],
    ['signalbox train next shop', '!next'],
    ['See what it carries now: signalbox train shop', 'See what it carries now: !train'],
    ['signalbox train hold shop --for 30m --reason "…"', '!hold 30m REASON'],
    ['signalbox train bad shop --reason "the basket is empty after a reload"', '!bad REASON'],
    ['bob can: signalbox train delegate shop ann', 'bob can: !delegate ann'],
    ['signalbox freeze shop --until tomorrow --reason "…"', '!freeze tomorrow REASON'],
    ['signalbox rollback shop/production', '!rollback production'],
    ['signalbox train list shop', '!train'],
    ['signalbox train depart shop', '!depart'],
    ['signalbox person email add ann ADDRESS', 'signalbox person email add ann ADDRESS'],
  ];
  for (const [step, spoken] of cases) assert.equal(inChatWords(step), spoken);
});

test('a refusal says what and why in one line, and the first step only', () => {
  const refusal = new SignalboxError({
    code: 'train/none',
    what: 'No train is under way.',
    why: 'None has left.',
    fix: ['signalbox train next shop', 'signalbox train shop'],
  });
  assert.deepEqual(refusalWords(refusal), ['No train is under way. None has left.', '→ !next']);
});
