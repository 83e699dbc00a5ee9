import type { Fence } from '../../kernel/fence.ts';
import type { CertificatePair } from '../certificate.ts';
import type { Gateway, SignedVisit, VisitTarget } from '../gateway.ts';
import type { Activity, Route, RouteChange } from '../route.ts';
import { activityLedger } from './activity-ledger.ts';
import type { WorkerTable } from './choose/chooser.ts';
import { signVisit, visitCookieName, visitHeaderName } from './choose/signed-visit.ts';
import { drain } from './drain.ts';
import { reports } from './reports.ts';
import { routeTable } from './route-table.ts';
import { savedCertificates } from './saved-certificates.ts';
import { savedRoutes } from './saved-routes.ts';
import { secretKey } from './secret-key.ts';
import { type TrafficRecord, trafficRecord } from './traffic-record.ts';
import type { Workforce } from './workforce.ts';

export interface Primary {
  routes(): Route[];
  /** As the port says. */
  apply(changes: readonly RouteChange[], fence: Fence | undefined): Promise<void>;
  drain: Gateway['drain'];
  activity(): Promise<Activity[]>;
  signedVisit(to: VisitTarget, forMs: number): SignedVisit;
  ticks: TrafficRecord['read'];
  totals: TrafficRecord['totals'];
  certify(certificates: readonly CertificatePair[]): Promise<void>;
  /** What an heir cannot read from the disk. */
  pauses(): WorkerTable['pauses'];
  /** Everything is on disk and nothing is written any more when it resolves; the workers serve on. Repeatable. */
  close(): Promise<void>;
}

/**
 * The state of the working directory, read from disk, in the hands of this process; its workers know it and
 * serve when this resolves.
 */
export async function primary(
  { links, crew, employ }: Workforce,
  { workers, pauses }: { workers: number; pauses: WorkerTable['pauses'] },
): Promise<Primary> {
  const key = secretKey();
  const saved = savedRoutes();
  const table = routeTable(saved, { workers, pauses });
  const traffic = trafficRecord();
  const certificates = savedCertificates();
  const activity = activityLedger('activity.json', table);
  const reporting = reports({ links, traffic, activity, hangs: ({ pid }) => crew.kill(pid) });

  await employ({
    start: () => ({
      table: table.whole(),
      key: key.toString('base64'),
      certificates: certificates.all(),
    }),
    tookLeave: reporting.takeLast,
    detached: activity.forget,
  });
  reporting.start();
  let closed: Promise<void> | undefined;

  return {
    routes: table.all,

    async apply(changes, fence) {
      const change = table.change(changes, fence);
      if (change !== null) await links.askAll('change', change);
    },

    drain: (instances, limit) => drain(links, instances, limit),

    async activity() {
      await reporting.gather();
      return activity.read();
    },

    signedVisit(to, forMs) {
      const expiresAt = new Date(Date.now() + forMs);
      const value = signVisit(key, to, expiresAt.getTime());
      const header = { name: visitHeaderName, value };
      return { header, cookie: `${visitCookieName}=${value}`, expiresAt };
    },

    ticks: traffic.read,
    totals: traffic.totals,

    async certify(next) {
      await certificates.replace(next);
      await links.askAll('certify', next);
    },

    pauses: () => table.whole().pauses,

    close() {
      closed ??= reporting.stop().then(async () => {
        traffic.close();
        await saved.close();
      });
      return closed;
    },
  };
}
