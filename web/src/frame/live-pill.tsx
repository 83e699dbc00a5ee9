import { heardAt, liveState } from '../data/live.ts';
import { Icon } from '../parts/icon.tsx';
import { span } from '../words/ago.ts';
import { now } from '../words/clock.ts';

/** Whether what is shown is what is. */
export function LivePill() {
  const isLive = liveState.value === 'live';
  const silent = heardAt.value === 0 ? '' : ` ${span(now.value - heardAt.value)}`;
  return (
    <span
      class={`live ${isLive ? 'good' : 'bad'}`}
      role="status"
      title={
        isLive
          ? 'What happens is shown at once.'
          : 'The controller is not heard; what is shown may be old.'
      }
    >
      <Icon tone={isLive ? 'good' : 'bad'} />
      {isLive ? 'live' : <span aria-live="off">stale{silent}</span>}
    </span>
  );
}
