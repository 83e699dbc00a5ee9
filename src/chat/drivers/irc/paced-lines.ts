export interface PacedLines {
  /** The lines are written, in order, when it resolves. Refuses at once when too many wait already, and when it closes. */
  send(lines: readonly string[], turn?: Turn): Promise<void>;
  /** A line went past the queue. */
  spent(): void;
  /** What waits is refused. Repeatable. */
  close(why: Error): void;
}

/** What we must know or do before we can speak goes first. */
export type Turn = 'first' | 'in order';

interface Waiting {
  line: string;
  written: (() => void) | null;
  refused: (why: Error) => void;
}

export interface Pace {
  burst: number;
  lineEveryMs: number;
  mostWaitingLines: number;
  /** Milliseconds that never go back. */
  now?: () => number;
}

/** Writes lines not faster than a server endures: a token bucket. */
export function pacedLines(write: (line: string) => void, pace: Pace): PacedLines {
  const now = pace.now ?? (() => performance.now());
  const queues: Record<Turn, Waiting[]> = { first: [], 'in order': [] };
  let tokens = pace.burst;
  let filledAt = now();
  let timer: NodeJS.Timeout | null = null;
  let closed: Error | null = null;

  function fill(): void {
    const at = now();
    tokens = Math.min(pace.burst, tokens + (at - filledAt) / pace.lineEveryMs);
    filledAt = at;
  }

  function pump(): void {
    timer = null;
    fill();
    while (tokens >= 1) {
      const next = queues.first.shift() ?? queues['in order'].shift();
      if (!next) return;
      tokens -= 1;
      write(next.line);
      next.written?.();
    }
    const waits = queues.first.length + queues['in order'].length > 0;
    if (waits) timer = setTimeout(pump, Math.max(1, (1 - tokens) * pace.lineEveryMs));
  }

  return {
    send(lines, turn = 'in order') {
      if (closed) return Promise.reject(closed);
      if (lines.length === 0) return Promise.resolve();
      const queue = queues[turn];
      if (queue.length + lines.length > pace.mostWaitingLines) {
        return Promise.reject(new Error(`${queue.length} lines wait for their turn already`));
      }
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      for (const [index, line] of lines.entries()) {
        const last = index === lines.length - 1;
        queue.push({ line, written: last ? resolve : null, refused: reject });
      }
      if (!timer) pump();
      return promise;
    },
    spent() {
      fill();
      tokens -= 1;
    },
    close(why) {
      closed ??= why;
      if (timer) clearTimeout(timer);
      timer = null;
      for (const queue of Object.values(queues)) {
        for (const { refused } of queue.splice(0)) refused(why);
      }
    },
  };
}
