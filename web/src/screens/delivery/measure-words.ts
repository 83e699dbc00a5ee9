import type { Answer } from '../../data/call.ts';
import { span } from '../../words/ago.ts';
import { percent } from '../../words/number-words.ts';

export type Measure = Answer<'getDelivery'>['measures'][number];

/** `1.4 a day`, `2 h 5 min`, `12 %`; of nothing a dash. */
export function figure(value: number | null, unit: Measure['unit']): string {
  if (value === null) return '–';
  if (unit === 'share') return percent(value);
  return unit === 'seconds' ? span(value * 1000) : `${Number(value.toFixed(2))} a day`;
}

/** What a case of it is, and what it means that there is none. */
export const measureWords: Readonly<
  Record<Measure['key'], readonly [noun: string, missing: string]>
> = {
  deploys: ['release', 'There is no production yet. Push the main branch.'],
  'lead-time': ['pushed change', 'No push of the main branch was released in these days.'],
  'change-failures': ['release', 'No release was decided in these days.'],
  'restore-time': ['repair', 'Nothing had to be restored in these days.'],
};
