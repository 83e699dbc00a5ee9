import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const program = `
import { describe, it, test } from 'node:test';
test('good', () => {});
test('bad <&> "quoted" # not a comment', () => { throw new Error('one\\ntwo') });
test.skip('left out', () => {});
test.todo('to be done', () => { throw new Error('not yet') });
describe('group', () => {
  it('inner good', () => {});
  it('inner bad', () => { throw new Error('inner') });
  describe('deep', () => { it('deepest', () => {}) });
});
`;

/** What node --test really writes about a few tests. */
export async function nodeTestRun(reporter: 'tap' | 'junit'): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'signalbox-report-'));
  try {
    const file = join(directory, 'a.test.mjs');
    await writeFile(file, program);
    // As a child of a test runner it would talk to that one in its own language.
    const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: __, ...env } = process.env;
    const args = ['--test', `--test-reporter=${reporter}`, file];
    return await new Promise((resolve) => {
      execFile(process.execPath, args, { env }, (_error, stdout) => resolve(stdout));
    });
  } finally {
    await rm(directory, { recursive: true });
  }
}

nodeTestRun.counts = { total: 7, passed: 3, failed: 2, skipped: 2, durationMs: 0 };
nodeTestRun.failures = [
  { name: 'bad <&> "quoted" # not a comment', message: 'one\ntwo' },
  { name: 'inner bad', message: 'inner' },
];
