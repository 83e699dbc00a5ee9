import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { explainConfig } from './explain.ts';
import { loadConfig } from './load.ts';
import { everything } from './samples.test-data.ts';

const pieces = [
  '[',
  ']',
  '{',
  '}',
  ': ',
  '- ',
  '? ',
  '&a ',
  '*a',
  '!!x ',
  '|\n',
  '>\n',
  '\n',
  '\t',
  '  ',
  '"',
  "'",
  '#',
  '%',
  '\0',
]
  .concat([
    '---\n',
    '...\n',
    '\uFEFF',
    '\ud800',
    '<<: *a',
    '__proto__: ',
    'constructor: ',
    'null',
    '~',
    '.nan',
    '-.inf',
    '1e999',
  ])
  .concat(['0x', '../', '💥', '\u202e', '\r', 'web', 'app: ', 'true', '${X}', '`']);

test('a damaged file is loaded or refused in words, whatever the damage', () => {
  const random = seeded(20_261_121);
  for (let round = 0; round < 1_500; round += 1) outcome(damaged(everything, random), round);
});

function outcome(text: string, round: number): void {
  try {
    const { config } = loadConfig(text);
    assert.equal(typeof explainConfig(config), 'string');
  } catch (error) {
    assert.ok(error instanceof SignalboxError, `round ${round}: ${String(error)}\n${text}`);
    assert.equal(error.code, 'config/invalid');
    assert.ok((error.why ?? '').length > 0);
  }
}

function damaged(text: string, random: () => number): string {
  let result = text;
  for (let count = 1 + Math.floor(random() ** 2 * 8); count > 0; count -= 1) {
    const at = Math.floor(random() * result.length);
    const length = Math.floor(random() * 12);
    const piece = pieces[Math.floor(random() * pieces.length)] ?? '';
    const kinds = [
      () => result.slice(0, at) + piece + result.slice(at),
      () => result.slice(0, at) + result.slice(at + length),
      () => result.slice(0, at) + piece.repeat(length) + result.slice(at + length),
      () => result.slice(0, at) + result.slice(Math.floor(random() * result.length)),
      () => result.slice(0, at) + String.fromCharCode(random() * 65_536) + result.slice(at + 1),
    ];
    result = kinds[Math.floor(random() * kinds.length)]?.() ?? result;
  }
  return result;
}

/** The same numbers from 0 to 1 every time: the generator of Park and Miller. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
