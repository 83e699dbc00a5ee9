import { signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { getEvidence } from 'virtual:endpoints';
import { call } from '../../data/call.ts';
import { Refusal } from '../../data/refusal.ts';
import type { Resource } from '../../data/use-resource.ts';
import type { Evidence } from './evidence-series.ts';

const everyMs = 1000;
/** With more it is asked for as a whole again, which comes in sums. */
const mostTicks = 3600;

/** What the judge counted; while the rollout is under way with each second that is judged. */
export function useEvidence(rollout: string, isUnderWay: boolean): Resource<Evidence> {
  const value = useMemo(() => signal<Evidence | undefined>(undefined), [rollout]);
  const refusal = useMemo(() => signal<Refusal | null>(null), [rollout]);
  const ask = async (signal: AbortSignal): Promise<void> => {
    const known = value.peek()?.ticks ?? [];
    const after = known.length < mostTicks ? known.at(-1)?.tick : undefined;
    const more = after === undefined ? {} : { after, points: mostTicks };
    try {
      const answer = await call(getEvidence, { rollout, ...more }, { signal });
      const isOnlyMore = after !== undefined;
      value.value = isOnlyMore ? { ...answer, ticks: [...known, ...answer.ticks] } : answer;
      refusal.value = null;
    } catch (error) {
      if (!signal.aborted) refusal.value = Refusal.of(error);
    }
  };
  useEffect(() => {
    const left = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const follow = async (): Promise<void> => {
      if (!document.hidden) await ask(left.signal);
      if (isUnderWay && !left.signal.aborted) timer = setTimeout(() => void follow(), everyMs);
    };
    void follow();
    return () => {
      left.abort();
      clearTimeout(timer);
    };
  }, [rollout, isUnderWay]);
  return { value, refusal, reload: () => undefined };
}
