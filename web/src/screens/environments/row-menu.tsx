import type { ComponentProps } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Ago } from '../../parts/ago.tsx';
import { EnvironmentVerbs } from '../../parts/environment-verbs.tsx';
import { Facts } from '../../parts/facts.tsx';
import { nameOf, usedAt, type EnvironmentRow } from './environment-rows.ts';
import { errorWords } from './row-words.ts';

interface RowMenuProps {
  app: string;
  row: EnvironmentRow;
  /** What opened it. */
  button: HTMLElement;
  close: () => void;
  reload: () => void;
}

/** What can be done with one row, and what it has no room for. One for all rows, made when it is opened. */
export function RowMenu({ app, row, button, close, reload }: RowMenuProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const menu = box.current!;
    menu.showPopover();
    const from = button.getBoundingClientRect();
    const { offsetHeight } = menu;
    const isLow = from.bottom + offsetHeight > innerHeight && from.top > offsetHeight;
    menu.style.top = `${isLow ? from.top - offsetHeight : from.bottom}px`;
    menu.querySelector<HTMLElement>('a, button')?.focus();
    // It would stay where it is while the table moves away.
    const scroll = (): void => menu.hidePopover();
    addEventListener('scroll', scroll, { once: true });
    return () => removeEventListener('scroll', scroll);
  }, []);
  /** What asks stays for its question; what is done at once needs no menu any more. */
  const acted = (event: MouseEvent): void => {
    if (!(event.target as HTMLElement).closest('.verbs')) return;
    setTimeout(() => box.current?.querySelector('dialog') ?? box.current?.hidePopover());
  };
  return (
    <div
      ref={box}
      popover="auto"
      class="environments-menu"
      role="group"
      aria-label={nameOf(row)}
      onToggle={(event) => (event as unknown as ToggleEvent).newState === 'closed' && close()}
      onClick={acted}
    >
      <strong>{nameOf(row)}</strong>
      {row.reason && <p>{row.reason}</p>}
      <div class="verbs">
        {row.state === 'live' && (
          <a class="button" href={row.url} target="_blank" rel="noreferrer">
            Open
          </a>
        )}
        <EnvironmentVerbs
          of={{ ...row, address: `${app}/${row.name}`, isKept: row.leaseUntil !== null }}
          done={() => {
            box.current?.hidePopover();
            reload();
          }}
        />
      </div>
      <Facts of={factsOf(row)} />
    </div>
  );
}

const factsOf = (row: EnvironmentRow): ComponentProps<typeof Facts>['of'] => ({
  Made: <Ago at={row.createdAt} />,
  Used: <Ago at={usedAt(row)} />,
  Errors: `${errorWords(row.lately)} in the last 15 minutes`,
  Data: row.data,
  'Kept until': row.leaseUntil && new Date(row.leaseUntil).toLocaleString(),
  Goes: row.destroyAt && (
    <>
      <Ago at={row.destroyAt} /> if nobody comes
    </>
  ),
});
