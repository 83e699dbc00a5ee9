import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzz } from './fuzz/fuzz.ts';

test('four thousand mutated cases mean the same in pieces, and to node:http', async (t) => {
  const result = await fuzz(1, ({ cases }) => cases >= 4000);
  t.diagnostic(JSON.stringify({ ...result, slowest: undefined }));
  assert.ok(result.agreed > 300);
});
