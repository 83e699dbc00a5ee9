import { growingPause } from './slack-pace.ts';
import type { SlackRooms } from './slack-rooms.ts';
import type { SlackPauses } from './slack-settings.ts';
import { slackTrouble, type SlackWeb } from './slack-web.ts';

export interface SettleEnds {
  web: SlackWeb;
  pauses: SlackPauses;
  rooms: SlackRooms;
  note(text: string): void;
  entered(): void;
}

/** Into our rooms, one time after the other, until Slack has answered; resolves then, or when we leave. */
export function slackSettling(ends: SettleEnds): () => Promise<void> {
  const { web, pauses, rooms, note } = ends;
  let last: Promise<void> = Promise.resolve();
  const settle = async (): Promise<void> => {
    for (let failures = 0; !web.signal.aborted; failures += 1) {
      try {
        const troubles = await rooms.settle();
        if (troubles === null) return;
        for (const trouble of troubles) note(`We are not in ${trouble}`);
        return ends.entered();
      } catch (error) {
        if (!web.signal.aborted) note(`Our rooms could not be entered: ${slackTrouble(error)}`);
      }
      const { firstRetryMs: firstMs, longestRetryMs: longestMs } = pauses;
      await growingPause({ firstMs, longestMs }, failures, web.signal);
    }
  };
  return () => (last = last.then(settle));
}
