import { parseDuration } from '../kernel/duration.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { shownByClocks, whenClocksShow } from './local-time.ts';

interface Here {
  now: Date;
  timezone: string;
}

/**
 * The instant somebody means by `2h`, `18:00`, `tomorrow`, `tomorrow 09:00`, `2026-12-24`, `2026-12-24 18:00` or
 * `2026-12-24T18:00+01:00`. Without an offset it is a time of the zone's clocks; a day is its beginning, and a time
 * alone is the next such time. Refuses anything else with `freeze/not-a-time`.
 */
export function readEnd(text: string, here: Here): Date {
  const written = text.trim();
  const lengthMs = parseDuration(written);
  const end = lengthMs === null ? moment(written, here) : here.now.getTime() + lengthMs;
  if (end === null) throw notATime(text);
  return new Date(end);
}

const dayMs = 86_400_000;
const form =
  /^(?:(\d{4}-\d\d-\d\d|today|tomorrow)(?:[T ](?=\d)|$))?(?:(\d\d?):(\d\d)(?::(\d\d))?(Z|[+-](?:0\d|1[0-4]):?[0-5]\d)?)?$/i;

function moment(written: string, here: Here): number | null {
  const [, day, hours, minutes, seconds, offset] = form.exec(written) ?? [];
  const inDayMs = timeMs(hours ?? (day && '0'), minutes, seconds);
  if (inDayMs === null) return null;
  const today = shownByClocks(here.timezone, here.now.getTime());
  const midnight = day === undefined ? today - (today % dayMs) : dayStart(day, today);
  if (midnight === null) return null;
  if (offset !== undefined)
    return /^\d/.test(day ?? '') ? midnight + inDayMs - offsetMs(offset) : null;
  const at = whenClocksShow(here.timezone, midnight + inDayMs);
  if (day !== undefined || at > here.now.getTime()) return at;
  return whenClocksShow(here.timezone, midnight + dayMs + inDayMs);
}

function timeMs(hours?: string, minutes = '0', seconds = '0'): number | null {
  const [h, m, s] = [Number(hours), Number(minutes), Number(seconds)];
  return h < 24 && m < 60 && s < 60 ? ((h * 60 + m) * 60 + s) * 1000 : null;
}

/** Midnight of a day as clocks show it; null: no calendar has it. */
function dayStart(day: string, today: number): number | null {
  const midnight = today - (today % dayMs);
  if (/^today$/i.test(day)) return midnight;
  if (/^tomorrow$/i.test(day)) return midnight + dayMs;
  const at = Date.parse(`${day}T00:00:00Z`);
  return Number.isFinite(at) && new Date(at).toISOString().startsWith(day) ? at : null;
}

function offsetMs(offset: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(offset) ?? [];
  const ms = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
  return sign === '-' ? -ms : ms;
}

const notATime = (text: string): SignalboxError =>
  new SignalboxError({
    code: 'freeze/not-a-time',
    what: `"${text.slice(0, 60)}" is no time that Signalbox can read.`,
    fix: [
      'Say how long: 2h, 3d',
      'Or until when: 18:00, tomorrow, "tomorrow 09:00", 2026-12-24, 2026-12-24T18:00+01:00',
    ],
  });
