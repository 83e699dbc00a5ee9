import { ago } from '../words/ago.ts';
import { now } from '../words/clock.ts';

/** How long ago or how far ahead a moment is, kept right; the moment itself on hover. */
export function Ago({ at }: { at: string | number | null }) {
  if (at === null) return <span class="soft">never</span>;
  const date = new Date(at);
  return (
    <time dateTime={date.toISOString()} title={date.toLocaleString()}>
      {ago(date.getTime(), now.value)}
    </time>
  );
}
