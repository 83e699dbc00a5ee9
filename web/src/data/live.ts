import { effect, signal } from '@preact/signals';
import { followEvents } from 'virtual:endpoints';
import { addressOf, type Answer } from './call.ts';
import { bearer, session } from './credentials.ts';
import { readStream } from './read-stream.ts';

export type LiveEvent = Answer<'followEvents'>;

/** `live`: what happens is seen at once. `cut`: what is shown may be old. `asleep`: nobody looks at this tab. */
export const liveState = signal<'live' | 'cut' | 'asleep'>('cut');
/** When the controller was last heard, in ms since 1970; 0: never. */
export const heardAt = signal(0);

/** Told of each event; of `null` when some may have been missed. */
type Listener = (event: LiveEvent | null) => void;
const listeners = new Set<Listener>();

export function onEvents(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

const tell: Listener = (event) => {
  for (const listener of listeners) listener(event);
};

/** Signs of life come every 15 s; without two of them the line is dead, whatever the browser believes. */
export const silentMs = 32_000;
const firstPauseMs = 500;
const longestPauseMs = 5000;
/** Browsers allow six connections to a host: tabs that nobody looks at let theirs go. */
const asleepAfterMs = 60_000;

let last: string | null = null;

/** One connection for the whole dashboard while somebody is signed in; after a break it goes on where it was. */
export function startLive(): void {
  let running: AbortController | null = null;
  effect(() => {
    const isWanted = (session.value ?? bearer.value) !== null && session.value !== undefined;
    if (isWanted && !running) {
      running = new AbortController();
      void follow(running.signal);
    } else if (!isWanted && running) {
      running.abort();
      running = null;
      last = null;
    }
  });
}

async function follow(signal: AbortSignal): Promise<void> {
  for (let pauseMs = firstPauseMs; !signal.aborted;) {
    const before = heardAt.peek();
    await connect(signal);
    if (signal.aborted) return;
    if (document.hidden) {
      liveState.value = 'asleep';
      await becomesVisible();
      continue;
    }
    liveState.value = 'cut';
    pauseMs = heardAt.peek() > before ? firstPauseMs : Math.min(pauseMs * 2, longestPauseMs);
    await new Promise((done) => setTimeout(done, pauseMs));
  }
}

/** Until the line is cut, is silent for too long, or nobody looks. */
async function connect(signal: AbortSignal): Promise<void> {
  const line = new AbortController();
  const end = (): void => line.abort();
  signal.addEventListener('abort', end);
  let aliveAt = Date.now();
  const watch = setInterval(() => {
    if (Date.now() - aliveAt > silentMs) end();
  }, 2000);
  const heard = (): void => {
    aliveAt = Date.now();
    heardAt.value = aliveAt;
  };
  const sleep = sleepWhenHidden(end);
  const isResumed = last !== null;
  await readStream(addressOf(followEvents, {}), {
    after: last,
    signal: line.signal,
    opened: () => {
      heard();
      liveState.value = 'live';
      if (!isResumed) tell(null);
    },
    heard,
    take: ({ id, event, data }) => {
      if (event !== 'message') return;
      last = id ?? last;
      tell(JSON.parse(data) as LiveEvent);
    },
  }).catch(() => undefined);
  clearInterval(watch);
  sleep();
  signal.removeEventListener('abort', end);
}

/** Ends a line a while after the tab was left. The answer stops watching. */
export function sleepWhenHidden(end: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = (): void => {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(end, asleepAfterMs);
  };
  look();
  document.addEventListener('visibilitychange', look);
  return () => {
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', look);
  };
}

/** Resolves when somebody looks at the tab; at once when somebody does. */
export function becomesVisible(): Promise<void> {
  return new Promise((done) => {
    const look = (): void => {
      if (document.hidden) return;
      document.removeEventListener('visibilitychange', look);
      done();
    };
    document.addEventListener('visibilitychange', look);
    look();
  });
}
