import { theme } from '../frame/theme.ts';
import type { Tone } from '../words/tone-of.ts';

type Colours = Readonly<Record<Tone | 'line' | 'band', string>>;

let known: Colours | null = null;

/** What the style sheet says in this moment. */
export const chartColours = (): Colours => (known ??= read());

/** A canvas does not see that the theme changes. Told once for each change, until the answer is called. */
export function onTheme(changed: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const forget = (): void => {
    known = null;
    changed();
  };
  system.addEventListener('change', forget);
  const stop = theme.subscribe(forget);
  return () => {
    system.removeEventListener('change', forget);
    stop();
  };
}

function read(): Colours {
  const probe = document.createElement('i');
  document.body.append(probe);
  const of = (name: string): string => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const [good, bad, busy, wait, off, line] = ['good', 'bad', 'busy', 'wait', 'off', 'line'].map(of);
  probe.style.color = 'color-mix(in srgb, var(--good) 16%, transparent)';
  const band = getComputedStyle(probe).color;
  probe.remove();
  return { good, bad, busy, wait, off, line, band } as Colours;
}
