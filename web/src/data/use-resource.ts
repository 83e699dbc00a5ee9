import { signal, type ReadonlySignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { CallName } from '../../../src/api/contract/all.ts';
import { call, type Answer, type EndpointRef, type Given } from './call.ts';
import { onEvents, type LiveEvent } from './live.ts';
import { Refusal } from './refusal.ts';

/** What the API answers to one question, kept fresh. */
export interface Resource<Value> {
  /** undefined: not known yet. Stays while a newer answer is on its way, or none comes. */
  readonly value: ReadonlySignal<Value | undefined>;
  /** Why the last try brought nothing; null: it did. */
  readonly refusal: ReadonlySignal<Refusal | null>;
  /** Asks again, soon. */
  reload(): void;
}

interface Freshness {
  /** Whether an event makes it old. Absent: every event does. */
  wakes?: (event: LiveEvent) => boolean;
  /** Asked again in any case after this long; absent: only when something happened. */
  everyMs?: number;
}

/** Answers of questions asked before, shown at once when somebody comes back. */
const remembered = new Map<string, unknown>();
const mostRemembered = 60;
/** Many events at once are one reason to ask. */
const gatherMs = 150;

/** Asks again when an event says that the answer has changed. `input` null: there is nothing to ask yet. */
export function useResource<Name extends CallName>(
  ref: EndpointRef<Name>,
  input: Given<Name> | null,
  { wakes, everyMs }: Freshness = {},
): Resource<Answer<Name>> {
  const key = input === null ? null : `${ref[0]} ${JSON.stringify(input)}`;
  const asked = useMemo(() => question(ref, input, key), [key]);
  useEffect(() => {
    asked.reload();
    const stop = onEvents((event) => {
      if (event === null || !wakes || wakes(event)) asked.reload();
    });
    const timer = everyMs === undefined ? undefined : setInterval(() => asked.reload(), everyMs);
    return () => {
      stop();
      clearInterval(timer);
      asked.close();
    };
  }, [key]);
  return asked;
}

function question<Name extends CallName>(
  ref: EndpointRef<Name>,
  input: Given<Name> | null,
  key: string | null,
): Resource<Answer<Name>> & { close(): void } {
  const value = signal(
    key === null ? undefined : (remembered.get(key) as Answer<Name> | undefined),
  );
  const refusal = signal<Refusal | null>(null);
  const left = new AbortController();
  let isAsking = false;
  let isWaiting = false;
  const ask = async (): Promise<void> => {
    isWaiting = false;
    if (input === null || key === null || left.signal.aborted) return;
    isAsking = true;
    try {
      value.value = await call(ref, input, { signal: left.signal });
      refusal.value = null;
      remember(key, value.value);
    } catch (error) {
      if (!left.signal.aborted) refusal.value = Refusal.of(error);
    }
    isAsking = false;
    if (isWaiting) setTimeout(() => void ask(), gatherMs);
  };
  return {
    value,
    refusal,
    reload() {
      if (isWaiting) return;
      isWaiting = true;
      if (!isAsking) setTimeout(() => void ask(), value.peek() === undefined ? 0 : gatherMs);
    },
    close: () => left.abort(),
  };
}

function remember(key: string, value: unknown): void {
  remembered.delete(key);
  remembered.set(key, value);
  for (const old of remembered.keys()) {
    if (remembered.size <= mostRemembered) return;
    remembered.delete(old);
  }
}

/** What was shown to one person is nothing for the next. */
export const forgetAnswers = (): void => remembered.clear();
