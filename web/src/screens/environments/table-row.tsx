import { computed, useComputed, type ReadonlySignal } from '@preact/signals';
import { places } from '../../frame/places.ts';
import { Commit } from '../../parts/commit.tsx';
import { Status } from '../../parts/status.tsx';
import { now } from '../../words/clock.ts';
import { nameOf, usedAt, type EnvironmentRow } from './environment-rows.ts';
import { errorWords, leftWords, rough, shortData } from './row-words.ts';

/** Rows show whole minutes at best: no row is drawn for each second. */
const coarseMs = 30_000;
const coarse = computed(() => Math.ceil(now.value / coarseMs) * coarseMs);

interface TableRowProps {
  app: string;
  row: EnvironmentRow;
  shown: ReadonlySignal<ReadonlySet<string>>;
}

export function TableRow({ app, row, shown }: TableRowProps) {
  // The row's attribute changes without the row being drawn.
  const hidden = useComputed(() => !shown.value.has(row.id));
  const at = coarse.value;
  const name = nameOf(row);
  return (
    <tr hidden={hidden}>
      <td>
        <a class="environments-name" href={places.environment(app, row.name)}>
          {name}
        </a>
        {row.state === 'live' && (
          <a class="environments-host" href={row.url} target="_blank" rel="noreferrer">
            {row.host} ↗
          </a>
        )}
      </td>
      <td>
        <Status state={row.state} />
        {row.place !== null && ` place ${row.place}`}
        {row.reason && (
          <p class="environments-why" title={row.reason}>
            {row.reason}
          </p>
        )}
      </td>
      <td class="environments-commit">
        <Commit commit={row.commit} />
      </td>
      <Span since={Date.parse(row.createdAt)} at={at} name="age" />
      <Span since={usedAt(row)} at={at} name="idle" />
      <td class="environments-data" title={row.data ?? ''}>
        {shortData(row.data)}
      </td>
      <td class={row.lately.bad > 0 ? 'environments-errors bad' : 'environments-errors'}>
        {errorWords(row.lately)}
      </td>
      <td class="environments-time">{leftWords(row, at)}</td>
      <td>
        <button type="button" class="quiet" data-row={row.id} aria-label={`More about ${name}`}>
          ⋯
        </button>
      </td>
    </tr>
  );
}

const Span = ({ since, at, name }: { since: number; at: number; name: string }) => (
  <td class={`environments-${name}`} title={new Date(since).toLocaleString()}>
    {rough(at - since)}
  </td>
);
