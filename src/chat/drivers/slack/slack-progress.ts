import type { Clock } from '../../../kernel/clock.ts';
import { earlier, later, slackTime } from './slack-message.ts';
import type { SlackMark } from './slack-settings.ts';

/** Up to which of Slack's times everything was heard. It stands still while something may be missing behind it. */
export interface SlackProgress {
  /** From where to read. Messages of different channels overtake each other: a little is read twice. */
  since(): Promise<string>;
  isDown(ts: string): void;
  /** Something may be missing: it moves again after `isComplete`. */
  isBehind(): void;
  /** All that was said until now was heard. */
  isComplete(): void;
  /** The mark is written when it resolves. */
  written(): Promise<void>;
}

const overlapSeconds = 120;
/** Who was away for longer looks at Signalbox itself. */
const longestSeconds = 7 * 24 * 3_600;

export function slackProgress(
  clock: Clock,
  mark: SlackMark | undefined,
  note: (text: string) => void,
): SlackProgress {
  let reached: string | null = null;
  let newest = '0';
  let isBehind = true;
  let writing: Promise<void> = Promise.resolve();
  let toWrite: string | null = null;

  const write = async (): Promise<void> => {
    const ts = toWrite;
    toWrite = null;
    if (ts === null) return;
    await mark
      ?.write(ts)
      .catch((error: unknown) => note(`Slack's mark was not kept: ${String(error)}`));
  };
  const reach = (ts: string): void => {
    // Only Slack's own times move it: our clock may be another one.
    if (reached === null || Number(ts) <= Number(reached)) return;
    reached = ts;
    toWrite = reached;
    writing = writing.then(write);
  };

  return {
    async since() {
      const now = clock.now();
      reached ??= (await mark?.read()) ?? null;
      if (reached === null) {
        reached = slackTime(now);
        await mark?.write(reached);
      }
      return later(earlier(reached, overlapSeconds), earlier(slackTime(now), longestSeconds));
    },
    isDown(ts) {
      newest = later(newest, ts);
      if (!isBehind) reach(newest);
    },
    isBehind() {
      isBehind = true;
    },
    isComplete() {
      isBehind = false;
      reach(newest);
    },
    written: () => writing,
  };
}
