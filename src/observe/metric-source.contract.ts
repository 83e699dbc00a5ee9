import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MetricSource } from './metric-source.ts';

/** A source in which these things happened, second by second, to a release called `new` and one called `old`. */
export interface MetricSourceUnderTest {
  source: MetricSource;
  environment: string;
  /** From this second on (since 1970): one entry a second; requests and bad ones of each. */
  from: number;
  happened: readonly {
    new: [requests: number, bad: number];
    old: [requests: number, bad: number];
  }[];
}

/** What every driver of the port keeps. */
export function metricSourceContract(
  name: string,
  make: () => Promise<MetricSourceUnderTest>,
): void {
  const arms = { candidate: 'new', stable: 'old' };

  describe(name, () => {
    test('has a name that can be shown and told apart', async () => {
      assert.match((await make()).source.name, /^[a-z][a-z0-9-]*$/);
    });

    test('gives the counts of whole seconds, which add up whatever the portions', async () => {
      const { source, environment, from, happened } = await make();
      const before = from + happened.length;
      const whole = await source.counts({ environment, ...arms, from, before });
      const sums = { candidate: { requests: 0, bad: 0 }, stable: { requests: 0, bad: 0 } };
      for (let second = from; second < before; second += 1) {
        const one = await source.counts({ environment, ...arms, from: second, before: second + 1 });
        for (const arm of ['candidate', 'stable'] as const) {
          sums[arm].requests += one?.[arm].requests ?? 0;
          sums[arm].bad += one?.[arm].bad ?? 0;
        }
      }
      assert.deepEqual(whole, sums);
      assert.equal(
        sums.candidate.requests,
        happened.reduce((sum, second) => sum + second.new[0], 0),
      );
    });

    test('says the same again, and null of what it cannot know yet', async () => {
      const { source, environment, from } = await make();
      const asked = { environment, ...arms, from, before: from + 1 };
      assert.deepEqual(await source.counts(asked), await source.counts(asked));
      const later = Math.floor(Date.now() / 1000) + 3600;
      assert.equal(
        await source.counts({ environment, ...arms, from: later, before: later + 1 }),
        null,
      );
    });
  });
}
