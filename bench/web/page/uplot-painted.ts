import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { ChartProps } from '../../../web/src/parts/chart-props.ts';
import { uplotData, uplotOptions } from './uplot-chart.ts';

/** In the place of web/src/parts/chart-use-painted.ts: the same charts, painted by uPlot. */
export function usePainted(canvas: RefObject<HTMLCanvasElement | null>, props: ChartProps): void {
  const chart = useRef<uPlot | null>(null);
  useEffect(() => {
    const place = canvas.current?.parentElement;
    if (!place) return;
    const size = { width: place.clientWidth, height: place.clientHeight };
    const made = new uPlot(uplotOptions(props, size), uplotData(props), place);
    chart.current = made;
    const watch = new ResizeObserver(() =>
      made.setSize({ width: place.clientWidth, height: place.clientHeight }),
    );
    watch.observe(place);
    return () => {
      watch.disconnect();
      made.destroy();
    };
  }, []);
  useEffect(() => chart.current?.setData(uplotData(props)));
}
