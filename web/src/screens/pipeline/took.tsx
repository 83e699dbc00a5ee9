import { span } from '../../words/ago.ts';
import { now } from '../../words/clock.ts';

/** How long something took, or has taken so far. Nothing where it has not begun. */
export function Took({ of: { from, to } }: { of: { from: string | null; to: string | null } }) {
  if (from === null) return null;
  const ms = (to === null ? now.value : Date.parse(to)) - Date.parse(from);
  return <span class="soft">{ms < 1000 && to !== null ? '< 1 s' : span(ms)}</span>;
}
