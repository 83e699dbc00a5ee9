import type { Answer } from '../../data/call.ts';
import { plural } from '../../words/number-words.ts';
import { toneOf, type Tone } from '../../words/tone-of.ts';

export type Overviewed = Answer<'getOverview'>;
type Stage = Overviewed['stages'][number];

/** What is said, how it looks, and why it is said. */
export type Said = readonly [words: string, tone: Tone, why: string];

/** An environment in a word: the worst there is to say about it. */
export function stateSaid({ state, reason, health, rollout, lock, deploy }: Stage): Said {
  const { text } = health;
  if (state !== 'live') return [state, toneOf(state), reason ?? text];
  if (rollout?.state === 'rolling-back') return ['rolling back', 'bad', rollout.phase];
  if (health.word === 'trouble')
    // Which trouble it is, the API says in words only.
    return [text.startsWith('No') ? 'down' : 'trouble', 'bad', text];
  if (rollout) {
    const { weight, pausedBy, phase } = rollout;
    return pausedBy === null
      ? [`taking over ${weight} %`, 'busy', phase]
      : [`paused at ${weight} %`, 'wait', `by ${pausedBy}`];
  }
  if (lock) return ['locked', 'wait', `by ${lock.by}: ${lock.reason}`];
  return deploy === null ? ['empty', 'off', 'Nothing serves yet.'] : ['live', 'good', text];
}

/** What else is to be known of an app from across the room, the most urgent first. */
export function tileLines(now: Overviewed): Said[] {
  const { candidate, train, next, freeze, environments: count } = now;
  const lines: Said[] = [];
  const say = (words: string, state: string, why: string | null): void =>
    void lines.push([words, toneOf(state), why ?? '']);
  if (freeze) say(`frozen until ${moment(freeze.until)}`, 'hold', freeze.reason);
  if (train && train.endedAt === null) {
    const { number, state, missing, answersUntil, reason } = train;
    const until = answersUntil === null ? '' : ` until ${moment(answersUntil)}`;
    say(
      `train ${number} ${state}`,
      state,
      missing.length > 0 ? `asks ${missing.join(', ')}${until}` : reason,
    );
  } else if (next) {
    const { at, changes, keptBy } = next;
    const why = [plural(changes, 'change'), ...keptBy].join(' · ');
    say(`next train ${at === null ? 'is kept' : moment(at)}`, '', why);
  }
  if (candidate && (candidate.endedAt === null || candidate.state === 'failed'))
    say(`candidate ${candidate.number} ${candidate.state}`, candidate.state, candidate.reason);
  const states = (['live', 'busy', 'failed'] as const).filter((word) => count[word] > 0);
  const counted = states.map((word) => `${count[word]} ${word}`).join(', ');
  say(plural(count.previews, 'preview'), '', counted && `all environments: ${counted}`);
  const isBad = ([, tone]: Said): number => Number(tone === 'bad');
  return lines.sort((one, other) => isBad(other) - isBad(one));
}

/** `14:05`; of another day with its date. */
export function moment(at: string | number, now = Date.now()): string {
  const date = new Date(at);
  const isToday = date.toDateString() === new Date(now).toDateString();
  return date.toLocaleString([], { ...(!isToday && { dateStyle: 'medium' }), timeStyle: 'short' });
}
