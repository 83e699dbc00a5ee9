import assert from 'node:assert/strict';
import { test } from 'node:test';
import { all } from '../../src/api/contract/all.ts';
import { isKnownState } from '../../web/src/words/tone-of.ts';

/** Every value of a field called `state` (or `word`, `action`) that the contract names. */
function statesOf(schema: unknown, found: Set<string>, seen = new Set<unknown>()): Set<string> {
  if (schema === null || typeof schema !== 'object' || seen.has(schema)) return found;
  seen.add(schema);
  const { shape, element, unwrap, options } = schema as {
    shape?: Record<string, { options?: readonly string[] }>;
    element?: unknown;
    unwrap?: () => unknown;
    options?: readonly unknown[];
  };
  for (const [name, field] of Object.entries(shape ?? {})) {
    if (['state', 'word', 'action'].includes(name))
      for (const value of field.options ?? []) found.add(value);
    statesOf(field, found, seen);
  }
  statesOf(element, found, seen);
  if (typeof unwrap === 'function')
    statesOf((schema as { unwrap(): unknown }).unwrap(), found, seen);
  for (const option of options ?? []) statesOf(option, found, seen);
  return found;
}

test('every state that the API names has a look', () => {
  const states = new Set<string>();
  for (const endpoint of Object.values(all)) statesOf(endpoint.reply, states);
  assert.ok(states.size > 20, [...states].join(' '));
  assert.deepEqual(
    [...states].filter((state) => !isKnownState(state)),
    [],
  );
});
