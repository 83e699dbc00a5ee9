import type { SignalboxError } from '../kernel/signalbox-error.ts';

/** Why somebody who was let in would not be let in any more; null: they would. */
export type WhyNot = () => Promise<SignalboxError | null>;

/** What stays open once it was let in (events, logs, terminals), and ends when its token, session or person does. */
export interface OpenStreams {
  /** Aborts, with the refusal as its reason, when there is one. Nothing is looked at any more once `until` aborts. */
  watch(whyNot: WhyNot, until: AbortSignal): AbortSignal;
  /** Each has been looked at again when it resolves, and aborted where it must. Repeatable; throws nothing. */
  look(): Promise<void>;
  stop(): void;
}

interface Watched {
  whyNot: WhyNot;
  shut: AbortController;
}

/** What another controller revokes is noticed this late at most. */
const usualEveryMs = 5000;

export function openStreams(everyMs = usualEveryMs): OpenStreams {
  const open = new Set<Watched>();
  const look = async (): Promise<void> => {
    // One after the other: many streams must not take the database from everybody else.
    for (const one of open) await lookAt(one);
  };
  let isLooking = false;
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    void look().finally(() => (isLooking = false));
  }, everyMs);
  timer.unref();
  return {
    watch(whyNot, until) {
      const watched = { whyNot, shut: new AbortController() };
      if (until.aborted) return watched.shut.signal;
      open.add(watched);
      until.addEventListener('abort', () => open.delete(watched), { once: true });
      return watched.shut.signal;
    },
    look,
    stop: () => clearInterval(timer),
  };
}

/** Where nobody can tell, because the database is away, nobody is shut out. */
async function lookAt({ whyNot, shut }: Watched): Promise<void> {
  const why = await whyNot().catch(() => null);
  if (why) shut.abort(why);
}
