import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventKindsOf, knownEventKinds, timelineKindOf } from './timeline-kind-of.ts';

const src = join(import.meta.dirname, '..');

/** Of other things than published events; whoever adds an event does not add to these. */
const ofOtherThings = ['another-lives', 'build-log', 'environment-state'];
/** Kinds that are put together, and what can come of each. */
const composed: Record<string, string[]> = {
  'rollout-${kind}': ['pause', 'resume', 'promote', 'abort'].map((kind) => `rollout-${kind}`),
  'train-${state}': ['arrived', 'failed', 'cancelled', 'superseded'].map((end) => `train-${end}`),
};

async function sources(): Promise<string> {
  const texts: string[] = [];
  for await (const path of glob('**/*.ts', { cwd: src }))
    if (!path.endsWith('.test.ts')) texts.push(await readFile(join(src, path), 'utf8'));
  return texts.join('\n');
}

const found = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].flatMap(([, ...groups]) => groups.filter(Boolean));

test('every kind of event that the sources publish is about something', async () => {
  const text = await sources();
  const plain = found(text, /\bkind:\s*'([a-z]+(?:-[a-z]+)+)'/g);
  const chosen = found(text, /\bkind:[^,;{}`\n]*\?\s*'([a-z]+(?:-[a-z]+)+)'\s*:\s*'([a-z-]+)'/g);
  const templates = found(text, /\bkind:\s*`([^`]+)`(?!\s*;)/g);
  assert.ok(plain.length > 50, 'the kinds are found');
  assert.ok(chosen.includes('train-blocked'), 'so are those that depend on something');
  const published = new Set([
    ...plain.filter((kind) => !ofOtherThings.includes(kind)),
    ...chosen,
    ...templates.flatMap((template) => composed[template] ?? [template]),
  ]);
  const known = knownEventKinds();
  assert.deepEqual(
    [...published].filter((kind) => !known.includes(kind)),
    [],
    'missing in the table',
  );
  assert.deepEqual(
    known.filter((kind) => !published.has(kind)),
    [],
    'published by nobody',
  );
});

test('an event that nobody here knows is about something else', () => {
  assert.equal(timelineKindOf('comet-seen'), 'other');
  assert.equal(timelineKindOf('train-good'), 'vote');
  assert.equal(eventKindsOf(['vote']).others, false);
  assert.equal(eventKindsOf(['vote', 'other']).others, true);
});
