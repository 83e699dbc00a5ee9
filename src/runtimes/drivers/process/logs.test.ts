import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { jobIn, runtimeRig, type RuntimeRig } from '../../../../test/support/runtime-rig.ts';
import { prepareMachine } from './machine.ts';
import { rotateLog } from './rotate-log.ts';

/** Writes numbered lines: 13 MB at once, and when told to go on less than what a rotation keeps. */
const writer = `
  lines() { seq -f 'line %012.0f ..............................................' "$1" "$2"; }
  lines 1 200000
  until [ -e go ]; do sleep 0.01; done
  lines 200001 240000`;
const lineBytes = 65;
const firstPartBytes = 200_000 * lineBytes;

describe('a long log', () => {
  let rig: RuntimeRig;
  let files: string;
  beforeEach(async () => {
    rig = await runtimeRig();
    files = await rig.workspace('files');
  });
  afterEach(() => rig.close());

  /** Everything from an offset to a given one, or to the end of the log. */
  const read = async (from: number, until = Infinity): Promise<{ text: string; next: number }> => {
    const pieces: Buffer[] = [];
    for (let next = from; ;) {
      const piece = await rig.runtime.readLog('job', next);
      pieces.push(piece.bytes);
      next = piece.next;
      const text = (): string => Buffer.concat(pieces).toString('utf8');
      if (piece.ended || next >= until) return { text: text(), next };
      if (piece.bytes.length === 0) await pause(5);
    }
  };

  const numbersOf = (text: string): number[] =>
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => Number(/^line (\d{12}) \.{46}$/.exec(line)?.[1]));

  test('is cut at its beginning; offsets stay, and no line is lost or doubled', async () => {
    await rig.runtime.ensureJob(jobIn('files', { id: 'job', run: writer }));
    const first = await read(0, firstPartBytes);
    assert.equal(first.next, firstPartBytes);
    await writeFile(join(files, 'go'), '');
    const rest = read(first.next);
    await Promise.all([rest, rig.runtime.tend(), rig.runtime.finishedJob('job')]);
    assertSequence(numbersOf((await rest).text), { from: 200_001, to: 240_000 });

    await rig.runtime.tend();
    const kept = numbersOf((await read(0)).text);
    assert.ok(kept[0] !== undefined && kept[0] > 1);
    assertSequence(kept, { from: kept[0], to: 240_000 });
    const bytes = (await rig.runtime.holdings()).find(({ id }) => id === 'job')?.bytes ?? 0;
    assert.ok(bytes > 0 && bytes < 9_000_000, `${bytes} bytes are on disk`);
    const tail = await rig.runtime.logTail('job', 3);
    assert.deepEqual(numbersOf(tail), [239_998, 239_999, 240_000]);
    const end = await rig.runtime.readLog('job', -lineBytes);
    assert.deepEqual(numbersOf(end.bytes.toString('utf8')), [240_000]);
    assert.equal(end.next, 240_000 * lineBytes);
  });

  test('is cut by copying where the file system knows no holes', async () => {
    const machine = await prepareMachine({ directory: rig.directory });
    const rotate = () => rotateLog(machine, 'job', async () => false);
    await rig.runtime.ensureJob(jobIn('files', { id: 'job', run: writer }));
    const first = await read(0, firstPartBytes);
    await rotate();
    await rotate();
    await writeFile(join(files, 'go'), '');
    const rest = await read(first.next);
    assertSequence(numbersOf(rest.text), { from: 200_001, to: 240_000 });
    const kept = numbersOf((await read(0)).text);
    assert.ok(kept[0] !== undefined && kept[0] > 1);
    assertSequence(kept, { from: kept[0], to: 240_000 });
    assert.equal(rest.next, 240_000 * lineBytes);
  });

  test('tails hold as many lines as were asked for', async () => {
    await rig.runtime.ensureJob(
      jobIn('files', { id: 'job', run: 'printf "one\\n\\nth\\0ree\\nfour"' }),
    );
    await rig.runtime.finishedJob('job');
    assert.equal(await rig.runtime.logTail('job', 0), '');
    assert.equal(await rig.runtime.logTail('job', 1), 'four');
    assert.equal(await rig.runtime.logTail('job', 3), '\nthree\nfour');
    assert.equal(await rig.runtime.logTail('job', 100), 'one\n\nthree\nfour');
  });
});

/** By hand: the difference of two arrays of this length takes minutes to show. */
function assertSequence(
  numbers: readonly number[],
  { from, to }: { from: number; to: number },
): void {
  const wrong = numbers.findIndex((number, index) => number !== from + index);
  assert.equal(wrong, -1, `line ${from + wrong} is ${numbers[wrong]}`);
  assert.equal(numbers.length, to - from + 1);
}
