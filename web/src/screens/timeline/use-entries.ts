import { useSignal, useSignalEffect, type Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { listTimeline } from 'virtual:endpoints';
import { call } from '../../data/call.ts';
import { Refusal } from '../../data/refusal.ts';
import { useResource, type Resource } from '../../data/use-resource.ts';
import { toast } from '../../parts/toasts.tsx';
import { withNewest, type Listed } from './entry-list.ts';
import type { Wish } from './timeline-wish.ts';

interface Entries {
  first: Resource<Listed>;
  /** All that has been asked for. */
  known: Signal<Listed>;
  /** So many of them have come while somebody read further down, and are not shown yet. */
  held: Signal<number>;
  /** Asks for the page below. */
  older: () => void;
}

/** Further up than this, nobody minds that something moves. */
const isAtTop = (): boolean => scrollY < 150;

/** For one wish: of another one it is to be made anew. */
export function useEntries(wish: Wish): Entries {
  const first = useResource(listTimeline, wish, {
    // Not every event says whose it is.
    wakes: ({ app }) => app === null || wish.app === undefined || app === wish.app,
  });
  const known = useSignal<Listed>(first.value.peek() ?? { entries: [], next: null });
  const held = useSignal(0);
  useSignalEffect(() => {
    const page = first.value.value;
    if (!page) return;
    const { fresh, ...list } = withNewest(known.peek(), page);
    known.value = list;
    const isAnew = list.entries === page.entries;
    held.value = isAnew || isAtTop() ? 0 : held.peek() + fresh;
  });
  useEffect(() => {
    const look = (): void => {
      if (isAtTop()) held.value = 0;
    };
    addEventListener('scroll', look, { passive: true });
    return () => removeEventListener('scroll', look);
  }, []);
  const older = async (): Promise<void> => {
    try {
      const page = await call(listTimeline, { ...wish, before: known.peek().next! });
      known.value = { entries: [...known.peek().entries, ...page.entries], next: page.next };
    } catch (error) {
      const refusal = Refusal.of(error);
      toast({ text: refusal.message, refusal });
    }
  };
  return { first, known, held, older: () => void older() };
}
