import type { Chooser, ServedRoute } from './choose/chooser.ts';
import type { ActivityReport } from './worker-orders.ts';

export interface WorkerActivity {
  /** To be called before routes change: what was asked of those that go is not forgotten. */
  note(): void;
  take(): ActivityReport[];
}

/** The requests of each place since the last report, and what is open there now. */
export function workerActivity(chooser: Chooser): WorkerActivity {
  const reported = new WeakMap<ServedRoute['activity'], number>();
  let gone: ActivityReport[] = [];

  function* news(): Generator<ActivityReport> {
    for (const { route, activity } of chooser.routes()) {
      const { open, waiting, lastRequestAtMs } = activity;
      const before = reported.get(activity) ?? 0;
      // A place that went to another environment counts anew.
      const requests = activity.requests - (before > activity.requests ? 0 : before);
      if (requests === 0 && open === 0) continue;
      reported.set(activity, activity.requests);
      const { host, path, environment } = route;
      yield { host, path, environment, requests, lastRequestAtMs, open, waiting };
    }
  }

  return {
    note() {
      gone.push(...[...news()].filter(({ requests }) => requests > 0));
    },

    take() {
      const reports = [...gone.map((report) => ({ ...report, open: 0, waiting: 0 })), ...news()];
      gone = [];
      return reports;
    },
  };
}
