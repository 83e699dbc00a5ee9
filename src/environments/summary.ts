import type { Queryable } from '../db/pool.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { Clock } from '../kernel/clock.ts';
import { environmentUrl, idleMs, type Environment, type Lease } from './environment.ts';
import { leaseOf, summaries, type SummaryRow } from './summary-tables.ts';
import { decideFate } from './sweep.ts';

/** What people see of an environment at a glance. */
export interface Summary extends Omit<
  Environment,
  'requests' | 'warnedAt' | 'variables' | 'destroyedAt' | 'shares'
> {
  url: string;
  place: number | null;
  commit: string | null;
  idleMs: number;
  leaseUntil: Date | null;
  lease: Lease | null;
  /** When the sweeper takes it if nobody comes. */
  destroyAt: Date | null;
  data: string | null;
  /** Of the minute that runs and the fifteen before, also what the gateway itself answered; bad: errors of ours. */
  lately: { requests: number; bad: number };
}

interface Needs {
  db: Queryable;
  clock: Clock;
  gateway: Pick<Gateway, 'entrance'>;
}

/** The living environments of one app or of all: one query, however many. */
export async function summarise(world: Needs, appId: string | null): Promise<Summary[]> {
  const entrance = await world.gateway.entrance();
  const now = world.clock.now();
  const found = await summaries.list(world.db, { appId, since: latelySince(now) });
  return found.map((row) => summaryOf(row, { entrance, now }));
}

/** One environment, living or gone; null: there never was one of this id. */
export async function summaryById(world: Needs, id: string): Promise<Summary | null> {
  const entrance = await world.gateway.entrance();
  const now = world.clock.now();
  const [found] = await summaries.list(world.db, { id, since: latelySince(now) });
  return found ? summaryOf(found, { entrance, now }) : null;
}

const latelyMs = 15 * 60_000;
const latelySince = (now: Date): Date => new Date(now.getTime() - latelyMs);

type Entrance = Awaited<ReturnType<Gateway['entrance']>>;

function summaryOf(row: SummaryRow, { entrance, now }: { entrance: Entrance; now: Date }): Summary {
  const lease = leaseOf(row);
  const { id, appId, app, name, kind, branch, host, state, reason, deployId, place, commit, data } =
    row;
  const { createdAt, pushedAt, requestedAt, leaseUntil, destroyReason } = row;
  const { latelyRequests: requests, latelyBad: bad } = row;
  return {
    id,
    appId,
    app,
    name,
    kind,
    branch,
    host,
    state,
    reason,
    deployId,
    place,
    commit,
    data,
    createdAt,
    pushedAt,
    requestedAt,
    leaseUntil,
    lease,
    destroyReason,
    lately: { requests, bad },
    url: environmentUrl(host, entrance),
    idleMs: Math.round(idleMs(row, now)),
    destroyAt: destroyAt(row, { lease, now }),
  };
}

/** As the sweeper decides it. */
function destroyAt(
  row: SummaryRow,
  { lease, now }: { lease: Lease | null; now: Date },
): Date | null {
  if (row.kind !== 'preview' || ['queued', 'destroying', 'destroyed'].includes(row.state))
    return null;
  const { warnMs, destroyMs } = row;
  const limits = { warnMs: warnMs ?? unknownWarnMs, destroyMs: destroyMs ?? unknownDestroyMs };
  const fate = decideFate({ environment: row, lease, now, ...limits });
  return fate.kind === 'destroy' ? now : fate.destroyAt;
}

/** Of an environment that has never served; the same as the sweeper takes. */
const unknownWarnMs = 2 * 86_400_000;
const unknownDestroyMs = 3 * 86_400_000;
