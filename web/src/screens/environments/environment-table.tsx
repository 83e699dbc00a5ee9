import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import type { Column, EnvironmentRow } from './environment-rows.ts';
import { RowMenu } from './row-menu.tsx';
import { TableRow } from './table-row.tsx';
import type { TableModel } from './table-model.ts';

const heads: readonly (readonly [words: string, column?: Column])[] = [
  ['Environment', 'name'],
  ['State', 'state'],
  ['Commit'],
  ['Age', 'age'],
  ['Idle', 'idle'],
  ['Data'],
  ['Errors', 'errors'],
  ['Time left', 'left'],
];

interface EnvironmentTableProps {
  app: string;
  model: TableModel;
  reload: () => void;
}

/** All rows are made once; a filter shows and hides them, so that a letter draws nothing anew. */
export function EnvironmentTable({ app, model, reload }: EnvironmentTableProps) {
  const [, go] = useLocation();
  const menu = useSignal<{ id: string; button: HTMLElement } | null>(null);
  const drawn = useMemo(() => new WeakMap<EnvironmentRow, JSX.Element>(), [model]);
  const draw = (row: EnvironmentRow): JSX.Element => {
    const before = drawn.get(row);
    if (before) return before;
    const fresh = <TableRow key={row.id} app={app} row={row} shown={model.shown} />;
    drawn.set(row, fresh);
    return fresh;
  };
  // One listener for all rows.
  const click = (event: MouseEvent): void => {
    const target = event.target as HTMLElement;
    const link = target.closest<HTMLAnchorElement>('a.environments-name');
    const button = target.closest<HTMLElement>('button[data-row]');
    if (button) menu.value = { id: button.dataset['row']!, button };
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(link.getAttribute('href')!);
  };
  return (
    <>
      <table class="environments" onClick={click}>
        <thead>
          <tr>
            {heads.map((head) => (
              <Head key={head[0]} head={head} model={model} />
            ))}
            <th>
              <span class="for-ears">Verbs</span>
            </th>
          </tr>
        </thead>
        <tbody>{model.ordered.value.map(draw)}</tbody>
      </table>
      <Rest model={model} />
      <OpenMenu app={app} model={model} menu={menu} reload={reload} />
    </>
  );
}

function Head({
  head: [words, column],
  model,
}: {
  head: (typeof heads)[number];
  model: TableModel;
}) {
  const name = `environments-${words.split(' ')[0]!.toLowerCase()}`;
  if (!column) return <th class={name}>{words}</th>;
  const { sort, isDown } = model.wish.value;
  const isMine = sort === column;
  const turn = (): void => model.change({ sort: column, isDown: isMine && !isDown });
  return (
    <th class={name} aria-sort={isMine ? (isDown ? 'descending' : 'ascending') : 'none'}>
      <button type="button" class="quiet" onClick={turn}>
        {words}
        <span aria-hidden="true">{isMine ? (isDown ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  );
}

/** What follows the last row: more of them when somebody comes near. */
function Rest({ model: { isMore, matching, shown, showMore } }: { model: TableModel }) {
  const end = useRef<HTMLParagraphElement>(null);
  const count = shown.value.size;
  useEffect(() => {
    if (!end.current) return undefined;
    const watch = new IntersectionObserver(([seen]) => seen?.isIntersecting && showMore(), {
      rootMargin: '200px',
    });
    watch.observe(end.current);
    return () => watch.disconnect();
  }, [count, isMore.value]);
  if (count === 0)
    return (
      <p class="empty">Nothing is like that. Take a word out of the filter, or choose “all”.</p>
    );
  return isMore.value ? (
    <p ref={end} class="soft">
      {matching.value.length - count} more …
    </p>
  ) : null;
}

interface OpenMenuProps extends EnvironmentTableProps {
  menu: { value: { id: string; button: HTMLElement } | null };
}

function OpenMenu({ app, model, menu, reload }: OpenMenuProps) {
  const open = menu.value;
  const row = open && model.rows.value.find(({ id }) => id === open.id);
  if (!row) return null;
  const close = (): void => void (menu.value = null);
  return (
    <RowMenu key={row.id} app={app} row={row} button={open.button} close={close} reload={reload} />
  );
}
