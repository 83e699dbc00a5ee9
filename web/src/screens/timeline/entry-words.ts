import { timelineKinds, type TimelineKind } from '../../../../src/kernel/timeline-kind.ts';
import { places } from '../../frame/places.ts';
import type { Entry } from './entry-list.ts';

/** A sign for each kind, in their order. */
const signs = '↑▲◔◇»✓⊘○−§·';
export const signOf = (kind: TimelineKind): string => signs[timelineKinds.indexOf(kind)]!;

/** What people look for when they look back: what users got, and what kept it from them. */
export const isMark = ({ what }: Pick<Entry, 'what'>): boolean =>
  /^(deploy-ended|environment-live|rollout-promoted|rolled-back|lane-|freeze-|train-arrived)/.test(
    what,
  );

/** What ended badly; of a push only its words say so. */
export const isBad = ({ what, text }: Pick<Entry, 'what' | 'text'>): boolean =>
  /failed|rolled-back/.test(what) || text.startsWith('Failed');

/** Where one finds what an entry is about, and what that is called in its app. */
export function aboutOf(entry: Entry): readonly [words: string, href: string] | null {
  const { app, environmentName: name, kind, text } = entry;
  if (app === null) return null;
  if (name)
    return [name, kind === 'rollout' ? places.rollout(app, name) : places.environment(app, name)];
  const [words, what, number] = /\b(train|candidate) (\d+)/i.exec(text.toLowerCase()) ?? [];
  if (words) return [words, places[what === 'train' ? 'train' : 'pipeline'](app, Number(number))];
  return kind === 'candidate' ? ['pipeline', places.pipeline(app)] : ['', places.overview(app)];
}
