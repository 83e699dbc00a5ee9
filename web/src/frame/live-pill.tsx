import { heardAt, liveState } from '../data/live.ts';
import { Icon } from '../parts/icon.tsx';
import { span } from '../words/ago.ts';
import { now } from '../words/clock.ts';

/** Whether what is shown is what is. */
export function LivePill() {
  const isLive = liveState.value === 'live';
  const isNew = heardAt.value === 0;
  const tone = isLive ? 'good' : isNew ? 'wait' : 'bad';
  return (
    <span
      class={`live ${tone}`}
      role="status"
      title={
        isLive
          ? 'What happens is shown at once.'
          : 'The controller is not heard; what is shown may be old.'
      }
    >
      <Icon tone={tone} />
      {isLive && 'live'}
      {!isLive && isNew && 'connecting'}
      {!isLive && !isNew && <span aria-live="off">stale {span(now.value - heardAt.value)}</span>}
    </span>
  );
}
