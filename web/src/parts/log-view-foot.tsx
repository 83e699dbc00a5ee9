import { grouped, plural } from '../words/number-words.ts';
import type { Tone } from '../words/tone-of.ts';
import type { FeedState, LogViewFeed } from './log-view-feed.ts';
import { Status } from './status.tsx';
import { Trouble } from './trouble.tsx';

const states: Readonly<Record<FeedState, readonly [Tone, string]>> = {
  loading: ['busy', ''],
  live: ['good', 'New lines appear as they are printed.'],
  reconnecting: ['wait', 'The controller does not answer; the log goes on when it does.'],
  ended: ['off', 'Nothing will be printed to it any more.'],
  refused: ['bad', ''],
};

/** Whether the log goes on, how much of it is here, and why not more. */
export function LogViewFoot({ feed }: { feed: LogViewFeed; version: number }) {
  const { first, end } = feed.store;
  const state = feed.state.value;
  const refusal = feed.refusal.value;
  const [tone, words] = states[state];
  return (
    <>
      {refusal && <Trouble refusal={refusal} />}
      <p class="log-foot">
        <span>
          <Status state={state} tone={tone} /> {words}
        </span>
        <span>
          {plural(end - first, 'line')}
          {first > 0 && `; ${grouped(first)} older ones dropped to save memory`}
        </span>
      </p>
    </>
  );
}
