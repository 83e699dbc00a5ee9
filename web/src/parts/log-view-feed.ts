import { signal, type ReadonlySignal } from '@preact/signals';
import { becomesVisible, silentMs, sleepWhenHidden } from '../data/live.ts';
import { readStream } from '../data/read-stream.ts';
import { Refusal } from '../data/refusal.ts';
import type { ServerEvent } from '../data/take-events.ts';
import { lineStore, type LineStore, type LogLine } from './line-store.ts';
import { logViewMemory, type StreamedLine } from './log-view-memory.ts';

export type FeedState = 'loading' | 'live' | 'reconnecting' | 'ended' | 'refused';

/** A log as it comes. */
export interface LogViewFeed {
  readonly store: LineStore;
  /** Another number each time the store has gained lines, at most once in a frame. */
  readonly version: ReadonlySignal<number>;
  readonly state: ReadonlySignal<FeedState>;
  /** Why nothing comes. */
  readonly refusal: ReadonlySignal<Refusal | null>;
  stop(): void;
}

const pauseMs = { first: 500, longest: 5000 };
const settleMs = 300;

/** Reads a stream of lines until it ends; after a cut it goes on where it was, or says that it cannot tell. */
export function logViewFeed(source: string): LogViewFeed {
  const store = lineStore();
  const version = signal(0);
  const state = signal<FeedState>('loading');
  const refusal = signal<Refusal | null>(null);
  const left = new AbortController();
  const memory = logViewMemory(
    gathered((lines) => {
      store.append(lines);
      version.value += 1;
    }),
  );
  const take = ({ event, data }: ServerEvent): void => {
    if (event === 'message') memory.take(JSON.parse(data) as StreamedLine);
    else if (event === 'problem') throw problemOf(data);
  };
  let waitMs = pauseMs.first;
  const opened = (): void => {
    waitMs = pauseMs.first;
    state.value = 'live';
    refusal.value = null;
  };
  const connectOnce = async (): Promise<boolean> => {
    memory.reopened();
    try {
      const settle = (): void => memory.settle();
      return (await connect(source, { left: left.signal, opened, take, settle })) === 'end';
    } catch (error) {
      refusal.value = Refusal.of(error);
      // What the controller itself could not do it may do when it is asked again.
      if (refusal.value.status >= 500) return false;
      throw error;
    }
  };
  const follow = async (): Promise<void> => {
    while (!(await connectOnce())) {
      if (left.signal.aborted) return;
      state.value = 'reconnecting';
      if (document.hidden) await becomesVisible();
      else await new Promise((done) => setTimeout(done, waitMs));
      waitMs = Math.min(waitMs * 2, pauseMs.longest);
    }
    state.value = 'ended';
  };
  void follow()
    .catch(() => void (state.value = 'refused'))
    .finally(() => memory.settle(true));
  return { store, version, state, refusal, stop: () => left.abort() };
}

interface Connecting {
  left: AbortSignal;
  opened: () => void;
  take: (event: ServerEvent) => void;
  settle: () => void;
}

/** Until the line is cut, is silent for too long, or nobody looks. */
async function connect(
  source: string,
  { left, opened, take, settle }: Connecting,
): Promise<'end' | 'cut' | 'given up'> {
  const line = new AbortController();
  const end = (): void => line.abort();
  left.addEventListener('abort', end);
  let heardAt = Date.now();
  const heard = (): void => void (heardAt = Date.now());
  const watch = setInterval(() => {
    settle();
    if (Date.now() - heardAt > silentMs) end();
  }, settleMs);
  const wake = sleepWhenHidden(end);
  try {
    return await readStream(source, { signal: line.signal, opened, heard, take });
  } finally {
    clearInterval(watch);
    wake();
    left.removeEventListener('abort', end);
  }
}

function problemOf(data: string): Refusal {
  const { title, detail, ...rest } = JSON.parse(data) as Problem;
  return new Refusal({ what: title, why: detail, ...rest });
}

interface Problem {
  status: number;
  code: string;
  title: string;
  detail: string | null;
  fix: string[];
}

const manyLines = 5000;

/** Lines are told together: once in a frame, or when there are many, as in a tab that has no frames. */
function gathered(tell: (lines: LogLine[]) => void): (line: LogLine) => void {
  let lines: LogLine[] = [];
  let frame = 0;
  const flush = (): void => {
    cancelAnimationFrame(frame);
    frame = 0;
    const all = lines;
    lines = [];
    tell(all);
  };
  return (line) => {
    lines.push(line);
    if (lines.length >= manyLines) flush();
    else if (frame === 0) frame = requestAnimationFrame(flush);
  };
}
