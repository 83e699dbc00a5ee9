import { span } from '../../words/ago.ts';

/** A span in its largest unit, for columns that are compared and not read: `< 1 min`, `45 min`, `3 h`, `12 d`. */
export const rough = (ms: number): string =>
  ms < 60_000 ? '< 1 min' : span(ms).split(' ', 2).join(' ');

const store =
  /(?:^|; )([a-z][a-z0-9-]*): (?:(shared with \S+)|(empty)|snapshot \S+ \(([^,)]+), (\d{4}-\d\d-\d\d)[^;]*?\)|snapshot ([^\s:]+))/g;

/** Where data comes from, as short as a cell: `staging, 2026-11-20`, `empty`. Of several stores each with its name. */
export function shortData(data: string | null): string {
  if (data === null) return '–';
  const all = [...data.matchAll(store)].map(([, name, shared, empty, source, day, id]) => ({
    name,
    words: shared ?? empty ?? (source ? `${source}, ${day}` : `snapshot ${id}`),
  }));
  if (all.length === 0) return data;
  const isOne = new Set(all.map(({ words }) => words)).size === 1;
  return isOne ? all[0]!.words : all.map(({ name, words }) => `${name}: ${words}`).join('; ');
}

/** Of the last 15 minutes. */
export function errorWords({ requests, bad }: { requests: number; bad: number }): string {
  if (requests === 0) return '–';
  return bad === 0 ? '0' : `${bad} of ${requests.toLocaleString('en')}`;
}

/** How long it stays if nobody comes. */
export function leftWords(
  {
    kind,
    leaseUntil,
    destroyAt,
  }: Readonly<Record<'leaseUntil' | 'destroyAt', string | null>> & {
    kind: string;
  },
  now: number,
): string {
  if (leaseUntil !== null) return `kept ${rough(Date.parse(leaseUntil) - now)}`;
  if (destroyAt !== null) return rough(Date.parse(destroyAt) - now);
  return kind === 'preview' ? '–' : 'stays';
}
