import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { loadConfig } from './load.ts';

const examples = new URL('../../examples/', import.meta.url);
const names = readdirSync(examples, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

for (const name of names) {
  const example = new URL(`${name}/`, examples);

  test(`examples/${name} has a signalbox.yaml that is valid and wholly active`, () => {
    const { config, notes } = loadConfig(readFileSync(new URL('signalbox.yaml', example), 'utf8'));
    assert.equal(config.app, name);
    assert.deepEqual(notes, []);
  });

  test(`examples/${name} has every program its commands start`, () => {
    const text = readFileSync(new URL('signalbox.yaml', example), 'utf8');
    const programs = Array.from(text.matchAll(/\bnode ([\w/.-]+\.js)/g), ([, path]) => path ?? '');
    assert.ok(programs.length > 0);
    assert.deepEqual(
      programs.filter((path) => !existsSync(new URL(path, example))),
      [],
    );
  });
}

test('there is a smallest and a real example', () => {
  assert.ok(names.includes('hello') && names.includes('shop'));
});

test('every signalbox.yaml that a guide shows as a part of one is valid', () => {
  const guides = new URL('../../docs/guides/', import.meta.url);
  const shown = readdirSync(guides).flatMap((name) =>
    Array.from(
      readFileSync(new URL(name, guides), 'utf8').matchAll(/```yaml\n(pipeline:[^`]*)```/g),
      ([, text]) => ({ name, text: text ?? '' }),
    ),
  );
  assert.ok(shown.length >= 2);
  for (const { name, text } of shown) {
    const rollouts = /^rollouts:/m.test(text) ? '' : 'rollouts: { canary: { strategy: canary } }\n';
    const whole = `app: shop\nservices: { web: { run: node web.js } }\n${rollouts}${text}`;
    assert.deepEqual(loadConfig(whole).notes, [], name);
  }
});
