import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainConfig } from './explain.ts';
import { loadConfig } from './load.ts';
import { everything, smallest } from './samples.test-data.ts';

test('what is explained is a file that means the same', () => {
  for (const text of [smallest, everything]) {
    const { config } = loadConfig(text);
    assert.deepEqual(loadConfig(explainConfig(config)).config, config);
  }
});

test('defaults are marked, what was chosen is not', () => {
  const lines = explainConfig(loadConfig(everything).config)
    .split('\n')
    .map((line) => line.trim());
  assert.ok(lines.includes('limit: 10 # default'));
  assert.ok(lines.includes('protect: password'));
  assert.ok(lines.includes('jobs: off # default'));
});

test('a variable that looks secret is masked, as is a password in an address', () => {
  const { config } = loadConfig(
    `${smallest}variables: { API_TOKEN: canary1, X: "amqp://me:canary2@host/x", LEVEL: info }\n`,
  );
  const text = explainConfig(config);
  assert.doesNotMatch(text, /canary/);
  assert.match(text, /LEVEL: info/);
  assert.match(text, /amqp:\/\/me:\*+@host\/x.*# masked/);
});
