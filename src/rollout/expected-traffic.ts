import { countsBySecond } from '../environments/counts-by-second.ts';
import type { Lane } from './lane.ts';

const lookBackSeconds = 600;

/** What the stable release had in the last ten minutes: how often it is asked, and the part that went wrong (0 to 1). */
export async function stableTraffic({
  world,
  order,
  stable,
}: Pick<Lane, 'world' | 'order' | 'stable'>): Promise<{
  requestsPerSecond: number;
  baseRate: number;
}> {
  const before = Math.floor(Date.now() / 1000);
  const of = {
    environment: order.environment,
    service: 'web',
    from: before - lookBackSeconds,
    before,
  };
  const counts = (await countsBySecond(world.db, of)).filter(({ deploy }) => deploy === stable);
  const first = counts[0]?.second;
  if (first === undefined) return { requestsPerSecond: 0, baseRate: 0 };
  const requests = counts.reduce((sum, one) => sum + one.requests, 0);
  const bad = counts.reduce((sum, one) => sum + one.bad, 0);
  return {
    requestsPerSecond: requests / Math.max(1, before - first),
    baseRate: requests === 0 ? 0 : bad / requests,
  };
}
