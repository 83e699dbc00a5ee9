import type { ServedRoute } from '../choose/chooser.ts';
import type { ForwardContext } from './forward-context.ts';
import { isRobot } from './robot.ts';
import type { Visit } from './visit.ts';

/** The route has this request from now on. `isNew`: not one that had to wait and was noted then. */
export function noteArrival(
  { deadlines }: ForwardContext,
  visit: Visit,
  route: ServedRoute,
  isNew: boolean,
): void {
  const { activity } = route;
  visit.route = route;
  activity.open += 1;
  visit.keepsAwake = !isRobot(visit.userAgent);
  if (!isNew) return;
  activity.requests += 1;
  if (visit.keepsAwake) activity.lastRequestAtMs = deadlines.dateMs(visit.startedMs);
}

/** Its answer went out whole, at `endedMs`. */
export function answered(context: ForwardContext, visit: Visit, endedMs: number): void {
  visit.firstByteUs = (visit.firstByteMs - visit.startedMs) * 1000;
  // How long an upgraded connection stays is no latency.
  visit.totalUs = visit.status === 101 ? visit.firstByteUs : (endedMs - visit.startedMs) * 1000;
  if (!visit.isSigned) counterOf(visit)?.answered(visit);
  close(context, visit, endedMs);
}

/** The client left. */
export function aborted(context: ForwardContext, visit: Visit): void {
  if (!visit.isSigned) counterOf(visit)?.aborted(visit);
  close(context, visit, performance.now());
}

/** The instance failed; `visit.status` is what was answered instead. */
export function failed(context: ForwardContext, visit: Visit): void {
  const { status } = visit;
  // An answer that broke off had a good status, and is not one.
  if (visit.firstByteMs > 0) visit.status = 0;
  if (!visit.isSigned) counterOf(visit)?.failed(visit);
  visit.status = status;
  close(context, visit, performance.now());
}

/** The gateway turned it away with `visit.status`. */
export function refused(context: ForwardContext, visit: Visit): void {
  counterOf(visit)?.refused(visit.status);
  close(context, visit, performance.now());
}

const counterOf = ({ instance, route }: Visit) => (instance ?? route)?.counter;

function close({ log, deadlines }: ForwardContext, visit: Visit, endedMs: number): void {
  const { route, instance } = visit;
  if (route !== null) route.activity.open -= 1;
  if (log === null) return;
  log.write({
    timeMs: deadlines.dateMs(visit.startedMs),
    durationMs: endedMs - visit.startedMs,
    client: visit.client,
    protocol: visit.peer.protocol,
    method: visit.method,
    host: visit.host,
    path: visit.path,
    status: visit.status,
    bytesIn: visit.bytesIn,
    bytesOut: visit.bytesOut,
    environment: route?.route.environment ?? '',
    service: route?.route.service ?? '',
    version: instance?.version ?? '',
    instance: instance?.endpoint.instance ?? '',
    requestId: visit.requestId,
    userAgent: visit.userAgent,
  });
}
