import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import type { Activity, Route } from '../route.ts';
import { log } from './log.ts';
import type { OpenWork, Work } from './open-work.ts';
import type { RouteTable } from './route-table.ts';
import { writeAtomically } from './write-atomically.ts';

export interface ActivityLog {
  /** A request for this route has come. */
  note(route: Route, counts: boolean): void;
  read(): Activity[];
  /** Looks where bytes have flowed since the last look, forgets the long gone, writes the file if anything changed. */
  keep(): Promise<void>;
}

const lineShape = z.object({
  environment: z.string(),
  requests: z.number(),
  lastRequestAt: z.nullable(z.number()),
  /** When the host was last seen to have a route, in ms since 1970. */
  routedAt: z.number(),
});
type Line = z.infer<typeof lineShape>;

/** How long a host without a route is remembered. */
const rememberMs = 7 * 24 * 3_600_000;

/** Requests per host with a route; what nobody has routed is never recorded, so strangers cannot fill it. */
export function activityLog(from: {
  file: string;
  table: RouteTable;
  open: OpenWork;
}): ActivityLog {
  const { file, table, open } = from;
  const lines = readLines(file);
  let flowed = new WeakMap<Work, number>();
  let unsaved = false;

  function lineOf({ host, environment }: Route): Line {
    const known = lines.get(host);
    if (known?.environment === environment) return known;
    const line = { environment, requests: 0, lastRequestAt: null, routedAt: Date.now() };
    lines.set(host, line);
    return line;
  }

  function noteStreams(): void {
    const next = new WeakMap<Work, number>();
    for (const work of open.all()) {
      const bytes = work.socket.bytesRead + work.socket.bytesWritten;
      const line = lines.get(work.host);
      const before = flowed.get(work);
      if (work.counts && line !== undefined && before !== undefined && bytes > before) {
        line.lastRequestAt = Date.now();
        unsaved = true;
      }
      next.set(work, bytes);
    }
    flowed = next;
  }

  function forgetGone(): void {
    const now = Date.now();
    for (const [host, line] of lines) {
      if (table.find(host) !== undefined) line.routedAt = now;
      else if (now - line.routedAt > rememberMs) unsaved = lines.delete(host);
    }
  }

  return {
    note(route, counts) {
      const line = lineOf(route);
      line.requests += 1;
      if (counts) line.lastRequestAt = Date.now();
      unsaved = true;
    },

    read() {
      for (const route of table.all()) lineOf(route);
      return [...lines].map(([host, { environment, requests, lastRequestAt }]) => ({
        host,
        environment,
        requests,
        lastRequestAt: lastRequestAt === null ? null : new Date(lastRequestAt),
        openRequests: open.openAt(host),
      }));
    },

    async keep() {
      noteStreams();
      forgetGone();
      if (!unsaved) return;
      unsaved = false;
      await writeAtomically(file, JSON.stringify(Object.fromEntries(lines)));
    },
  };
}

function readLines(file: string): Map<string, Line> {
  try {
    const text = readFileSync(file, 'utf8');
    return new Map(Object.entries(z.record(z.string(), lineShape).parse(JSON.parse(text))));
  } catch (error) {
    const isNew = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (!isNew) log(`ACTIVITY LOST: ${file} cannot be understood; counting from nought.`, error);
    return new Map();
  }
}
