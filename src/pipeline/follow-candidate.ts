import type { Event } from '../events/event.ts';
import type { Following, FollowWorld, Progress } from '../environments/follow-lines.ts';
import { shownLine } from '../environments/log-lines.ts';
import { knownSecrets } from '../environments/secret.ts';
import type { Candidate } from './candidate.ts';
import { itsEvents } from './follow-tables.ts';
import { candidates } from './tables.ts';

const longestLine = 2000;

/**
 * The story of a candidate, sentence by sentence, from its beginning or after the last event that was seen; ends
 * with its ending, or without one when the signal aborts. It may wait for people for days, and so does this. Every
 * text is safe for a terminal: no control characters, no secrets, no line longer than 2,000 characters.
 */
export async function* followCandidateLines(
  world: FollowWorld,
  { id }: Pick<Candidate, 'id'>,
  { after, signal }: Following,
): AsyncGenerator<Progress> {
  const known = await candidates.get(world.db, id);
  if (!known) return;
  const seen = after ?? 0;
  if (known.endedAt !== null && !(await itsEvents.endsAfter(world.db, known.push, seen))) {
    yield endingOf(known, null);
    return;
  }
  const secrets = await knownSecrets(world.db, world.key, { appId: known.appId, scopes: null });
  let url: string | null = null;
  for await (const event of world.subscriptions.events(seen, { push: known.push }, signal)) {
    // Its push has a story of its own, and its last word comes when people are asked.
    if (event.at < known.createdAt) continue;
    if (event.kind === 'push-ended') url = urlIn(event) ?? url;
    else if (event.kind === 'candidate-ended') {
      yield endingOf((await candidates.get(world.db, id)) ?? known, event, url);
      return;
    } else yield* linesOf(event, secrets);
  }
}

const urlIn = ({ data }: Event): string | null =>
  typeof data['url'] === 'string' ? data['url'] : null;

/** The last line of an event carries its id: whoever has seen it has seen all of it. */
function* linesOf(
  { id, at, kind, text }: Event,
  secrets: Readonly<Record<string, string>>,
): Generator<Progress> {
  const indent = kind === 'log-tail' ? '  ' : '';
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    const shown = indent + shownLine(line, { secrets, longest: longestLine });
    yield { id: index === lines.length - 1 ? id : null, at, kind, text: shown, ending: null };
  }
}

function endingOf(
  { app, number, state, reason, createdAt, endedAt }: Candidate,
  event: Event | null,
  url: string | null = null,
): Progress {
  const fix = event?.data['fix'];
  const told = Array.isArray(fix) ? fix.map(String) : [];
  const succeeded = state === 'released';
  return {
    id: event?.id ?? null,
    at: event?.at ?? endedAt ?? createdAt,
    kind: 'candidate-ended',
    text: event
      ? shownLine(event.text, { longest: longestLine })
      : `Candidate ${number} of ${app} is ${state}`,
    ending: {
      state,
      succeeded,
      url,
      reason,
      fix: succeeded || told.length > 0 ? told : [`signalbox candidate ${app} ${number}`],
    },
  };
}
