import type { CDPSession, Page } from 'playwright-core';
import { median } from '../gateway/median.ts';

/** What an act cost the page. */
export interface Cost {
  /** Processor time of its main thread: script, style, layout and paint. */
  threadMs: number;
  /** By the clock, from the act to the frame that shows it. */
  frameMs: number;
}

/** `act` is a call in the page that answers with the milliseconds to the next frame. */
export type CostOf = (act: string) => Promise<Cost>;

/** Measures by processor time, which says the same when other programs are at work too; what waiting costs is taken off. */
export async function costMeter(page: Page): Promise<CostOf> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const measure = async (act: string): Promise<Cost> => {
    const before = await threadSeconds(session);
    const frameMs = await page.evaluate<number>(act);
    return { threadMs: ((await threadSeconds(session)) - before) * 1000, frameMs };
  };
  const idle: number[] = [];
  for (let n = 0; n < 9; n += 1) idle.push((await measure('bench.nothing()')).threadMs);
  const waiting = median(idle);
  return async (act) => {
    const { threadMs, frameMs } = await measure(act);
    return { threadMs: Math.max(0, threadMs - waiting), frameMs };
  };
}

async function threadSeconds(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
}
