import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { execa } from 'execa';

test('bin/demo --exit tells the whole way, a good release and a bad one, and leaves nothing', async () => {
  const program = join(import.meta.dirname, '../../bin/demo');
  const { exitCode, all } = await execa(program, ['--exit'], { all: true, reject: false });
  assert.equal(exitCode, 0, all);
  for (const words of [
    /branch cheaper-tea .* 200, tea at 5\.90/,
    /production: all requests go to [0-9a-f]{7}/,
    /rolled back by the judge: The candidate is worse/,
    /^Gone\.$/m,
  ])
    assert.match(all, words);
});
