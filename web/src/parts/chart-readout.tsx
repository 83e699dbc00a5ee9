import type { Cursor } from './chart-cursor.ts';
import { spanOf, toTheSecond } from './chart-paint.ts';
import { nearest, said } from './chart-scale.ts';
import type { ChartProps } from './chart-props.ts';

/** What each line is and says: in the moment that is looked at, else in the last one. */
export function ChartReadout({ of, cursor }: { of: ChartProps; cursor: Cursor }) {
  const { x, series, band, format } = of;
  const moment = cursor.value;
  const at = moment === null ? x.length - 1 : nearest(x, moment);
  const second = x[at];
  return (
    <p class="chart-now" aria-live={moment === null ? 'off' : 'polite'}>
      {series.map(({ label, values, tone }) => (
        <span key={label}>
          <i class={tone} /> {label} <b>{said(values[at], format)}</b>
        </span>
      ))}
      {band && (
        <span>
          <i class="chart-band" /> {band.label}
        </span>
      )}
      {second !== undefined && (
        <span class="soft">
          {toTheSecond.format(second * 1000)}
          {moment !== null && happened(of, moment)}
        </span>
      )}
    </p>
  );
}

/** Markers that one points at: a hundredth of the chart wide. */
function happened(of: ChartProps, moment: number): string {
  const [since, until] = spanOf(of);
  const near = (of.markers ?? []).filter(
    ({ at }) => Math.abs(at - moment) <= Math.max(1, (until - since) / 100),
  );
  return near.map(({ label }) => ` · ${label}`).join('');
}
