import { useMemo, useRef } from 'preact/hooks';
import { signal } from '@preact/signals';
import { cursorOf, type Cursor } from './chart-cursor.ts';
import { gapRight, gapLeft, spanOf } from './chart-paint.ts';
import type { ChartProps } from './chart-props.ts';
import { ChartReadout } from './chart-readout.tsx';
import { nearest, said } from './chart-scale.ts';
import { ChartTable } from './chart-table.tsx';
import { usePainted } from './chart-use-painted.ts';
import './chart.css';

/** Lines over time on a canvas, the values of the moment that is looked at, and all of it as a table. */
export function Chart(props: ChartProps) {
  const { title, caption, group } = props;
  const cursor = useMemo(() => (group === undefined ? signal(null) : cursorOf(group)), [group]);
  const canvas = useRef<HTMLCanvasElement>(null);
  usePainted(canvas, props);
  return (
    <figure class="chart">
      <figcaption>
        <b>{title}</b> {caption && <span class="soft">{caption}</span>}
      </figcaption>
      <ChartReadout of={props} cursor={cursor} />
      <div
        class="chart-plot"
        role="img"
        tabIndex={0}
        aria-label={summary(props)}
        onKeyDown={(event) => byKey(event, props, cursor)}
        onPointerMove={(event) => byPointer(event, props, cursor)}
        onPointerLeave={() => void (cursor.value = null)}
        onBlur={() => void (cursor.value = null)}
      >
        <canvas ref={canvas} />
        <Mark of={props} cursor={cursor} />
      </div>
      <ChartTable of={props} />
    </figure>
  );
}

const summary = ({ title, series, x, format, says = '' }: ChartProps): string =>
  `${title}. ${series.map(({ label, values }) => `${label}: ${said(values[x.length - 1], format)}`).join(', ')}. ${says}`;

/** Where the moment is that is looked at. */
function Mark({ of, cursor }: { of: ChartProps; cursor: Cursor }) {
  const moment = cursor.value;
  const [since, until] = spanOf(of);
  if (moment === null || moment < since || moment > until) return null;
  const share = (moment - since) / (until - since || 1);
  const left = `calc(${gapLeft}px + (100% - ${gapLeft + gapRight}px) * ${share})`;
  return <div class="chart-mark" style={{ left }} />;
}

function byPointer(event: PointerEvent, of: ChartProps, cursor: Cursor): void {
  const { left, width } = (event.currentTarget as HTMLElement).getBoundingClientRect();
  const share = (event.clientX - left - gapLeft) / (width - gapLeft - gapRight);
  const [since, until] = spanOf(of);
  cursor.value = of.x[nearest(of.x, since + share * (until - since))] ?? null;
}

function byKey(event: KeyboardEvent, { x }: ChartProps, cursor: Cursor): void {
  const now = cursor.value === null ? x.length : nearest(x, cursor.value);
  const wide = event.shiftKey ? 10 : 1;
  const to = { ArrowLeft: now - wide, ArrowRight: now + wide, Home: 0, End: x.length }[event.key];
  if (event.key === 'Escape') cursor.value = null;
  if (to === undefined) return;
  event.preventDefault();
  cursor.value = x[Math.max(0, Math.min(to, x.length - 1))] ?? null;
}
