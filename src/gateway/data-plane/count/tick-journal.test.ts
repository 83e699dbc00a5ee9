import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { TrafficCount } from '../../traffic.ts';
import { mergeCounts } from './merge-counts.ts';
import { aCount, someCounts, someNumbers } from '../../../../test/support/some-counts.ts';
import { tickJournal, type TickJournal } from './tick-journal.ts';

const top = mkdtempSync(join(tmpdir(), 'signalbox-ticks-'));
after(() => rmSync(top, { recursive: true, force: true, maxRetries: 5 }));
let directories = 0;

function journalAt(
  directory: string,
  options: { limitBytes?: number; now?: () => number } = {},
): TickJournal {
  return tickJournal({ directory, gateway: 'gateway-1', ...options });
}

function freshDirectory(): string {
  directories += 1;
  return join(top, String(directories));
}

/** Everything a reader that keeps its place gets, in portions. */
function readAll(journal: TickJournal, from: number | null = null, portion = 7) {
  const ticks = [];
  let [cursor, lost] = [from, 0];
  for (;;) {
    const read = journal.read(cursor, portion);
    lost += read.lost;
    if (read.ticks.length === 0) return { ticks, lost, cursor };
    assert.ok(read.ticks.length <= portion);
    ticks.push(...read.ticks);
    cursor = read.ticks.at(-1)!.number;
  }
}

const countsOf = (ticks: readonly { counts: TrafficCount[] }[]): TrafficCount[] =>
  mergeCounts(ticks.map(({ counts }) => counts));

/** Ticks of changing size from this second on; returns what was added, merged. */
function fill(journal: TickJournal, { from, ticks }: { from: number; ticks: number }) {
  const number = someNumbers(from);
  const added = Array.from({ length: ticks }, (_, index) => {
    const counts = mergeCounts([[aCount({ requests: 1 })], someCounts(number)]);
    journal.add(from + index, counts);
    return counts;
  });
  return mergeCounts(added);
}

test('each tick is read once, in order, with numbers that grow by one', () => {
  const journal = journalAt(freshDirectory());
  const added = fill(journal, { from: 1_000_000, ticks: 50 });
  journal.add(1_000_050, []);
  const { ticks, lost, cursor } = readAll(journal);
  assert.deepEqual(countsOf(ticks), added);
  assert.deepEqual([ticks.length, lost], [50, 0]);
  for (const [index, tick] of ticks.entries()) {
    assert.equal(tick.number, ticks[0]!.number + index);
    assert.deepEqual([tick.second, tick.seconds], [1_000_000 + index, 1]);
    assert.deepEqual(Object.keys(tick).sort(), ['counts', 'number', 'second', 'seconds']);
  }
  assert.deepEqual(journal.read(cursor, 300), { gateway: 'gateway-1', ticks: [], lost: 0 });
  assert.deepEqual(mergeCounts([journal.totals()]), added);
  journal.close();
});

test('a restart keeps the ticks and the totals, and gives no number twice', () => {
  const directory = freshDirectory();
  let added: TrafficCount[] = [];
  let cursor: number | null = null;
  for (let run = 0; run < 4; run += 1) {
    const journal = journalAt(directory);
    added = mergeCounts([added, fill(journal, { from: 2_000_000 + 100 * run, ticks: 100 })]);
    if (run % 2 === 0) journal.close();
    if (run === 1) cursor = readAll(journal).cursor;
    assert.deepEqual(mergeCounts([journal.totals()]), added);
  }
  const journal = journalAt(directory);
  const all = readAll(journal);
  assert.deepEqual(countsOf(all.ticks), added);
  const numbers = all.ticks.map(({ number }) => number);
  assert.equal(new Set(numbers).size, 400);
  assert.equal(all.lost, 0, 'numbers that were never given are not lost');
  assert.deepEqual(
    [readAll(journal, cursor).ticks.length, readAll(journal, cursor).lost],
    [200, 0],
  );
});

test('the last line of a killed gateway may be torn; the rest is there', () => {
  const directory = freshDirectory();
  const added = fill(journalAt(directory), { from: 3_000_000, ticks: 20 });
  const [file] = readdirSync(directory).filter((name) => name.endsWith('.ndjson'));
  appendFileSync(join(directory, file!), '{"number":99999999999,"previous":1,"second":3,"cou');
  const journal = journalAt(directory);
  assert.deepEqual(mergeCounts([journal.totals()]), added);
  const more = fill(journal, { from: 3_000_100, ticks: 5 });
  const { ticks, lost } = readAll(journal);
  assert.deepEqual([countsOf(ticks), lost], [mergeCounts([added, more]), 0]);
});

test('totals that cannot be read begin anew from the ticks that are left', () => {
  const directory = freshDirectory();
  const journal = journalAt(directory);
  const added = fill(journal, { from: 3_000_000, ticks: 20 });
  journal.close();
  writeFileSync(join(directory, 'totals.json'), '{"number":');
  assert.deepEqual(mergeCounts([journalAt(directory).totals()]), added);
});

test('too many unread seconds become minutes, and nothing is lost by that', () => {
  const directory = freshDirectory();
  const journal = journalAt(directory, { limitBytes: 400_000 });
  const added = fill(journal, { from: 4_000_000, ticks: 600 });
  assert.ok(bytesIn(directory) <= 400_000);
  const { ticks, lost } = readAll(journal);
  assert.ok(ticks.some(({ seconds }) => seconds === 60));
  assert.equal(ticks.at(-1)?.seconds, 1);
  assert.deepEqual([countsOf(ticks), lost], [added, 0]);
  assert.deepEqual(mergeCounts([journalAt(directory).totals()]), added);
});

test('what was read goes first', () => {
  const directory = freshDirectory();
  const journal = journalAt(directory, { limitBytes: 400_000 });
  fill(journal, { from: 4_000_000, ticks: 300 });
  const { cursor } = readAll(journal);
  assert.deepEqual(journal.read(cursor, 1).ticks, []);
  const added = fill(journal, { from: 4_000_300, ticks: 200 });
  const { ticks, lost } = readAll(journal, cursor);
  assert.deepEqual([countsOf(ticks), lost], [added, 0]);
  assert.ok(ticks.every(({ seconds }) => seconds === 1));
});

test('beyond all bounds the oldest are lost, and how many is known', () => {
  const directory = freshDirectory();
  const journal = journalAt(directory, { limitBytes: 60_000 });
  fill(journal, { from: 5_000_000, ticks: 10 });
  const first = journal.read(null, 5);
  const cursor = first.ticks.at(-1)!.number;
  const added = fill(journal, { from: 5_000_010, ticks: 2_000 });
  assert.ok(bytesIn(directory) <= 60_000);
  const { ticks, lost } = readAll(journal, cursor);
  assert.ok(lost > 0);
  const known = ticks.map(({ number, seconds }, index) =>
    seconds === 1 ? 1 : number - (ticks[index - 1]?.number ?? cursor + lost),
  );
  assert.equal(lost + known.reduce((sum, each) => sum + each, 0), 2_005);
  assert.ok(requestsIn(countsOf(ticks)) < requestsIn(added));
  assert.ok(requestsIn(journal.totals()) > requestsIn(added), 'totals know them all');
});

test('a reader that is just storing what it got goes on behind it, whatever is merged meanwhile', () => {
  const journal = journalAt(freshDirectory(), { limitBytes: 200_000 });
  const added = fill(journal, { from: 6_000_000, ticks: 70 });
  const first = journal.read(null, 33);
  const more = fill(journal, { from: 6_000_070, ticks: 250 });
  const rest = readAll(journal, first.ticks.at(-1)!.number);
  assert.ok(rest.ticks.some(({ seconds }) => seconds === 60));
  assert.equal(rest.lost, 0);
  assert.deepEqual(countsOf([...first.ticks, ...rest.ticks]), mergeCounts([added, more]));
});

test('whoever goes back into the middle of a minute loses the rest of it and counts nothing twice', () => {
  const journal = journalAt(freshDirectory(), { limitBytes: 200_000 });
  fill(journal, { from: 6_000_000, ticks: 320 });
  const minutes = journal.read(null, 2).ticks;
  assert.equal(minutes[1]?.seconds, 60);
  const { ticks, lost } = readAll(journal, minutes[1].number - 10);
  assert.equal(lost, 10);
  assert.equal(ticks[0]?.number, journal.read(minutes[1].number, 1).ticks[0]?.number);
});

test('what has had no traffic for a day is in no total', () => {
  const directory = freshDirectory();
  let now = Date.parse('2026-11-20T10:00:00Z');
  const journal = journalAt(directory, { now: () => now });
  journal.add(now / 1000, [aCount({ version: 'old', requests: 1 })]);
  now += 23 * 3_600_000;
  journal.add(now / 1000, [aCount({ version: 'new', requests: 1 })]);
  now += 2 * 3_600_000;
  journal.close();
  const left = journalAt(directory, { now: () => now }).totals();
  assert.deepEqual(
    left.map(({ version }) => version),
    ['new'],
  );
});

test('what the disk does not take was not added', () => {
  const directory = freshDirectory();
  const journal = journalAt(directory);
  rmSync(directory, { recursive: true });
  assert.throws(() => journal.add(7_000_000, [aCount({ requests: 5 })]), { code: 'ENOENT' });
  assert.deepEqual([journal.totals(), journal.read(null, 10).ticks], [[], []]);
  mkdirSync(directory);
  journal.add(7_000_001, [aCount({ requests: 1 })]);
  const { ticks, lost } = readAll(journal);
  assert.deepEqual([requestsIn(countsOf(ticks)), requestsIn(journal.totals()), lost], [1, 1, 0]);
});

test('kill -9 at any time loses no tick that was added', async () => {
  const directory = freshDirectory();
  const program = `
    import { tickJournal } from ${JSON.stringify(join(import.meta.dirname, 'tick-journal.ts'))};
    import { aCount } from ${JSON.stringify(join(import.meta.dirname, '../../../../test/support/some-counts.ts'))};
    const journal = tickJournal({ directory: ${JSON.stringify(directory)}, gateway: 'gateway-1', limitBytes: 2e6 });
    for (let second = 1; ; second += 1) {
      journal.add(second, [aCount({ requests: 1, path: '/' + 'x'.repeat(second % 50) })]);
      process.stdout.write(second + '\\n');
      await new Promise(setImmediate);
    }`;
  let least = 0;
  for (let run = 0; run < 3; run += 1) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
    let said = '';
    child.stdout.on('data', (text) => (said += text));
    while (said.split('\n').length < 50 + 400 * run) await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'close');
    least += Number(said.split('\n').at(-2));
    const journal = journalAt(directory, { limitBytes: 2_000_000 });
    const requests = requestsIn(journal.totals());
    // One tick may have been added whose number could not be said any more.
    assert.ok(requests >= least && requests <= least + run + 1, `${requests} of ${least}`);
    journal.close();
  }
});

const requestsIn = (counts: readonly TrafficCount[]): number =>
  counts.reduce((sum, { requests }) => sum + requests, 0);

/** Of the ticks, without the totals. */
const bytesIn = (directory: string): number =>
  readdirSync(directory)
    .filter((name) => name.endsWith('.ndjson'))
    .reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
