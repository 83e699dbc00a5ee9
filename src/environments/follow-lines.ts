import { setTimeout as pause } from 'node:timers/promises';
import type { Event } from '../events/event.ts';
import type { Subscriptions } from '../events/subscribe.ts';
import { pushes, type Push } from '../git/push.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { logReader, shownLine, type LogReader } from './log-lines.ts';
import { wishes } from './push-tables.ts';
import { knownSecrets } from './secret.ts';
import type { World } from './world.ts';

/** How a piece of work ended. */
export interface Ending {
  state: string;
  succeeded: boolean;
  url: string | null;
  reason: string | null;
  fix: string[];
}

/** One sentence of a piece of work, or an indented line of a log; the last one has its ending. */
export interface Progress {
  /** The event it comes from: whoever has seen it goes on after it. null: more of the same event comes. */
  id: number | null;
  at: Date;
  kind: string;
  text: string;
  ending: Ending | null;
}

export type FollowWorld = World & { subscriptions: Subscriptions };

export interface Following {
  /** The last event that was seen; null or 0: none. */
  after: number | null;
  signal: AbortSignal;
}

const longestLine = 2000;
const lookMs = 150;

/**
 * The story of a push in its order, sentence by sentence, with the build's log in it as it is written; ends
 * with its ending, or without one when the signal aborts. Every text is safe for a terminal: no control
 * characters, no secrets, no line longer than 2,000 characters. Refuses with `push/unknown`.
 */
export async function* followPushLines(
  world: FollowWorld,
  push: string,
  following: Following,
): AsyncGenerator<Progress> {
  const known = await pushes.get(world.db, push);
  if (!known) throw unknownPush(push);
  if (await toldItsEnding(world, known, following.after ?? 0)) {
    yield endingOf(known);
    return;
  }
  const secrets = await knownSecrets(world.db, world.key, { appId: known.appId, scopes: null });
  const stop = new AbortController();
  const signal = AbortSignal.any([following.signal, stop.signal]);
  const told = world.subscriptions.events(following.after ?? 0, { push }, signal);
  const events = told[Symbol.asyncIterator]();
  const log = buildLog(world);
  try {
    for (let next = events.next(); ;) {
      const event: Event | null | undefined = await nextOrTick(next, log.open());
      for await (const line of log.lines(event ?? null)) yield logLine(line, secrets);
      if (event === null) continue;
      if (event === undefined) return;
      next = events.next();
      // Aborted with us: a failure then has nobody to be told to.
      next.catch(() => undefined);
      log.follow(event);
      yield* tellEvent(event, secrets);
      if (event.kind === 'push-ended') {
        yield endingOf((await pushes.get(world.db, push)) ?? known, event);
        return;
      }
    }
  } finally {
    stop.abort();
  }
}

export const unknownPush = (id: string): SignalboxError =>
  new SignalboxError({
    code: 'push/unknown',
    what: `There is no push ${id}.`,
    fix: ['Follow the newest one of a branch: signalbox follow BRANCH'],
  });

/** The next event; null: none yet, look at the log; undefined: there will be none. */
async function nextOrTick(
  next: Promise<IteratorResult<Event>>,
  impatient: boolean,
): Promise<Event | null | undefined> {
  const done = next.then((result) => (result.done ? undefined : result.value));
  if (!impatient) return done;
  const stop = new AbortController();
  const tick = pause(lookMs, null, { signal: stop.signal }).catch(() => null);
  try {
    return await Promise.race([done, tick]);
  } finally {
    stop.abort();
  }
}

/** The log between `build-started` and `build-ended`; told once, also where the start is told twice. */
function buildLog(world: World) {
  const seen = new Set<string>();
  let reader: LogReader | null = null;
  return {
    open: () => reader !== null,
    follow({ kind, data }: Event): void {
      const { job } = data;
      if (kind === 'build-ended') reader = null;
      if (kind !== 'build-started' || typeof job !== 'string' || seen.has(job)) return;
      seen.add(job);
      reader = logReader(world.runtime, { id: job, tail: null });
    },
    /** Once the next event is there, all that was written before it, so that nothing is told after the end. */
    async *lines(next: Event | null): AsyncGenerator<string> {
      for (let reads = 0; reader !== null && reads < mostReads; reads += 1) {
        const read = await reader.read();
        yield* read.lines;
        if (next === null || read.quiet || read.ended) break;
      }
      if (next?.kind === 'build-ended' && reader) yield* reader.rest();
    },
  };
}

/** 256 KiB each: whoever prints without an end must not keep the rest of the story waiting for ever. */
const mostReads = 1000;

function logLine(line: string, secrets: Readonly<Record<string, string>>): Progress {
  const text = `  ${shownLine(line, { secrets, longest: longestLine })}`;
  return { id: null, at: new Date(), kind: 'build-log', text, ending: null };
}

/** Each line of an event by itself; the last one carries its id. The last word of a push is told with its ending. */
function* tellEvent(event: Event, secrets: Readonly<Record<string, string>>): Generator<Progress> {
  if (event.kind === 'push-ended') return;
  const { id, at, kind, data } = event;
  // Its URL comes at once again, as the last word.
  if (kind === 'environment-live' && data['only']) return;
  const indent = kind === 'log-tail' ? '  ' : '';
  const lines = event.text.split('\n');
  for (const [index, line] of lines.entries()) {
    const text = indent + shownLine(line, { secrets, longest: longestLine });
    yield { id: index === lines.length - 1 ? id : null, at, kind, text, ending: null };
  }
}

/** True when the push has ended and no event will say so any more: it was seen, or is too old to be kept. */
async function toldItsEnding(world: World, push: Push, after: number): Promise<boolean> {
  if (push.endedAt === null) return false;
  return wishes.isEndingTold(world.db, push.id, after);
}

function endingOf(push: Push, event?: Event): Progress {
  const { state, reason, url, fix } = push;
  return {
    id: event?.id ?? null,
    at: event?.at ?? push.endedAt ?? new Date(),
    kind: 'push-ended',
    text: shownLine(event?.text ?? wordsFor(push), { longest: longestLine }),
    ending: { state, succeeded: state === 'live' || state === 'passed', url, reason, fix },
  };
}

const wordsFor = ({ state, reason, url }: Push): string =>
  state === 'live' ? `Live: ${url}` : [state, reason].filter(Boolean).join(': ');
