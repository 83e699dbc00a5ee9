import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const guide = join(import.meta.dirname, '../../docs/guides/trains.md');
const heading = '## A morning in chat';

/**
 * The guide shows what was really said: its block has the very lines of this transcript, in whatever order two of the
 * same moment came. With WRITE_TRANSCRIPT=1 the block is written anew.
 */
export async function keptTranscript(lines: readonly string[]): Promise<void> {
  const said = comparable(lines);
  const text = await readFile(guide, 'utf8');
  const [before = ''] = text.split(heading, 1);
  if (process.env['WRITE_TRANSCRIPT'] === '1') {
    await writeFile(
      guide,
      `${before}${heading}\n\n${intro}\n\n\`\`\`text\n${said.join('\n')}\n\`\`\`\n`,
    );
    return;
  }
  const shown = /```text\n([^]*?)\n```/.exec(text.slice(before.length))?.[1]?.split('\n') ?? [];
  const how =
    'what the guide shows was said; else: WRITE_TRANSCRIPT=1 node --test test/e2e/train-in-chat.test.ts';
  assert.deepEqual(shown.toSorted(), said.toSorted(), how);
}

const intro =
  'What the room saw in `test/e2e/train-in-chat.test.ts`, over a real IRC server; commits, times and ports are made the same for every run.';

/** Without what differs from run to run. */
function comparable(lines: readonly string[]): string[] {
  const commits = new Map<string, string>();
  const nameOf = (commit: string): string => {
    const short = commit.slice(0, 7);
    const known = commits.get(short);
    if (known) return known;
    const name = `c${String(commits.size + 1).padStart(6, '0')}`;
    commits.set(short, name);
    return name;
  };
  return lines.map((line) =>
    line
      // One commit in a thousand has no digit in its first seven signs.
      .replaceAll(/\b[0-9a-f]{7,40}\b/g, nameOf)
      .replaceAll(/\w{3} \d{4}-\d\d-\d\d (\d\d:\d\d)(?: UTC)?/g, 'HH:MM')
      .replaceAll(/:\d{4,5}(?=\b)/g, '')
      .replaceAll(/\b\d+ minutes? left/g, 'some minutes left'),
  );
}
