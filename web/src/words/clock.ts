import { signal } from '@preact/signals';

/** What time it is, to the second, for everything that shows a span. */
export const now = signal(Date.now());

/** Once. A tab that nobody looks at is not kept awake by its clocks. */
export function startClock(): void {
  const tick = (): void => {
    if (!document.hidden) now.value = Date.now();
  };
  setInterval(tick, 1000);
  document.addEventListener('visibilitychange', tick);
}
