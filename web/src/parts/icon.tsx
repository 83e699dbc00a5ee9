import type { Tone } from '../words/tone-of.ts';

const shapes: Readonly<Record<Tone, string>> = {
  good: 'M3 8.5l3.2 3.2L13 5',
  bad: 'M4 4l8 8M12 4l-8 8',
  busy: 'M8 2a6 6 0 1 0 6 6',
  wait: 'M5.5 3.5v9M10.5 3.5v9',
  off: 'M4 8h8',
};

/** A shape for each tone, so that colour is never alone. */
export const Icon = ({ tone }: { tone: Tone }) => (
  <svg class={`icon ${tone}`} viewBox="0 0 16 16" aria-hidden="true">
    <path d={shapes[tone]} />
  </svg>
);
