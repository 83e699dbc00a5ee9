import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from './load.ts';

const file = (more: string): string =>
  `app: shop\nservices:\n  web: { run: node web.js }\n${more}\n`;

for (const more of [
  String.raw`checks: { lint: "true \0" }`,
  String.raw`checks: { "li\0nt": "true" }`,
  String.raw`variables: { HALF: "\uD800" }`,
  String.raw`build: { run: ["\0"] }`,
]) {
  test(`a text that no database and no process can hold is refused: ${more}`, () => {
    assert.throws(() => loadConfig(file(more)), /NUL character or half a character \(line 4/);
  });
}

test('a whole character of two halves is a text like any other', () => {
  const { config } = loadConfig(file('variables: { WHOLE: "\u{1f600}" }'));
  assert.equal(config.variables['WHOLE'], '\u{1f600}');
});
