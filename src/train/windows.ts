import { clockChanges, inWeekMs, shownByClocks, weekdays } from './local-time.ts';
import type { TrainSettings } from './train.ts';

type Windows = TrainSettings['windows'];
type Rules = NonNullable<Windows>;

/**
 * Whether a train may leave now: whether the clocks of the time zone show a time within one of the rules. The end is
 * no part of it; a rule that ends before it begins goes on into the next day. null is always open.
 */
export function isOpen(windows: Windows, at: Date): boolean {
  return windows === null || isOpenAt(windows, at.getTime());
}

/** The first instant from `from` on at which they are open: `from` itself if they are. */
export function nextOpening(windows: Windows, from: Date): Date {
  const found = windows === null ? from.getTime() : firstTime(windows, { open: true, from });
  // Every rule comes within a week, and within two where clocks are set past it.
  if (found === null) throw new Error(`${windows?.open.join()} is never open.`);
  return new Date(found);
}

/** The first instant from `at` on at which they are closed: `at` itself if they are. null: they never close. */
export function closesAt(windows: Windows, at: Date): Date | null {
  const found = windows === null ? null : firstTime(windows, { open: false, from: at });
  return found === null ? null : new Date(found);
}

const [dayMs, weekMs] = [86_400_000, 604_800_000];
const searchedMs = 3 * weekMs;

function firstTime(windows: Rules, wanted: { open: boolean; from: Date }): number | null {
  const from = wanted.from.getTime();
  let at = from;
  while (isOpenAt(windows, at) !== wanted.open) {
    if (at - from > searchedMs) return null;
    at = nextTurn(windows, at);
  }
  return at;
}

function isOpenAt(windows: Rules, at: number): boolean {
  const now = inWeekMs(shownByClocks(windows.timezone, at));
  return spansOf(windows).some(
    ({ from, to }) => (from <= now && now < to) || (from <= now + weekMs && now + weekMs < to),
  );
}

/** The next instant at which they may open or close: nothing happens in between. */
function nextTurn(windows: Rules, at: number): number {
  const now = inWeekMs(shownByClocks(windows.timezone, at));
  const ahead = spansOf(windows)
    .flatMap(({ from, to }) => [from, to])
    .map((edge) => ((edge - now + weekMs - 1) % weekMs) + 1);
  const turn = at + Math.min(...ahead);
  return clockChanges(windows.timezone, { after: at, until: turn })[0] ?? turn;
}

/** Since Monday, 00:00; `to` may lie in the week after. */
interface Span {
  from: number;
  to: number;
}

function spansOf({ open }: Rules): Span[] {
  return open.flatMap((rule) => {
    const time = rule.lastIndexOf(' ');
    const [from = 0, to = 0] = rule
      .slice(time + 1)
      .split('-')
      .map(inDayMs);
    return rule
      .slice(0, time)
      .split(',')
      .flatMap(daysOf)
      .map((day) => ({
        from: day * dayMs + from,
        to: day * dayMs + to + (to < from ? dayMs : 0),
      }));
  });
}

/** `Fri-Mon` is four days. */
function daysOf(text: string): number[] {
  const [first = 0, last = first] = text.trim().split('-').map(dayNumber);
  const count = ((last - first + 7) % 7) + 1;
  return Array.from({ length: count }, (_, day) => (first + day) % 7);
}

const dayNumber = (name: string): number => weekdays.findIndex((weekday) => weekday === name);

function inDayMs(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return (hours * 60 + minutes) * 60_000;
}
