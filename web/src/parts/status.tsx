import { toneOf, type Tone } from '../words/tone-of.ts';
import { Icon } from './icon.tsx';

/** A state as icon and word. */
export const Status = ({ state, tone = toneOf(state) }: { state: string; tone?: Tone }) => (
  <span class={`status ${tone}`}>
    <Icon tone={tone} />
    {state}
  </span>
);
