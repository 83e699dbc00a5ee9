import { setTimeout as pause } from 'node:timers/promises';
import type { ActivityLedger } from './activity-ledger.ts';
import { log } from './log.ts';
import type { TrafficRecord } from './traffic-record.ts';
import type { AttachedWorker, WorkerLinks } from './worker-links.ts';
import type { WorkerReport } from './worker-orders.ts';

export interface Reports {
  /** The last one of a worker that ends: nobody could ask it again, so its counts are written at once. */
  takeLast(worker: AttachedWorker, report: WorkerReport): void;
  /** All workers have reported what happened before the call when it resolves. */
  gather(): Promise<void>;
  /** Gathers and writes at each full second until `stop`. */
  start(): void;
  /** Everything is written when it resolves. */
  stop(): Promise<void>;
}

const keepEverySeconds = 5;
const answerMs = 500;
/** A worker that answered nothing for so many seconds hangs. */
const patienceSeconds = 8;

/** Asks the workers what they counted, second by second. */
export function reports(parts: {
  links: WorkerLinks;
  traffic: TrafficRecord;
  activity: ActivityLedger;
  hangs: (worker: AttachedWorker) => void;
}): Reports {
  const { links, traffic, activity, hangs } = parts;
  const unanswered = new Map<AttachedWorker, number>();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const take = (worker: AttachedWorker, report: WorkerReport): void => {
    unanswered.delete(worker);
    traffic.note(report.counts);
    activity.note(worker, report.activity);
  };

  async function gather(): Promise<void> {
    for (const { worker, answer } of await links.askAll('report', null)) take(worker, answer);
  }

  function look(): void {
    const attached = new Set(links.all());
    for (const worker of unanswered.keys()) if (!attached.has(worker)) unanswered.delete(worker);
    for (const worker of attached) {
      const seconds = (unanswered.get(worker) ?? 0) + 1;
      unanswered.set(worker, seconds);
      if (worker.knows && seconds === patienceSeconds) hangs(worker);
    }
  }

  const keep = () =>
    activity.keep().catch((error: unknown) => log('activity was not written', error));

  async function turn(): Promise<void> {
    const second = Math.round(Date.now() / 1000);
    look();
    const asked = links
      .all()
      .filter((worker) => worker.knows && (unanswered.get(worker) ?? 0) <= 1)
      .map((worker) => worker.link.ask('report', null).then((report) => take(worker, report)));
    // Who is slow holds nobody up: the others' counts are written, its own come a second later.
    await Promise.race([Promise.allSettled(asked), pause(answerMs)]);
    if (stopped) return;
    traffic.tick(second - 1);
    if (second % keepEverySeconds === 0) void keep();
    schedule();
  }

  function schedule(): void {
    timer = setTimeout(() => void turn(), 1000 - (Date.now() % 1000));
  }

  return {
    takeLast(worker, report) {
      take(worker, report);
      if (!stopped) traffic.tick(Math.floor(Date.now() / 1000));
    },

    gather,
    start: schedule,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await gather();
      traffic.tick(Math.floor(Date.now() / 1000));
      await keep();
    },
  };
}
