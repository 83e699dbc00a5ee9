import { useEffect } from 'preact/hooks';

/** What the browser's tab is called while a screen is shown. */
export function useTitle(words: string): void {
  useEffect(() => void (document.title = `${words} · Signalbox`), [words]);
}
