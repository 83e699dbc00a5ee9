import Table from 'cli-table3';
import type { Page } from 'playwright-core';
import { median } from '../gateway/median.ts';
import { costMeter, type Cost } from './cost.ts';

/** Something that is done to ours and to the peer, with the page's calls before and after it. */
export interface Act {
  words: string;
  /** Of `window.bench.ours` and `.peer`. */
  name: string;
  /** Before the first round; absent: nothing. */
  once?: string;
  before?: string;
  after?: (side: 'ours' | 'peer') => string;
}

interface ActsWish {
  title: string;
  peer: string;
  acts: Act[];
  rounds: number;
  /** Both show what was done in the frame in which it is done: only then the clock compares them. */
  inOneFrame: boolean;
}

/** Every act on both sides, in turns. A table of medians, ours and the peer's, with their ratios. */
export async function actsTable(
  page: Page,
  { title, peer, acts, rounds, inOneFrame }: ActsWish,
): Promise<string> {
  const costOf = await costMeter(page);
  const table = new Table({
    head: [
      title,
      'main thread ms',
      peer,
      '×',
      ...(inOneFrame ? ['until painted ms', peer, '×'] : []),
    ],
  });
  for (const { words, name, once, before, after } of acts) {
    if (once) await page.evaluate(once);
    const costs: Record<'ours' | 'peer', Cost[]> = { ours: [], peer: [] };
    for (let round = 0; round <= rounds; round += 1) {
      if (before) await page.evaluate(before);
      const sides = round % 2 === 0 ? (['ours', 'peer'] as const) : (['peer', 'ours'] as const);
      for (const side of sides) {
        const cost = await costOf(`bench.${side}.${name}()`);
        // The first round is for the browser to get to know the code.
        if (round > 0) costs[side].push(cost);
        if (after) await page.evaluate(after(side));
      }
    }
    const frames = inOneFrame ? compared(costs, 'frameMs') : [];
    table.push([words, ...compared(costs, 'threadMs'), ...frames]);
  }
  return table.toString();
}

function compared({ ours, peer }: Record<'ours' | 'peer', Cost[]>, what: keyof Cost): string[] {
  const [one, other] = [ours, peer].map((costs) => median(costs.map((cost) => cost[what])));
  return [one!.toFixed(1), other!.toFixed(1), (one! / other!).toFixed(2)];
}
