import assert from 'node:assert/strict';
import test from 'node:test';
import { judgeTick, newJudge, verdictOf } from './judge.ts';
import type { ArmCounts, JudgedTick } from './judged-tick.ts';

/** Mulberry's 32 bits: the same numbers for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** All sizes alike, and often the ends: nothing, one, all. */
function anyCount(random: () => number, most: number): number {
  const kind = random();
  if (kind < 0.15) return 0;
  if (kind < 0.25) return Math.min(1, most);
  if (kind < 0.4) return most;
  return Math.min(most, Math.floor(10 ** (random() * Math.log10(most + 1))));
}

function anyArm(random: () => number, most: number): ArmCounts {
  const requests = anyCount(random, most);
  const slower = Array.from({ length: 5 }, () => anyCount(random, requests));
  return { requests, bad: anyCount(random, requests), slower: random() < 0.2 ? [] : slower };
}

function anyTick(random: () => number, most: number): JudgedTick {
  const shares = [null, 0, 1, 1e-300, 1e-9, 0.1, 0.5, 1 - 2 ** -53, random()];
  return {
    candidate: anyArm(random, most),
    stable: anyArm(random, most),
    replicas: Array.from({ length: Math.floor(random() * 4) }, () => anyArm(random, most)),
    extra: { orders: { candidate: anyArm(random, most), stable: anyArm(random, most) } },
    share: shares[Math.floor(random() * shares.length)]!,
  };
}

function assertPlainNumbers(value: unknown, where: string): void {
  if (typeof value === 'number') assert.ok(Number.isFinite(value), `${where} is ${value}`);
  if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) assertPlainNumbers(inner, `${where}.${key}`);
}

const sizes = [3, 50, 10_000, 1_000_000] as const;

for (const most of sizes)
  test(`no counts up to ${most} lead to anything but numbers`, () => {
    const random = randomFrom(most);
    for (let round = 0; round < 40; round += 1) {
      const settings = {
        margin: [0.01, 1, 1.25, 100][round % 4]!,
        hold: 0.1,
        rollBack: 1e-100,
        healthyBelow: [100, 2, 1.5, 0.01][round % 4]!,
      };
      let judge = newJudge(settings);
      for (let index = 0; index < 10; index += 1) {
        const tick = anyTick(random, most);
        judge = judgeTick(judge, tick);
        assertPlainNumbers(judge, `after ${JSON.stringify(tick)} judge`);
        const verdict = verdictOf(judge);
        assertPlainNumbers(verdict, 'verdict');
        assert.doesNotMatch(verdict.words, /NaN|Infinity|undefined/u);
      }
    }
  });

test('the largest counts are judged too', () => {
  const arm = { requests: 1e9, bad: 5e8, slower: [] };
  const tick = { candidate: arm, stable: arm, replicas: [arm, arm], extra: {}, share: 0.5 };
  const judge = judgeTick(
    newJudge({ margin: 1.25, hold: 0.1, rollBack: 0.01, healthyBelow: 2 }),
    tick,
  );
  assertPlainNumbers(judge, 'judge');
  assert.equal(verdictOf(judge).action, 'go on');
  assert.equal(verdictOf(judge).healthProven, true);
});
