import type { CertificatePair } from '../certificate.ts';
import type { Place } from '../route.ts';
import type { TrafficCount } from '../traffic.ts';
import type { SharedRoute, WorkerTable } from './choose/chooser.ts';

/** What the primary process asks of a worker. */
export interface WorkerOrders {
  /** All that it has to know to serve; takes the place of what it knew. */
  know(what: WorkerStart): void;
  /** It takes connections when this resolves, or has said why it cannot. */
  listen(nothing: null): { trouble: { code: string; message: string } | null };
  /** In effect when it resolves. */
  change(change: TableChange): void;
  certify(certificates: readonly CertificatePair[]): void;
  /** What happened since the last report. */
  report(nothing: null): WorkerReport;
  /** Resolves when it is quiet, or at the limit. */
  untilQuiet(drain: WorkerDrain & { limitMs: number }): void;
  isQuiet(drain: WorkerDrain): boolean;
  /** Closes what is open at these instances; how much that was. */
  cut(instances: readonly string[]): number;
  /** Takes no more connections; ends when what is open has ended, or at a limit. */
  retire(nothing: null): void;
}

/** The same as a worker does it, at once or in a while. */
export type ObeyedOrders = {
  [Name in keyof WorkerOrders]: (
    argument: Parameters<WorkerOrders[Name]>[0],
  ) => ReturnType<WorkerOrders[Name]> | Promise<ReturnType<WorkerOrders[Name]>>;
};

/** What a worker tells its primary process. */
export interface PrimaryCalls {
  hello(who: WorkerHello): void;
  /** The last report of one that ends. */
  farewell(report: WorkerReport): void;
}

export interface WorkerHello {
  pid: number;
  /** It has taken connections before, for a primary process that is gone. */
  serves: boolean;
}

export interface WorkerStart {
  table: WorkerTable;
  /** Signs cookies and visits; base64. */
  key: string;
  certificates: readonly CertificatePair[];
  /** For TLS session tickets that every worker can read; base64. */
  ticketKeys: string;
}

export interface TableChange {
  set: readonly SharedRoute[];
  remove: readonly Place[];
  /** All of them; absent: as before. */
  pauses?: WorkerTable['pauses'];
}

export interface WorkerDrain {
  instances: readonly string[];
  sessionIdleMs: number | null;
}

export interface WorkerReport {
  counts: TrafficCount[];
  activity: ActivityReport[];
}

export interface ActivityReport extends Place {
  environment: string;
  /** Since the last report. */
  requests: number;
  /** 0: never. */
  lastRequestAtMs: number;
  open: number;
  waiting: number;
}
