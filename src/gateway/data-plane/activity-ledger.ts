import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import type { Activity, Place } from '../route.ts';
import { log } from './log.ts';
import { placeKey } from './place-key.ts';
import type { RouteTable } from './route-table.ts';
import type { ActivityReport } from './worker-orders.ts';
import { writeAtomically } from './write-atomically.ts';

export interface ActivityLedger {
  /** `worker` names who reports; what it said of open requests before is forgotten. */
  note(worker: object, reports: readonly ActivityReport[]): void;
  /** What it had open is gone. */
  forget(worker: object): void;
  read(): Activity[];
  /** Forgets the long gone, writes the file if anything changed. */
  keep(): Promise<void>;
}

const lineShape = z.object({
  host: z.string(),
  path: z.string(),
  environment: z.string(),
  requests: z.number(),
  lastRequestAt: z.nullable(z.number()),
  /** When the place was last seen to have a route, in ms since 1970. */
  routedAt: z.number(),
});
type Line = z.infer<typeof lineShape>;

/** How long a place without a route is remembered. */
const rememberMs = 7 * 24 * 3_600_000;

/** Requests per place with a route, over all workers and restarts. */
export function activityLedger(file: string, table: RouteTable): ActivityLedger {
  const lines = readLines(file);
  const open = new Map<object, Map<string, ActivityReport>>();
  let unsaved = false;

  function lineOf({ host, path, environment }: Place & { environment: string }): Line {
    const key = placeKey({ host, path });
    const known = lines.get(key);
    if (known?.environment === environment) return known;
    const line = {
      host,
      path,
      environment,
      requests: 0,
      lastRequestAt: null,
      routedAt: Date.now(),
    };
    lines.set(key, line);
    return line;
  }

  return {
    note(worker, reports) {
      open.set(worker, new Map(reports.map((report) => [placeKey(report), report])));
      for (const report of reports) {
        const line = lineOf(report);
        line.requests += report.requests;
        const last = Math.max(line.lastRequestAt ?? 0, report.lastRequestAtMs);
        unsaved ||= report.requests > 0 || last > (line.lastRequestAt ?? 0);
        if (last > 0) line.lastRequestAt = last;
      }
    },

    forget: (worker) => void open.delete(worker),

    read() {
      for (const route of table.all()) lineOf(route);
      return [...lines].map(([key, { host, path, environment, requests, lastRequestAt }]) => {
        const reports = [...open.values()].flatMap((of) => of.get(key) ?? []);
        return {
          host,
          path,
          environment,
          requests,
          lastRequestAt: lastRequestAt === null ? null : new Date(lastRequestAt),
          openRequests: reports.reduce((sum, report) => sum + report.open, 0),
          waiting: reports.reduce((sum, report) => sum + report.waiting, 0),
        };
      });
    },

    async keep() {
      const now = Date.now();
      for (const [key, line] of lines) {
        if (table.has(line)) line.routedAt = now;
        else if (now - line.routedAt > rememberMs) unsaved = lines.delete(key);
      }
      if (!unsaved) return;
      unsaved = false;
      await writeAtomically(file, JSON.stringify([...lines.values()]));
    },
  };
}

function readLines(file: string): Map<string, Line> {
  try {
    const lines = z.array(lineShape).parse(JSON.parse(readFileSync(file, 'utf8')));
    return new Map(lines.map((line) => [placeKey(line), line]));
  } catch (error) {
    const isNew = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (!isNew) log(`ACTIVITY LOST: ${file} cannot be understood; counting from nought.`, error);
    return new Map();
  }
}
