import { consentOf, type Consent, type Passenger } from './consent.ts';
import { shownInstant } from './local-time.ts';
import type { Situation } from './situation.ts';
import type { Change, TrainState } from './train.ts';
import { isOpen, nextOpening } from './windows.ts';

/** What a train before its last stage is to do, from what was said and what time it is. */
export type Decision =
  | { kind: 'go'; words: string }
  /** `until`: when time alone may change it; null: somebody has to say something. */
  | {
      kind: 'wait';
      state: Extract<TrainState, 'asking' | 'blocked' | 'held' | 'agreed'>;
      words: string;
      until: Date | null;
    }
  /** Those who did not answer stay behind with what is theirs. */
  | { kind: 'leave without'; changes: Change[]; silent: Passenger[] };

export interface Frozen {
  reason: string;
  by: string;
  until: Date;
}

/** Pure. One no stops it, a hold comes before any agreement, a freeze before everything, a window before all but force. */
export function decide(
  situation: Situation,
  { freezes, now }: { freezes: readonly Frozen[]; now: Date },
): Decision {
  const { train, passengers, votes, forces, holds } = situation;
  const consent = consentOf({ settings: train.settings, passengers, votes, forces });
  if (consent.kind === 'vetoed')
    return { kind: 'wait', state: 'blocked', words: consent.words, until: null };
  const [hold] = holds;
  if (hold) {
    const words = holds.map(({ by, reason }) => `held by ${by}: ${reason}`).join('; ');
    return { kind: 'wait', state: 'held', words, until: hold.until };
  }
  if (consent.kind === 'agreed') return whenAgreed(situation, consent, { freezes, now });
  return whenOpen(situation, consent, { freezes, now });
}

function whenAgreed(
  { train, forces }: Situation,
  { words }: Consent & { kind: 'agreed' },
  { freezes, now }: { freezes: readonly Frozen[]; now: Date },
): Decision {
  const [frozen] = freezes.toSorted((a, b) => b.until.getTime() - a.until.getTime());
  if (frozen) {
    const why = `${words}; frozen by ${frozen.by} until ${shownInstant(frozen.until, train.settings.timezone)}: ${frozen.reason}`;
    return { kind: 'wait', state: 'agreed', words: why, until: frozen.until };
  }
  const { windows } = train.settings;
  const isForced = forces.length >= train.settings.forceBy;
  if (isForced || isOpen(windows, now)) return { kind: 'go', words };
  const until = nextOpening(windows, now);
  const when = shownInstant(until, train.settings.timezone);
  return { kind: 'wait', state: 'agreed', words: `${words}; its window opens at ${when}`, until };
}

function whenOpen(
  situation: Situation,
  consent: Consent & { kind: 'open' },
  circumstances: { freezes: readonly Frozen[]; now: Date },
): Decision {
  const { train } = situation;
  const until = train.answersUntil;
  if (until === null || circumstances.now < until)
    return { kind: 'wait', state: 'asking', words: consent.words, until };
  const late = `no answer in time; ${consent.words}`;
  switch (train.settings.withoutAnswer) {
    case 'hold':
      return { kind: 'wait', state: 'held', words: late, until: null };
    case 'go':
      return whenAgreed(
        situation,
        { kind: 'agreed', words: `${late}, and goes without it` },
        circumstances,
      );
    case 'leave-without':
      return withoutTheSilent(situation, consent, late);
  }
}

/** Where nobody in particular is asked, nobody can be left behind. */
function withoutTheSilent(
  { onBoard }: Situation,
  { missing }: Consent & { kind: 'open' },
  late: string,
): Decision {
  const theirs = new Set(missing.flatMap(({ changes }) => changes));
  const changes = onBoard.filter((change) => theirs.has(change));
  if (changes.length === 0) return { kind: 'wait', state: 'held', words: late, until: null };
  return { kind: 'leave without', changes, silent: missing };
}
