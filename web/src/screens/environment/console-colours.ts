import type { Terminal } from '@xterm/xterm';

/** The terminal looks like the page around it, also when that changes. The answer ends it. */
export function consoleColours(terminal: Terminal, box: HTMLElement): () => void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const paint = (): void => {
    const { backgroundColor: background, color: foreground } = getComputedStyle(box);
    const selectionBackground = isDark(background) ? '#35506f' : '#b8d4f5';
    terminal.options.theme = { background, foreground, cursor: foreground, selectionBackground };
  };
  const observer = new MutationObserver(paint);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  dark.addEventListener('change', paint);
  paint();
  return () => {
    observer.disconnect();
    dark.removeEventListener('change', paint);
  };
}

const isDark = (colour: string): boolean => Number(/\d+/.exec(colour)?.[0] ?? 255) < 128;
