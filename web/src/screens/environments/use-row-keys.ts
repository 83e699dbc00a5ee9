import { useEffect } from 'preact/hooks';

/** `/` goes to the filter, j and k to the next row and the one before; Enter then opens it, as it does any link. */
export function useRowKeys(): void {
  useEffect(() => {
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
}

function press(event: KeyboardEvent): void {
  const { key, ctrlKey, metaKey, altKey } = event;
  const at = document.activeElement;
  if (ctrlKey || metaKey || altKey || document.querySelector('dialog[open]')) return;
  if (at?.matches('input, select, textarea')) {
    // From the filter into what it found.
    if (at.id !== 'environments-filter' || (key !== 'Enter' && key !== 'ArrowDown')) return;
    step(1, null);
  } else if (key === '/')
    document.querySelector<HTMLInputElement>('#environments-filter')?.select();
  else if (key === 'j' || key === 'k') step(key === 'j' ? 1 : -1, at);
  else return;
  event.preventDefault();
}

function step(by: number, from: Element | null): void {
  const rows = [...document.querySelectorAll<HTMLElement>('.environments tr:not([hidden])')];
  const links = rows.flatMap((row) => row.querySelector<HTMLElement>('a.environments-name') ?? []);
  const now = rows.findIndex((row) => from && row.contains(from));
  const present = now < 0 ? -1 : links.findIndex((link) => rows[now]!.contains(link));
  links[present < 0 ? 0 : Math.min(links.length - 1, Math.max(0, present + by))]?.focus();
}
