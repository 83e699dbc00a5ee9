import { signal } from '@preact/signals';

export type Theme = 'auto' | 'light' | 'dark';
const key = 'signalbox-theme';
const order: readonly Theme[] = ['auto', 'light', 'dark'];

/** auto: as the system has it. */
export const theme = signal<Theme>('auto');

export function recallTheme(): void {
  const kept = order.find((one) => one === localStorage.getItem(key));
  setTheme(kept ?? 'auto');
}

export function nextTheme(): void {
  setTheme(order[(order.indexOf(theme.value) + 1) % order.length]!);
}

function setTheme(wanted: Theme): void {
  theme.value = wanted;
  localStorage.setItem(key, wanted);
  document.documentElement.dataset['theme'] = wanted;
}
