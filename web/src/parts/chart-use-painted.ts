import type { RefObject } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { onTheme } from './chart-colours.ts';
import { fitsPage, paintChart } from './chart-paint.ts';
import type { ChartProps } from './chart-props.ts';

/** The canvas shows what the props say, whatever its size and theme: painted at most once per frame. */
export function usePainted(canvas: RefObject<HTMLCanvasElement | null>, props: ChartProps): void {
  const latest = useRef(props);
  latest.current = props;
  const paint = useMemo(() => {
    let asked = 0;
    return () => {
      asked ||= requestAnimationFrame(() => {
        asked = 0;
        if (canvas.current) paintChart(canvas.current, latest.current);
      });
    };
  }, []);
  useEffect(paint);
  useEffect(() => {
    // It also tells of the size that was painted a moment ago.
    const size = new ResizeObserver(() => canvas.current && !fitsPage(canvas.current) && paint());
    if (canvas.current) size.observe(canvas.current);
    const stop = onTheme(paint);
    return () => {
      size.disconnect();
      stop();
    };
  }, []);
}
