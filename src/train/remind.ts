import type { Queryable } from '../db/pool.ts';
import { consentOf } from './consent.ts';
import { sayOfTrain, type Situation } from './situation.ts';
import { namedTrain } from './train.ts';
import { isOpen, nextOpening } from './windows.ts';
import { reminders, type Reminder } from './word-tables.ts';

const lastCallMs = 600_000;

/** When those who have not answered are reminded: at half time and ten minutes before the end, in working hours only. */
export function remindersAt({ train }: Pick<Situation, 'train'>): { which: Reminder; at: Date }[] {
  const { askedAt, answersUntil, settings } = train;
  if (askedAt === null || answersUntil === null) return [];
  const [begin, end] = [askedAt.getTime(), answersUntil.getTime()];
  const wanted: { which: Reminder; ms: number }[] = [
    { which: 'half time', ms: begin + (end - begin) / 2 },
    { which: 'ten minutes', ms: end - lastCallMs },
  ];
  return wanted.flatMap(({ which, ms }) => {
    // Ten minutes before the end of eight minutes is before anybody was asked.
    if (ms <= begin) return [];
    const at = new Date(ms);
    const polite = isOpen(settings.windows, at) ? at : nextOpening(settings.windows, at);
    return polite.getTime() < end ? [{ which, at: polite }] : [];
  });
}

/** Whoever has not answered is reminded, once each time. Returns when the next reminder is due; null: none. */
export async function remind(tx: Queryable, situation: Situation, now: Date): Promise<Date | null> {
  const { train } = situation;
  const ballot = { train: train.id, commit: train.commit };
  const sent = new Set((await reminders.sent(tx, ballot)).map(({ which }) => which));
  const due = remindersAt(situation).filter(({ which }) => !sent.has(which));
  const late = due.filter(({ at }) => at <= now);
  for (const { which } of late) await reminders.add(tx, ballot, { which, at: now });
  // After a long sleep two may be due: one word is enough.
  if (late.length > 0) await say(tx, situation, now);
  return due.find(({ at }) => at > now)?.at ?? null;
}

async function say(tx: Queryable, situation: Situation, now: Date): Promise<void> {
  const { train } = situation;
  const consent = consentOf({ ...situation, settings: train.settings });
  if (consent.kind !== 'open' || train.answersUntil === null) return;
  const minutes = Math.max(1, Math.round((train.answersUntil.getTime() - now.getTime()) / 60_000));
  await sayOfTrain(tx, train, {
    kind: 'train-reminds',
    text: `${namedTrain(train)} ${consent.words}; ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} left`,
    data: { to: consent.missing.map(({ voter }) => voter), until: train.answersUntil },
  });
}
