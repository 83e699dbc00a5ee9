import { useState } from 'preact/hooks';
import { toTheSecond } from './chart-paint.ts';
import type { ChartProps } from './chart-props.ts';
import { byRow, said, thinned } from './chart-scale.ts';

const mostRows = 60;

/** The same in numbers, made when somebody wants it. */
export function ChartTable({ of }: { of: ChartProps }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        As a table<span class="for-ears">: {of.title}</span>
      </summary>
      {isOpen && <Rows of={of} />}
    </details>
  );
}

function Rows({ of: { title, x, series, band, format, markers = [] } }: { of: ChartProps }) {
  const columns = band ? [...series, { label: band.label, values: band.upper }] : series;
  const moments = thinned(x.length, mostRows);
  const happened = byRow(
    markers,
    moments.map((at) => x[at]!),
  );
  return (
    <div class="scrolls" tabIndex={0} role="region" aria-label={`${title}, as a table`}>
      <table>
        <tr>
          <th>Time</th>
          {columns.map(({ label }) => (
            <th key={label} class="number">
              {label}
            </th>
          ))}
          {markers.length > 0 && <th>What happened</th>}
        </tr>
        {moments.map((at, row) => (
          <tr key={at}>
            <th>{toTheSecond.format(x[at]! * 1000)}</th>
            {columns.map(({ label, values }) => (
              <td key={label} class="number">
                {said(values[at], format)}
              </td>
            ))}
            {markers.length > 0 && <td>{happened[row]}</td>}
          </tr>
        ))}
      </table>
    </div>
  );
}
